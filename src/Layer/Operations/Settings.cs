using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Layer.Operations;

/// <summary>What this installation was told: environment first, then <c>layer.json</c> in the data folder, then the default.</summary>
internal sealed class Settings
{
    public const string DataFolderVariable = "LAYER_DATA";
    public const string FileName = "layer.json";

    // As long as auditors must keep their own papers (17 CFR 210.2-06).
    private const int UsualRetentionYears = 7;
    private const int LongestRetentionYears = 100;
    private const int ShortestToken = 32;

    private Settings(string folder, IReadOnlyList<Setting> all)
    {
        DataFolder = folder;
        All = all;
    }

    public static IReadOnlyList<SettingKey> Keys { get; } =
    [
        new("Layer:Database", "postgres://user:password@host/database; without it, SQLite in the data folder", Secret: true),
        new("Layer:LogOrigin", "the origin of the evidence log, set before the first start; without it, layer/<workspace id>", Secret: false),
        new("Layer:TimestampAuthority", "http:// or https:// address of a time-stamp authority (RFC 3161): asked once a day, after a sync, to vouch for the newest checkpoint; without it, none", Secret: false),
        new("Layer:Names", "true or false: ask Microsoft Graph after each sync what principals are called; without it, false", Secret: false),
        new("Layer:RetentionYears", "how many years after its newest entry a workspace must be kept, at least 1; without it, 7", Secret: false),
        new("Layer:LeaseSeconds", "for how many seconds a node that fell silent while it read a connection keeps the others from it, 5 to 3600; without it, 900", Secret: false),
        new("Layer:AllowedPrivateNetworks", "addresses or networks inside your own, with commas, that configured services may have, e.g. 10.0.7.0/24; without it, public ones only", Secret: false),
        new("Layer:PublicUrl", "https:// address under which people reach 'layer serve'; without it, it serves this machine only", Secret: false),
        new("Layer:OidcAuthority", "https:// address of an identity provider (OpenID Connect) that people may sign in with; without it, none", Secret: false),
        new("Layer:OidcClientId", "the client ID that it gave Layer", Secret: false),
        new("Layer:OidcClientSecret", "the client secret that it gave Layer", Secret: true),
        new("Layer:OidcRoleClaim", "the claim that lists somebody's roles; without it, roles", Secret: false),
        new("Layer:OidcRoles", "what its values mean, as ROLE=VALUE with commas; without it, administrator=administrator, editor=editor, auditor=auditor", Secret: false),
        new("Layer:Certificate", "file with the certificate for https: PEM or PKCS #12 (PFX); without it, no https", Secret: false),
        new("Layer:CertificateKey", "file with its key (PEM); without it, the key is in Layer:Certificate", Secret: false),
        new("Layer:CertificatePassword", "what opens that PKCS #12 file, or a PEM key that is encrypted; without it, neither has one", Secret: true),
        new("Layer:TrustedProxies", "addresses or networks, with commas, of proxies that end https in front of 'layer serve', e.g. 10.0.0.0/24; without it, none", Secret: false),
        new("Layer:NoticeWebhook", "http:// or https:// address that is told of failures, secrets that end and the day's checkpoint, as signed messages (Standard Webhooks); without it, none", Secret: false),
        new("Layer:NoticeWebhookSecret", "the key of their signature: whsec_ and base64", Secret: true),
        new("Layer:NoticeChat", "incoming webhook of Slack, Teams or another chat that is told the same in words; without it, none", Secret: true),
        new("Layer:Smtp", "smtp://HOST or smtps://USER:PASSWORD@HOST:PORT of the relay that sends mail; without it, none", Secret: true),
        new("Layer:NoticeFrom", "who mail comes from", Secret: false),
        new("Layer:NoticeTo", "who gets mail, with commas", Secret: false),
        new("Layer:MetricsToken", "what a monitoring system sends as bearer token to read /metrics, at least 32 characters; without it, /metrics answers this machine alone, and nobody once Layer:PublicUrl is set", Secret: true),
    ];

    /// <summary>An absolute path.</summary>
    public string DataFolder { get; }

    public IReadOnlyList<Setting> All { get; }

    /// <summary>Null: SQLite in the data folder.</summary>
    public string? Database => Find("Layer:Database");

    public string? LogOrigin => Find("Layer:LogOrigin");

    /// <summary>Null: no time stamps.</summary>
    public Uri? TimestampAuthority => Find("Layer:TimestampAuthority") is { } text && TryParseAuthority(text, out var address) ? address : null;

    /// <summary>Whether Microsoft Graph is asked for names after a sync.</summary>
    public bool Names => "true".Equals(Find("Layer:Names"), StringComparison.OrdinalIgnoreCase);

    /// <summary>Years after its newest leaf for which a workspace must be kept.</summary>
    public int RetentionYears => Find("Layer:RetentionYears") is { } text && TryParseYears(text, out var years) ? years : UsualRetentionYears;

