using Layer.Azure;
using Layer.Azure.Setup;
using Layer.Secrets;
using Layer.Storage;

namespace Layer.Connections.Web;

/// <summary>What stands in the form of Connect. The secret goes in and never comes out on a page.</summary>
internal sealed class ConnectForm
{
    private const string Typed = "the form";

    // Fields that held something else than an id: it may be a secret in the wrong place, so it is neither kept nor shown again.
    private readonly HashSet<ConnectField> _dropped = [];

    public string Name { get; set; } = "";

    public string SubscriptionId { get; set; } = "";

    public string TenantId { get; set; } = "";

    public string ClientId { get; set; } = "";

    /// <summary>As <see cref="CloudName"/>; empty: public.</summary>
    public string Cloud { get; set; } = "";

    /// <summary>A <see cref="CredentialKind"/> in kebab case; empty: a secret.</summary>
    public string Kind { get; set; } = "";

    /// <summary>Of a certificate or token file on the server.</summary>
    public string Path { get; set; } = "";

    public SecretText? Secret { get; set; }

    public bool HasSecret => Secret is { IsEmpty: false };

    public CredentialKind SignInKind => Enum.GetValues<CredentialKind>().FirstOrDefault(kind => KebabCaseText.Of(kind) == Kind);

    /// <summary>What to run in Azure, filled in as far as it is known; null until the subscription is.</summary>
    public SetupOrder? Order => Guid.TryParseExact(SubscriptionId, "D", out var id) && id != Guid.Empty
        ? new SetupOrder([id], CloudName.TryParse(Cloud.Length == 0 ? "public" : Cloud, out var cloud) ? cloud : AzureCloud.Public)
        : null;

    /// <summary>Takes over what was sent: fields that were typed, then whatever a pasted text holds.</summary>
    /// <returns>Sentences about a pasted text of which nothing was understood.</returns>
    public IReadOnlyList<string> Read(IFormCollection sent)
    {
        Name = Text("name");
        (SubscriptionId, TenantId, ClientId) = (Text("subscriptionId"), Text("tenantId"), Text("clientId"));
        (Cloud, Kind, Path) = (Text("cloud"), Text("kind"), Text("path"));
        var problems = new List<string>();
        SubscriptionId = Keep(ConnectField.SubscriptionId, "subscription ID", SubscriptionId);
        TenantId = Keep(ConnectField.TenantId, "tenant ID", TenantId);
        ClientId = Keep(ConnectField.ClientId, "client ID", ClientId);
        if (sent["secret"].ToString().Trim() is { Length: > 0 } typed)
            Secret = SecretText.From(typed);
        if (sent["paste"].ToString() is not { } paste || string.IsNullOrWhiteSpace(paste))
            return problems;
        if (PastedCredential.Parse(paste, "what was pasted") is not { } pasted)
            return [.. problems, $"Nothing in the pasted text was recognised. Allowed: {PastedCredential.Allowed}."];
        SubscriptionId = pasted.Find(ConnectField.SubscriptionId)?.Value ?? SubscriptionId;
        TenantId = pasted.Find(ConnectField.TenantId)?.Value ?? TenantId;
        ClientId = pasted.Find(ConnectField.ClientId)?.Value ?? ClientId;
        Cloud = pasted.Find(ConnectField.Cloud)?.Value ?? Cloud;
        if (pasted.FindSecret() is { } secret)
            (Secret, Kind) = (secret.Value, "");
        return problems;

        string Keep(ConnectField field, string name, string text)
        {
            if (text.All(c => char.IsAsciiHexDigit(c) || c is '-' or '{' or '}'))
                return text;
            problems.Add($"The {name} is not an id. It was not kept, because it may be a secret in the wrong place. Allowed: an id like 12345678-1234-1234-1234-123456789abc.");
            _dropped.Add(field);
            return "";
        }

        string Text(string name) => sent[name].ToString().Trim();
    }

    /// <summary>Resolves it as the command line does; a null name is a problem of its own.</summary>
    public ConnectInput Resolve()
    {
        var source = new InputSource()
            .Add(ConnectField.SubscriptionId, SubscriptionId, Typed).Add(ConnectField.TenantId, TenantId, Typed)
            .Add(ConnectField.ClientId, ClientId, Typed).Add(ConnectField.Cloud, Cloud, Typed);
        switch (SignInKind)
        {
            case CredentialKind.Secret when Secret is { IsEmpty: false } secret:
                source.AddSecret(secret, Typed);
                break;
            case CredentialKind.Certificate:
                source.Add(ConnectField.CertificatePath, Path, Typed);
                break;
            case CredentialKind.Federated:
                source.Add(ConnectField.FederatedTokenFile, Path, Typed);
                break;
            case CredentialKind.ManagedIdentity:
                source.Add(ConnectField.ManagedIdentity, "true", Typed);
                break;
        }

        return ConnectInput.Resolve([source], ask: true);
    }

    /// <summary>Everything that is wrong or missing, one sentence each.</summary>
    public IReadOnlyList<string> ProblemsOf(ConnectInput input)
    {
        var problems = new List<string>();
        if (Name.Length is 0 or > 100)
            problems.Add("The name is missing or longer than 100 characters. Allowed: a word for this subscription, e.g. production.");
        problems.AddRange(input.Missing.Except(_dropped).Select(field => field switch
        {
            ConnectField.SubscriptionId => "The subscription ID is missing. It stands in the Azure portal under Subscriptions.",
            ConnectField.ClientId => "The client ID is missing. It is called Application (client) ID, not Object ID.",
            _ when SignInKind is CredentialKind.Certificate or CredentialKind.Federated => "The path of the file on the server is missing.",
            _ => "The client secret is missing: its value, which Azure shows once right after the secret was made.",
        }));
        problems.AddRange(input.Problems.Where(problem => problem.Code is null).Select(problem => problem.ToString()));
        return problems;
    }
}
