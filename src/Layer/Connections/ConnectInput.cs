using System.Diagnostics.CodeAnalysis;
using Layer.Azure;
using Layer.Secrets;

namespace Layer.Connections;

/// <summary>What several sources say together: a request, or everything that is wrong with it at once.</summary>
internal sealed class ConnectInput
{
    private readonly List<InputProblem> _problems = [];
    private readonly List<ConnectField> _missing = [];
    private readonly List<InputChoice> _choices = [];

    /// <summary>Null when there are problems or something is missing.</summary>
    public ConnectRequest? Request { get; private set; }

    public IReadOnlyList<InputProblem> Problems => _problems;

    /// <summary>What to ask a person for; without a person each is a problem.</summary>
    public IReadOnlyList<ConnectField> Missing => _missing;

    /// <summary>Which source won each field.</summary>
    public IReadOnlyList<InputChoice> Choices => _choices;

    /// <summary>Resolves the sources, first come first. What is missing is a problem unless there is somebody to <paramref name="ask"/>.</summary>
    public static ConnectInput Resolve(IReadOnlyList<InputSource> sources, bool ask)
    {
        var input = new ConnectInput();
        input.Read(sources);
        if (!ask)
            input._problems.AddRange(input._missing.Select(InputProblem.OfMissing));
        if (input._problems.Count > 0)
            input.Request = null;
        return input;
    }

    private void Read(IReadOnlyList<InputSource> sources)
    {
        var cloud = AzureCloud.Public;
        if (Choose(sources, ConnectField.Cloud) is { } cloudText && !CloudName.TryParse(cloudText, out cloud))
            _problems.Add(new InputProblem(ConnectField.Cloud, "is no Azure cloud Layer knows", CloudName.Allowed));
        var managed = Choose(sources, ConnectField.ManagedIdentity) is not null;
        var hasSubscription = TryReadId(sources, ConnectField.SubscriptionId, required: true, out var subscriptionId);
        var hasTenant = TryReadId(sources, ConnectField.TenantId, required: false, out var tenantId);
        var hasClient = TryReadId(sources, ConnectField.ClientId, required: !managed, out var clientId);
        var signIn = managed ? new SignIn(CredentialKind.ManagedIdentity, null) : ReadSignIn(sources, hasClient ? clientId : null);
        if (hasSubscription && signIn is not null && (hasClient || managed))
            Request = new ConnectRequest(cloud, subscriptionId!.Value, hasTenant ? tenantId : null, clientId ?? Guid.Empty, signIn);
    }

    // Of one source the secret comes first, as it does in Azure.Identity; a source about another app says nothing about this one's secret.
    private SignIn? ReadSignIn(IReadOnlyList<InputSource> sources, Guid? clientId)
    {
        foreach (var source in sources)
        {
            if (clientId is not null && source.Find(ConnectField.ClientId) is { } other && Guid.TryParse(other.Value, out var otherId) && otherId != clientId)
                continue;
            if (source.FindSecret() is { } secret)
            {
                _choices.Add(new InputChoice(ConnectField.Secret, secret.From));
                if (!LooksLikeAnId(secret.Value))
                    return new SignIn(CredentialKind.Secret, secret.Value);
                _problems.Add(new InputProblem(ConnectField.Secret, "is a secret's id, not its value",
                    "the value that Azure shows once, right after a secret was made; it is longer and often contains ~", "SECRET_IS_AN_ID"));
                return null;
            }

            if (source.Find(ConnectField.CertificatePath) is { } certificate)
                return ReadFile(ConnectField.CertificatePath, CredentialKind.Certificate, certificate);
            if (source.Find(ConnectField.FederatedTokenFile) is { } token)
                return ReadFile(ConnectField.FederatedTokenFile, CredentialKind.Federated, token);
        }

        _missing.Add(ConnectField.Secret);
        return null;
    }

    private SignIn? ReadFile(ConnectField field, CredentialKind kind, (string Value, string From) path)
    {
        _choices.Add(new InputChoice(field, path.From));
        if (File.Exists(path.Value))
            return new SignIn(kind, SecretText.From(Path.GetFullPath(path.Value)));
        _problems.Add(new InputProblem(field, "names no file that Layer can see", "the path of a readable file"));
        return null;
    }

    private bool TryReadId(IReadOnlyList<InputSource> sources, ConnectField field, bool required, [NotNullWhen(true)] out Guid? id)
    {
        id = null;
        if (Choose(sources, field) is not { } text)
        {
            if (required)
                _missing.Add(field);
            return false;
        }

        if (Guid.TryParseExact(text, "D", out var parsed) && parsed != Guid.Empty)
        {
            id = parsed;
            return true;
        }

        _problems.Add(new InputProblem(field, "is not an id", "an id like 12345678-1234-1234-1234-123456789abc"));
        return false;
    }

    private string? Choose(IReadOnlyList<InputSource> sources, ConnectField field)
    {
        foreach (var source in sources)
        {
            if (source.Find(field) is not { } found)
                continue;
            _choices.Add(new InputChoice(field, found.From));
            return found.Value;
        }

        return null;
    }

    private static bool LooksLikeAnId(SecretText secret)
    {
        Span<char> text = stackalloc char[40];
        var looks = secret.Utf8.Length <= text.Length
            && System.Text.Encoding.UTF8.TryGetChars(secret.Utf8, text, out var length) && Guid.TryParse(text[..length], out _);
        text.Clear();
        return looks;
    }
}

/// <summary>Which source a field was taken from.</summary>
internal sealed record InputChoice(ConnectField Field, string From)
{
    public override string ToString() => $"{ConnectFieldName.Of(Field)} from {From}";
}

/// <summary>
/// Something a person has to change, without the value itself: it may be a secret in the wrong place. The code names an entry of the error
/// catalog, and is null where the sentence says it all.
/// </summary>
internal sealed record InputProblem(ConnectField Field, string What, string Allowed, string? Code = null)
{
    public static InputProblem OfMissing(ConnectField field) => field switch
    {
        ConnectField.SubscriptionId => new(field, "is missing", "AZURE_SUBSCRIPTION_ID or ARM_SUBSCRIPTION_ID, or --subscription-id"),
        ConnectField.ClientId => new(field, "is missing", "AZURE_CLIENT_ID or ARM_CLIENT_ID, or --client-id: the Application (client) ID, not the Object ID"),
        _ => new(field, "is missing", "AZURE_CLIENT_SECRET or ARM_CLIENT_SECRET, or --client-secret-file; or a certificate, a federated token, a managed identity"),
    };

    public override string ToString() => $"{ConnectFieldName.Of(Field)} {What}. Allowed: {Allowed}.";
}