    /// <summary>Null: the usual.</summary>
    public TimeSpan? Lease => Find("Layer:LeaseSeconds") is { } text && TryParseLease(text, out var lease) ? lease : null;

    /// <summary>Where configured services may be although it is not public.</summary>
    public IReadOnlyList<IPNetwork> AllowedPrivateNetworks => Find("Layer:AllowedPrivateNetworks") is { } text && TryParseNetworks(text, out var networks) ? networks : [];

    /// <summary>Where people are told.</summary>
    public Notices.NoticeSettings Notices => Layer.Notices.NoticeSettings.Read(Find, []);

    /// <summary>Null: only this machine reaches it.</summary>
    public Uri? PublicUrl => Find("Layer:PublicUrl") is { } text && TryParsePublicUrl(text, out var address) ? address : null;

    /// <summary>Null: people sign in here only.</summary>
    public Access.Oidc.OidcSettings? Oidc => Access.Oidc.OidcSettings.Read(Find, []);

    /// <summary>Path; null: no https of its own.</summary>
    public string? Certificate => Find("Layer:Certificate");

    /// <summary>Path; null: the key is in the file of the certificate.</summary>
    public string? CertificateKey => Find("Layer:CertificateKey");

    /// <summary>Never printed; null: the certificate's file opens without.</summary>
    public string? CertificatePassword => Find("Layer:CertificatePassword");

    /// <summary>Whose word on where a request comes from is believed.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies => Find("Layer:TrustedProxies") is { } text && TryParseNetworks(text, out var networks) ? networks : [];

    /// <summary>Null: nobody reads /metrics from elsewhere.</summary>
    public string? MetricsToken => Find("Layer:MetricsToken");

    private static bool TryParsePublicUrl(string text, [NotNullWhen(true)] out Uri? address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address) && address is { Scheme: "https", UserInfo.Length: 0, Host.Length: > 0, PathAndQuery: "/", Fragment.Length: 0 };

    private static bool TryParseNetworks(string text, out IReadOnlyList<IPNetwork> networks)
    {
        var read = new List<IPNetwork>();
        networks = read;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (IPNetwork.TryParse(part, out var network))
                read.Add(network);
            else if (IPAddress.TryParse(part, out var address))
                read.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            else
                return false;
        }

