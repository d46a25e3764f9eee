using System.Text.Json;
using System.Text.RegularExpressions;

namespace Layer.Connections;

/// <summary>
/// Reads whatever a person has at hand: JSON of <c>az ad sp create-for-rbac</c> (with or without <c>--sdk-auth</c>) or <c>az ad app credential
/// reset</c>, a .env file, <c>export</c> or PowerShell lines, <c>terraform output</c> with or without <c>-json</c>.
/// </summary>
internal static partial class PastedCredential
{
    public const string Allowed =
        "JSON of 'az ad sp create-for-rbac', a .env file, 'export NAME=value' lines, '$env:NAME = \"value\"' lines, or 'terraform output'";

    private static readonly (ConnectField Field, string[] Names)[] Known =
    [
        (ConnectField.SubscriptionId, ["subscriptionid", "subscription"]),
        (ConnectField.ClientId, ["clientid", "appid", "applicationid", "applicationclientid"]),
        (ConnectField.TenantId, ["tenantid", "tenant", "directoryid", "directorytenantid"]),
        (ConnectField.Secret, ["clientsecret", "password", "secret", "secretvalue"]),
        (ConnectField.CertificatePath, ["clientcertificatepath"]),
        (ConnectField.FederatedTokenFile, ["federatedtokenfile", "oidctokenfilepath"]),
        (ConnectField.Cloud, ["environment", "cloud", "resourcemanagerendpointurl", "activedirectoryendpointurl", "authorityhost"]),
    ];

    // export NAME=value · set NAME=value · $env:NAME = "value" · NAME = "value"
    [GeneratedRegex("""^\s*(?:(?:export|set)\s+|\$env:)?(?<name>[A-Za-z_][A-Za-z0-9_\-]*)\s*=\s*(?<value>.*?)\s*;?\s*$""",
        RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Assignment { get; }

    /// <returns>What was found, which may be less than a connection needs; null when nothing in it was recognised.</returns>
    public static InputSource? Parse(string text, string from)
    {
        var pairs = text.AsSpan().TrimStart().StartsWith("{") ? OfJson(text) : OfLines(text);
        if (pairs is null)
            return null;
        // AZURE_ names come before Terraform's, as they do in the environment.
        pairs.Sort((x, y) => Rank(x.Name).CompareTo(Rank(y.Name)));
        var source = new InputSource();
        foreach (var (name, value) in pairs)
        {
            var bare = Bare(name);
            foreach (var (field, names) in Known)
            {
                if (names.Contains(bare))
                    source.Add(field, value, $"{from} ({name})");
            }
        }

        return source.IsEmpty ? null : source;
    }

    private static List<(string Name, string Value)>? OfJson(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            var pairs = new List<(string, string)>();
            foreach (var property in json.RootElement.EnumerateObject())
            {
                // terraform output -json: {"client_id":{"sensitive":false,"type":"string","value":"…"}}
                var value = property.Value.ValueKind == JsonValueKind.Object && property.Value.TryGetProperty("value", out var inner) ? inner : property.Value;
                if (value.ValueKind == JsonValueKind.String)
                    pairs.Add((property.Name, value.GetString()!));
            }

            return pairs;
        }
        catch (JsonException)
        {
            // Its message may quote the text, which may be a secret.
            return null;
        }
    }

    private static List<(string Name, string Value)> OfLines(string text)
    {
        var pairs = new List<(string, string)>();
        foreach (var line in text.Split('\n'))
        {
            if (Assignment.Match(line.TrimEnd('\r')) is { Success: true } match)
                pairs.Add((match.Groups["name"].Value, Unquote(match.Groups["value"].Value)));
        }

        return pairs;
    }

    // terraform output prints <sensitive> in the place of a secret.
    private static string Unquote(string value) => value switch
    {
        "<sensitive>" => "",
        ['"', .. var inner, '"'] => inner,
        ['\'', .. var inner, '\''] => inner,
        _ => value.IndexOf(" #", StringComparison.Ordinal) is > 0 and var comment ? value[..comment].TrimEnd() : value,
    };

    private static string Bare(string name)
    {
        var bare = name.ToLowerInvariant();
        foreach (var prefix in (ReadOnlySpan<string>)["tf_var_", "azure_", "arm_", "azuread_", "layer_"])
        {
            if (bare.StartsWith(prefix, StringComparison.Ordinal))
                bare = bare[prefix.Length..];
        }

        return bare.Replace("_", "").Replace("-", "");
    }

    private static int Rank(string name) => name.StartsWith("ARM_", StringComparison.OrdinalIgnoreCase) ? 1 : 0;
}
