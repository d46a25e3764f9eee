using System.Text;
using Layer.Secrets;

namespace Layer.Connections;

/// <summary>One place that says something about a connection: options, a prompt, a pasted text, the environment.</summary>
internal sealed class InputSource
{
    private readonly Dictionary<ConnectField, (string Value, string From)> _texts = [];
    private (SecretText Value, string From)? _secret;

    /// <summary>The names of Azure.Identity, then Terraform's.</summary>
    public static IReadOnlyList<InputSource> OfEnvironment(IReadOnlyDictionary<string, string> environment)
    {
        return
        [
            Read("AZURE_",
                (ConnectField.SubscriptionId, "SUBSCRIPTION_ID"), (ConnectField.ClientId, "CLIENT_ID"), (ConnectField.TenantId, "TENANT_ID"),
                (ConnectField.Secret, "CLIENT_SECRET"), (ConnectField.CertificatePath, "CLIENT_CERTIFICATE_PATH"),
                (ConnectField.FederatedTokenFile, "FEDERATED_TOKEN_FILE"), (ConnectField.Cloud, "ENVIRONMENT"), (ConnectField.Cloud, "AUTHORITY_HOST")),
            Read("ARM_",
                (ConnectField.SubscriptionId, "SUBSCRIPTION_ID"), (ConnectField.ClientId, "CLIENT_ID"), (ConnectField.TenantId, "TENANT_ID"),
                (ConnectField.Secret, "CLIENT_SECRET"), (ConnectField.CertificatePath, "CLIENT_CERTIFICATE_PATH"),
                (ConnectField.FederatedTokenFile, "OIDC_TOKEN_FILE_PATH"), (ConnectField.Cloud, "ENVIRONMENT")),
        ];

        InputSource Read(string prefix, params ReadOnlySpan<(ConnectField Field, string Name)> names)
        {
            var source = new InputSource();
            foreach (var (field, name) in names)
            {
                if (environment.TryGetValue(prefix + name, out var value))
                    source.Add(field, value, $"environment {prefix}{name}");
            }

            return source;
        }
    }

    /// <summary>The first line of a file or of standard input, without its end.</summary>
    public static SecretText ReadSecret(Stream stream)
    {
        // Longer than any secret of Entra's: a whole file given by mistake is not read into memory.
        const int Longest = 4096;
        Span<byte> bytes = stackalloc byte[Longest];
        var length = stream.ReadAtLeast(bytes, Longest, throwOnEndOfStream: false);
        var text = bytes[..length];
        if (text.StartsWith(Encoding.UTF8.Preamble))
            text = text[3..];
        if (text.IndexOfAny((byte)'\r', (byte)'\n') is >= 0 and var end)
            text = text[..end];
        var secret = SecretText.FromUtf8(text.Trim((byte)' '));
        bytes.Clear();
        return secret;
    }

    /// <summary>
    /// An empty value says nothing; a field that is there already stays. <paramref name="from"/> is shown to the person, e.g.
    /// <c>environment AZURE_CLIENT_ID</c>.
    /// </summary>
    public InputSource Add(ConnectField field, string? value, string from)
    {
        if (string.IsNullOrWhiteSpace(value))
            return this;
        if (field == ConnectField.Secret)
            return AddSecret(SecretText.From(value.AsSpan().Trim()), from);
        _texts.TryAdd(field, (value.Trim(), from));
        return this;
    }

    public InputSource AddSecret(SecretText secret, string from)
    {
        if (!secret.IsEmpty)
            _secret ??= (secret, from);
        return this;
    }

    public bool IsEmpty => _texts.Count == 0 && _secret is null;

    public (string Value, string From)? Find(ConnectField field) => _texts.TryGetValue(field, out var text) ? text : null;

    public (SecretText Value, string From)? FindSecret() => _secret;
}