        return true;
    }

    private static bool TryParseYears(string text, out int years) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out years) && years is >= 1 and <= LongestRetentionYears;

    private static bool TryParseLease(string text, out TimeSpan lease)
    {
        var valid = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 5 and <= 3600;
        lease = TimeSpan.FromSeconds(seconds);
        return valid;
    }

    /// <summary>Reads all of it; <paramref name="problems"/> lists every key that does not exist and every file that cannot be read.</summary>
    public static Settings Read(IReadOnlyDictionary<string, string> environment, out IReadOnlyList<string> problems)
    {
        var found = new List<string>();
        var folder = FolderOf(environment);
        var file = Path.Combine(folder.Value!, FileName);
        var inFile = ReadFile(file, found);
        foreach (var name in environment.Keys.Where(name => name.StartsWith("Layer__", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal))
        {
            if (!Keys.Any(key => key.Variable.Equals(name, StringComparison.OrdinalIgnoreCase)))
                found.Add($"{name} is no setting. Allowed: {string.Join(", ", Keys.Select(key => key.Variable))}.");
        }

        foreach (var name in inFile.Keys.Where(name => !Keys.Any(key => key.Name.Equals(name, StringComparison.OrdinalIgnoreCase))).Order(StringComparer.Ordinal))
            found.Add($"{name} in {file} is no setting. Allowed: {string.Join(", ", Keys.Select(key => key.Name))}.");

        var all = Keys.Select(key => Resolve(key, environment, inFile, file)).ToArray();
        if (all.First(setting => setting.Name == "Layer:Names") is { Value: { } names } && !bool.TryParse(names, out _))
            found.Add($"Layer:Names is '{names}'. Allowed: true, false.");
        if (all.First(setting => setting.Name == "Layer:TimestampAuthority") is { Value: { } authority } && !TryParseAuthority(authority, out _))
            found.Add("Layer:TimestampAuthority is no address that can be asked. Allowed: http://HOST/PATH or https://HOST/PATH, without a user or password.");
        if (all.First(setting => setting.Name == "Layer:RetentionYears") is { Value: { } retention } && !TryParseYears(retention, out _))
            found.Add($"Layer:RetentionYears is '{retention}'. Allowed: a whole number of years from 1 to {LongestRetentionYears}.");
        if (all.First(setting => setting.Name == "Layer:LeaseSeconds") is { Value: { } lease } && !TryParseLease(lease, out _))
            found.Add($"Layer:LeaseSeconds is '{lease}'. Allowed: a whole number of seconds from 5 to 3600.");
        if (all.First(setting => setting.Name == "Layer:PublicUrl") is { Value: { } url } && !TryParsePublicUrl(url, out _))
            found.Add($"Layer:PublicUrl is '{url}'. Allowed: https://HOST or https://HOST:PORT, without a path.");
        if (all.First(setting => setting.Name == "Layer:MetricsToken") is { Value: { Length: < ShortestToken } })
            found.Add($"Layer:MetricsToken is too short to be no guess. Allowed: at least {ShortestToken} characters, e.g. of: openssl rand -hex 24.");
        foreach (var name in new[] { "Layer:AllowedPrivateNetworks", "Layer:TrustedProxies" })
        {
            if (all.First(setting => setting.Name == name) is { Value: { } networks } && !TryParseNetworks(networks, out _))
                found.Add($"{name} is '{networks}'. Allowed: addresses or networks, with commas, e.g. 10.0.0.0/24, 192.168.7.1.");
        }

        Layer.Notices.NoticeSettings.Read(name => all.First(setting => setting.Name == name).Value is { Length: > 0 } value ? value : null, found);
        Access.Oidc.OidcSettings.Read(name => all.First(setting => setting.Name == name).Value is { Length: > 0 } value ? value : null, found);
        problems = found;
        return new Settings(folder.Value!, [folder, .. all]);
    }

    /// <summary>A data folder with nothing else set: the demo never writes to the database of an installation.</summary>
    public static Settings Of(string folder) => new(folder, [.. Keys.Select(key => new Setting(key.Name, null, "default", [], key.Secret))]);

    // A password would stand in the log, as the address does.
    private static bool TryParseAuthority(string text, [NotNullWhen(true)] out Uri? address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address) && address is { Scheme: "http" or "https", UserInfo.Length: 0, Host.Length: > 0, Fragment.Length: 0 };

    private string? Find(string name) => All.First(setting => setting.Name == name).Value;

    private static Setting FolderOf(IReadOnlyDictionary<string, string> environment)
    {
        Candidate[] candidates =
        [
            new($"environment {DataFolderVariable}", Text(DataFolderVariable)),
            new("environment XDG_DATA_HOME", Text("XDG_DATA_HOME") is { } data ? Path.Combine(data, "layer") : null),
            new("default ~/.local/share/layer", Path.Combine(Text("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share", "layer")),
        ];
        var chosen = candidates.First(candidate => candidate.Value is not null);
        return new Setting(DataFolderVariable, Path.GetFullPath(chosen.Value!), chosen.Where, candidates, Secret: false);

        string? Text(string name) => environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;
    }

    private static Setting Resolve(SettingKey key, IReadOnlyDictionary<string, string> environment, Dictionary<string, string> inFile, string file)
    {
        Candidate[] candidates =
        [
            new($"environment {key.Variable}", environment.FirstOrDefault(v => v.Key.Equals(key.Variable, StringComparison.OrdinalIgnoreCase)).Value),
            new(file, inFile.FirstOrDefault(v => v.Key.Equals(key.Name, StringComparison.OrdinalIgnoreCase)).Value),
        ];
        var chosen = candidates.FirstOrDefault(candidate => candidate.Value is { Length: > 0 });
        return new Setting(key.Name, chosen?.Value, chosen?.Where ?? "default", candidates, key.Secret);
    }

    private static Dictionary<string, string> ReadFile(string path, List<string> problems)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (!File.Exists(path))
            return values;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            Flatten("", json.RootElement);
        }
        catch (JsonException e)
        {
            problems.Add($"{path} is not JSON: line {e.LineNumber + 1}. Allowed: {{\"Layer\":{{\"Database\":\"…\"}}}}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{path} cannot be read: {e.Message}");
        }

        return values;

        void Flatten(string prefix, JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Object)
            {
                foreach (var property in element.EnumerateObject())
                    Flatten(prefix.Length == 0 ? property.Name : $"{prefix}:{property.Name}", property.Value);
            }
            else
            {
                values[prefix] = element.ToString();
            }
        }
    }
}

/// <summary>A key that may be set.</summary>
internal sealed record SettingKey(string Name, string Meaning, bool Secret)
{
    public string Variable => Name.Replace(":", "__");
}

/// <summary>A value and where it came from; <paramref name="Value"/> is null when nothing set it.</summary>
internal sealed record Setting(string Name, string? Value, string From, IReadOnlyList<Candidate> Candidates, bool Secret);

/// <summary>One place a value could have come from; null when it says nothing there.</summary>
internal sealed record Candidate(string Where, string? Value);

/// <summary>The program was told something it cannot use; every problem with it at once.</summary>
internal sealed class SettingsException(IReadOnlyList<string> problems) : Exception(string.Join(" ", problems))
{
    public IReadOnlyList<string> Problems { get; } = problems;
}
