using System.Text;
using Layer.AzureEmulator.Arm;
using Layer.AzureEmulator.Entra;
using Layer.AzureEmulator.Graph;
using Layer.AzureEmulator.Proxy;
using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator.Faults;

/// <summary>Turns a good answer into a bad one (azure-wire §10 item 7).</summary>
internal static class FaultyAnswer
{
    private static readonly Guid Elsewhere = StableId.From("tenant", "elsewhere");

    public static void Apply(Answer answer, PlannedFault planned, HostKind host, Exchange exchange, DateTimeOffset now)
    {
        if (Replacement(answer, planned, host, exchange, now) is { } replacement)
            Replace(answer, replacement);
        else if (!ListFaults.TryApply(answer, planned.Fault, exchange))
            OnTheWire(answer, planned, now);
        answer.Prepared = false;
    }

    private static Answer? Replacement(Answer answer, PlannedFault planned, HostKind host, Exchange exchange, DateTimeOffset now)
    {
        var real = EmulatorOptions.RealTime.GetUtcNow();
        return planned.Fault switch
        {
            Fault.Status400 => Refusal(host, 400, "BadRequest", "The request is invalid.", now),
            Fault.Status401 => Refusal(host, 401, "InvalidAuthenticationToken", "The access token is invalid.", now),
            Fault.Status403 => Refusal(host, 403, "AuthorizationFailed",
                $"The client '{answer.Caller}' with object id '{answer.Caller}' does not have authorization to perform action '{FaultAction.Of(answer.Call)}' " +
                $"over scope '{exchange.Path}' or the scope is invalid. If access was recently granted, please refresh your credentials.", now),
            Fault.Status404 => Refusal(host, 404, answer.Call is AzureCall.GetSubscription or AzureCall.DiscoverTenant ? "SubscriptionNotFound" : "ResourceNotFound",
                answer.Call is AzureCall.GetSubscription or AzureCall.DiscoverTenant
                    ? $"The subscription '{exchange.Segments.ElementAtOrDefault(1)}' could not be found." : "The resource could not be found.", now),
            Fault.Status408 => Refusal(host, 408, "RequestTimeout", "The operation timed out.", now),
            Fault.Status409 => Refusal(host, 409, "Conflict", "The request conflicts with another one.", now),
            Fault.Status429 when host == HostKind.Arm => ArmErrors.Throttled(
                Scope.Subscription(exchange.Path), null, Seconds(planned)),
            Fault.Status429 => Text(429, "Too many requests.").With("Retry-After", Seconds(planned).ToString()),
            Fault.Status429Bare => Text(429, "Too many requests."),
            Fault.Status500 => Refusal(host, 500, "InternalServerError", "Encountered internal server error.", now),
            Fault.Status502 => Refusal(host, 502, "BadGateway", "The upstream server gave no valid answer.", now),
            Fault.Status503 => planned.Delay is null
                ? Refusal(host, 503, "ServiceUnavailable", "The service is temporarily unavailable.", now)
                : Refusal(host, 503, "ServiceUnavailable", "The service is temporarily unavailable.", now).With("Retry-After", Seconds(planned).ToString()),
            Fault.Status504 => Refusal(host, 504, "GatewayTimeout", "The gateway did not receive a response in time.", now),
            Fault.WrongTenant => ArmErrors.WrongTenant(answer.Tenant ?? Elsewhere, Elsewhere),
            Fault.ExpiredToken => ArmErrors.ExpiredToken(answer.Tenant, real.AddMinutes(-1), real),
            Fault.ClaimsChallenge => ArmErrors.ClaimsChallenge(real),
            Fault.TokenWithoutPrincipal => ArmErrors.TokenWithoutPrincipal(answer.Tenant),
            Fault.TransientSignIn => new EntraAnswers(new EmulatorOptions()).Refuse(SignInError.Transient(), null),
            Fault.HtmlWith200 => Html(200, "<html><head><title>Sign in to the network</title></head><body>Please accept the terms.</body></html>"),
            Fault.HtmlWith503 => Html(503, "<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>"),
            Fault.MalformedJson => new Answer { Status = 200, Body = "{\"value\":[{\"id\":}]}"u8.ToArray() },
            Fault.EmptyBody => new Answer { Status = 200 },
            Fault.EmptyList => new Answer { Status = 200, Body = "{\"value\":[]}"u8.ToArray() },
            Fault.NullValue => new Answer { Status = 200, Body = "{\"value\":null}"u8.ToArray() },
            Fault.ValueNotArray => new Answer { Status = 200, Body = "{\"value\":{}}"u8.ToArray() },
            Fault.Redirect => new Answer { Status = 302, ContentType = null }.With("Location", "https://elsewhere.example" + exchange.Path),
            _ => null,
        };
    }

    private static void OnTheWire(Answer answer, PlannedFault planned, DateTimeOffset now)
    {
        switch (planned.Fault)
        {
            case Fault.Slow:
                answer.Delay = planned.Delay ?? TimeSpan.FromSeconds(30);
                break;
            case Fault.NeverAnswers:
                answer.Wire = Wire.Never;
                break;
            case Fault.ConnectionReset:
                answer.Wire = Wire.Reset;
                break;
            case Fault.HalfBody:
                answer.Wire = Wire.HalfBody;
                break;
            case Fault.TruncatedGzip:
                answer.Wire = Wire.TruncatedGzip;
                break;
            case Fault.TruncatedJson:
                answer.Body = answer.Body[..(answer.Body.Length / 2)];
                break;
            case Fault.ClockSkewed:
                answer.With("Date", now.AddMinutes(17).ToString("r"));
                break;
            case Fault.MissingDate:
                answer.With("Date", " ");
                break;
            default:
                throw new InvalidOperationException($"The emulator has no answer for the fault {planned.Fault}.");
        }
    }

    private static Answer Refusal(HostKind host, int status, string code, string message, DateTimeOffset now) => host switch
    {
        HostKind.Login => new EntraAnswers(new EmulatorOptions()).Refuse(new SignInError(90000 + status, status, status switch
        {
            401 => "invalid_client",
            403 => "access_denied",
            >= 500 => "temporarily_unavailable",
            _ => "invalid_request",
        }, message) { HasErrorUri = false }, null),
        HostKind.Graph => GraphErrors.Error(status, code, message, now),
        _ => ArmErrors.Error(status, code, message),
    };

    private static int Seconds(PlannedFault planned) => (int)Math.Ceiling((planned.Delay ?? TimeSpan.FromSeconds(10)).TotalSeconds);

    private static Answer Text(int status, string text) =>
        new() { Status = status, Body = Encoding.UTF8.GetBytes(text), ContentType = "text/plain; charset=utf-8" };

    private static Answer Html(int status, string text) =>
        new() { Status = status, Body = Encoding.UTF8.GetBytes(text), ContentType = "text/html; charset=utf-8" };

    private static void Replace(Answer answer, Answer by)
    {
        (answer.Status, answer.Body, answer.ContentType) = (by.Status, by.Body, by.ContentType);
        answer.Headers.RemoveAll(h => by.Headers.Exists(b => string.Equals(b.Name, h.Name, StringComparison.OrdinalIgnoreCase)));
        answer.Headers.AddRange(by.Headers);
    }
}
