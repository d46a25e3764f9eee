using System.Text;
using System.Text.RegularExpressions;
using Layer.AzureEmulator.Proxy;
using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator.Entra;

/// <summary>POST {tenant}/oauth2/v2.0/token and {tenant}/oauth2/token, client credentials only. Checks run in the order of azure-wire §1.5.</summary>
internal sealed partial class TokenEndpoint(World world, EmulatorOptions options, TokenSigner signer, EntraAnswers answers)
{
    public async Task<Answer> AnswerAsync(Exchange exchange, CancellationToken ct)
    {
        var form = await ReadFormAsync(exchange, ct);
        var answer = Answer(exchange, form, exchange.Tail(1, "oauth2", "v2.0", "token")).For(AzureCall.Token);
        answer.Client = Guid.TryParse(form.GetValueOrDefault("client_id"), out var client) ? client : null;
        return answer;
    }

    /// <summary>The tenant a path segment names; refused as the token endpoint refuses it.</summary>
    public static (Tenant? Tenant, SignInError? Error) FindTenant(World world, string segment)
    {
        lock (world.Gate)
        {
            if (Guid.TryParseExact(segment, "D", out var id))
                return world.Store.Tenants.TryGetValue(id, out var byId) ? (byId, null) : (null, SignInError.UnknownTenant(segment));
            if (!DomainName().IsMatch(segment))
                return (null, SignInError.BadTenant(segment));
            var byDomain = world.Store.Tenants.Values.FirstOrDefault(t => string.Equals(t.Domain, segment, StringComparison.OrdinalIgnoreCase));
            return byDomain is not null ? (byDomain, null) : (null, SignInError.UnknownTenant(segment));
        }
    }

    private Answer Answer(Exchange exchange, Dictionary<string, string> form, bool isV2)
    {
        var correlation = exchange.Header("client-request-id");
        var (tenant, tenantError) = FindTenant(world, exchange.Segments[0]);
        if (tenant is null)
            return answers.Refuse(tenantError!, correlation);
        var (app, appError) = FindApp(tenant, form);
        var error = appError ?? CheckCredential(exchange, tenant, app!, form);
        if (error is not null)
            return answers.Refuse(error, correlation);

        var asked = form.GetValueOrDefault(isV2 ? "scope" : "resource");
        if (string.IsNullOrEmpty(asked))
            return answers.Refuse(SignInError.MissingParameter(isV2 ? "scope" : "resource"), correlation);
        var (audience, scopeError) = Audience(asked, isV2, exchange.Cloud, tenant);
        if (scopeError is not null)
            return answers.Refuse(scopeError, correlation);
        if (app!.BlockedByPolicy is { } policy)
            return answers.Refuse(SignInError.ConditionalAccess(policy), correlation);

        var token = signer.Issue(
            app, app.ServicePrincipalId, audience!, form.ContainsKey("client_assertion"),
            form.GetValueOrDefault("claims")?.Contains("CP1", StringComparison.Ordinal) == true);
        return isV2 ? answers.Token(token, options.TokenLifetime) : answers.TokenV1(token, options.TokenLifetime, asked);
    }

    private (App?, SignInError?) FindApp(Tenant tenant, Dictionary<string, string> form)
    {
        foreach (var name in (string[])["grant_type", "client_id"])
            if (string.IsNullOrEmpty(form.GetValueOrDefault(name)))
                return (null, SignInError.MissingParameter(name));
        if (form["grant_type"] != "client_credentials")
            return (null, SignInError.UnsupportedGrant(form["grant_type"]));
        App? app;
        lock (world.Gate)
            app = Guid.TryParse(form["client_id"], out var id) ? world.Store.Apps.GetValueOrDefault(id) : null;
        if (app is null || app.TenantId != tenant.Id)
            return (null, SignInError.UnknownApp(form["client_id"], tenant.Name));
        if (app.SignInError is { } forced)
            return (app, SignInError.Any(forced));
        if (app.ServicePrincipalId is null)
            return (app, SignInError.NoServicePrincipal(app.ClientId, tenant.Id));
        return app.Enabled ? (app, null) : (app, SignInError.Disabled(app.ClientId, app.Name));
    }

    private SignInError? CheckCredential(Exchange exchange, Tenant tenant, App app, Dictionary<string, string> form)
    {
        if (form.GetValueOrDefault("client_assertion") is { Length: > 0 } assertion)
            return ClientAssertion.Check(assertion, app, tenant, exchange);
        var secret = form.GetValueOrDefault("client_secret");
        if (string.IsNullOrEmpty(secret))
            return SignInError.NoCredential();
        var held = app.Secrets.FirstOrDefault(s => string.Equals(s.Value, secret, StringComparison.Ordinal));
        if (held is null)
            return SignInError.WrongSecret(app.ClientId);
        return held.Expires <= options.Clock.GetUtcNow() ? SignInError.ExpiredSecret(app.ClientId) : null;
    }

    // azure-wire §1.1: one resource and /.default, after one slash or two.
    private static (string?, SignInError?) Audience(string asked, bool isV2, Cloud cloud, Tenant tenant)
    {
        const string Default = "/.default";
        if (isV2 && asked.Contains(' ', StringComparison.Ordinal))
            return (null, SignInError.MalformedScope(asked));
        if (isV2 && !asked.EndsWith(Default, StringComparison.Ordinal))
            return (null, SignInError.BadScope(asked));
        var resource = isV2 ? asked[..^Default.Length] : asked;
        var bare = resource.TrimEnd('/');
        var known = cloud.ArmAudiences.Contains(bare, StringComparer.OrdinalIgnoreCase) ||
            string.Equals(bare, "https://" + cloud.Graph, StringComparison.OrdinalIgnoreCase);
        return known ? (resource, null) : (null, SignInError.UnknownResource(resource, tenant.Name));
    }

    private static async Task<Dictionary<string, string>> ReadFormAsync(Exchange exchange, CancellationToken ct)
    {
        var form = exchange.Request.HasFormContentType
            ? (await exchange.Request.ReadFormAsync(ct)).ToDictionary(f => f.Key, f => f.Value.ToString())
            : [];
        if (exchange.Header("Authorization") is { } header && header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            var pair = Encoding.UTF8.GetString(Convert.FromBase64String(header[6..])).Split(':', 2);
            form.TryAdd("client_id", Uri.UnescapeDataString(pair[0]));
            form.TryAdd("client_secret", Uri.UnescapeDataString(pair.ElementAtOrDefault(1) ?? ""));
        }
        return form;
    }

    [GeneratedRegex(@"^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex DomainName();
}
