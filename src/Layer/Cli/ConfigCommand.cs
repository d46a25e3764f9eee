using System.CommandLine;
using Layer.Azure;
using Layer.Connections;
using Layer.Operations;

namespace Layer.Cli;

/// <summary><c>layer config explain</c>: every setting, its value, where it came from, and where else it could have come from.</summary>
internal static class ConfigCommand
{
    private const string Hidden = "set, not shown";

    // Read by the platform or by Azure's own names; listed so that one place explains what a run depends on.
    private static readonly (string Name, bool Secret)[] Variables =
    [
        ("AZURE_SUBSCRIPTION_ID", false), ("AZURE_TENANT_ID", false), ("AZURE_CLIENT_ID", false), ("AZURE_CLIENT_SECRET", true),
        ("ARM_SUBSCRIPTION_ID", false), ("ARM_TENANT_ID", false), ("ARM_CLIENT_ID", false), ("ARM_CLIENT_SECRET", true),
        ("HTTPS_PROXY", true), ("NO_PROXY", false), ("SSL_CERT_FILE", false), ("SSL_CERT_DIR", false), ("NO_COLOR", false), ("CI", false),
    ];

    public static Command Create(LayerApp app)
    {
        var output = OutputOption.Create();
        var outbound = new Option<bool>("--outbound") { Description = "list every host and request instead: Layer sends nothing else" };
        var explain = new Command("explain", "Show every setting, its value and where it came from.") { outbound, output };
        explain.SetAction(parsed => parsed.GetValue(outbound) ? Outbound(app, parsed.GetValue(output)) : Explain(app, parsed.GetValue(output)));
        return new Command("config", "Explain the configuration.") { explain };
    }

    private static int Explain(LayerApp app, OutputForm form)
    {
        var settings = Settings.Read(app.Terminal.Environment, out var problems);
        var rows = settings.All
            .Concat(Variables.Select(variable => OfVariable(app.Terminal, variable.Name, variable.Secret)))
            .Select(setting => setting.Secret ? Masked(setting) : setting).ToArray();
        new Listing<Setting>(
            [
                new("SETTING", "setting", setting => setting.Name),
                new("VALUE", "value", setting => setting.Value ?? "–") { Shrinks = true, Tone = setting => setting.Value is null ? Tone.Quiet : Tone.Strong },
                new("FROM", "from", setting => setting.From) { Shrinks = true },
                new("ALSO LOOKED AT", "alsoLookedAt", Others) { Shrinks = true, Tone = _ => Tone.Quiet },
            ],
            (json, setting) =>
            {
                json.WriteStartObject();
                json.WriteString("setting", setting.Name);
                json.WriteString("value", setting.Value);
                json.WriteString("from", setting.From);
                json.WriteStartArray("candidates");
                foreach (var candidate in setting.Candidates)
                {
                    json.WriteStartObject();
                    json.WriteString("where", candidate.Where);
                    json.WriteString("value", candidate.Value);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }).Write(app.Terminal, form, rows);
        return problems.Count == 0 ? ExitCode.Done : UsageProblems.Print(app.Terminal, problems, "layer config");
    }

    private static int Outbound(LayerApp app, OutputForm form)
    {
        var settings = Settings.Read(app.Terminal.Environment, out var problems);
        var rows = Enum.GetValues<AzureCloud>().SelectMany(cloud => OutboundRequest.Of(cloud).Select(request => (Cloud: CloudName.Of(cloud), Request: request))).ToList();
        if (settings.TimestampAuthority is { } authority)
            rows.Add(("any", new OutboundRequest("POST", authority.AbsoluteUri, "once a day after a sync, and 'layer log timestamp': a time stamp over the hash of the newest checkpoint")));
        if (settings.Notices.Webhook is { } webhook)
            rows.Add(("any", new OutboundRequest("POST", webhook.AbsoluteUri, "a signed message when connections fail, are read again, a secret ends soon, and the day's checkpoint")));
        if (settings.Notices.Chat is { } chat)
            rows.Add(("any", new OutboundRequest("POST", $"{chat.GetLeftPart(UriPartial.Authority)}/…", "the same in words, to a chat whose address is its secret")));
        if (settings.Notices.Mail is { } mail)
            rows.Add(("any", new OutboundRequest("SMTP", $"{mail.Host}:{mail.Port}", "the same in words, as mail")));
        if (settings.PublicUrl is { } address)
            rows.Add(("any", new OutboundRequest("GET", new Uri(address, "/livez").AbsoluteUri, "'layer doctor' only: whether this server is reached at its public address")));
        if (settings.Oidc is { } oidc)
        {
            rows.Add(("any", new OutboundRequest("GET", $"{oidc.Authority.AbsoluteUri.TrimEnd('/')}/.well-known/openid-configuration", "when somebody signs in through the identity provider, at most every twelve hours, and the keys it names")));
            rows.Add(("any", new OutboundRequest("POST", "the token endpoint that it names", "at each sign-in through the identity provider: the code that the browser brought is exchanged")));
        }

        new Listing<(string Cloud, OutboundRequest Request)>(
            [
                new("CLOUD", "cloud", row => row.Cloud) { Tone = _ => Tone.Quiet },
                new("METHOD", "method", row => row.Request.Method),
                new("ADDRESS", "address", row => row.Request.Address) { Shrinks = true, KeepEnd = true, Tone = _ => Tone.Strong },
                new("WHY", "why", row => row.Request.Why) { Shrinks = true },
            ],
            (json, row) =>
            {
                json.WriteStartObject();
                json.WriteString("cloud", row.Cloud);
                json.WriteString("method", row.Request.Method);
                json.WriteString("address", row.Request.Address);
                json.WriteString("why", row.Request.Why);
                json.WriteEndObject();
            }).Write(app.Terminal, form, rows);
        return problems.Count == 0 ? ExitCode.Done : UsageProblems.Print(app.Terminal, problems, "layer config");
    }

    private static Setting OfVariable(Terminal terminal, string name, bool secret)
    {
        var value = terminal.Find(name);
        return new Setting(name, value, value is null ? "not set" : "environment", [new Candidate($"environment {name}", value)], secret);
    }

    private static Setting Masked(Setting setting) => setting with
    {
        Value = setting.Value is null ? null : Hidden,
        Candidates = [.. setting.Candidates.Select(candidate => candidate with { Value = candidate.Value is null ? null : Hidden })],
    };

    private static string Others(Setting setting) => string.Join("; ", setting.Candidates
        .Where(candidate => candidate.Where != setting.From && candidate.Where != $"environment {setting.Name}")
        .Select(candidate => candidate.Value is null ? $"{candidate.Where} (nothing)" : $"{candidate.Where} = {candidate.Value}"));
}
