using System.Text.Json;
using Layer.Remote;
using Layer.Storage;
using Layer.Workspaces;

namespace Layer.Connections;

/// <summary>An app registration as it is listed and as JSON tells it, here and over HTTP; never its secret.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Kind">How it signs in.</param>
/// <param name="ClientId">Application (client) ID.</param>
/// <param name="TenantId">Its tenant.</param>
/// <param name="Hint">The secret's first characters, as Azure shows them; null when there is no secret.</param>
/// <param name="Ends">When the secret ends, UTC; null: not known.</param>
/// <param name="Connections">Names of the connections that sign in with it and are not ended.</param>
internal sealed record ListedCredential(string Name, CredentialKind Kind, Guid ClientId, Guid TenantId, string? Hint, DateTimeOffset? Ends, IReadOnlyList<string> Connections)
{
    /// <summary>All of a workspace.</summary>
    public static async Task<IReadOnlyList<ListedCredential>> ListAsync(Installation layer, Workspace workspace, CancellationToken cancellationToken)
    {
        var users = (await layer.Connections.ListAsync(workspace.Id, cancellationToken)).Where(c => c.State != ConnectionState.Disconnected).ToLookup(c => c.Credential);
        return
        [
            .. (await layer.Credentials.ListAsync(workspace.Id, cancellationToken)).Select(c =>
                new ListedCredential(c.Name, c.Kind, c.ClientId, c.TenantId, c.SecretHint, c.SecretExpiresAt, [.. users[c.Id].Select(user => user.Name)])),
        ];
    }

    /// <summary>All that a server has.</summary>
    public static async Task<IReadOnlyList<ListedCredential>> ListAsync(RemoteServer server, CancellationToken cancellationToken)
    {
        var list = await server.ListAsync("/v1/credentials", "credentials", cancellationToken);
        return server.Read(() => list.Rows.Select(Read).ToList());
    }

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name", Name);
        json.WriteString("kind", KebabCaseText.Of(Kind));
        json.WriteString("clientId", ClientId);
        json.WriteString("tenantId", TenantId);
        json.WriteString("hint", Hint);
        json.WriteString("ends", Ends is { } end ? $"{end:yyyy-MM-ddTHH:mm:ss.fffZ}" : null);
        json.WriteStartArray("connections");
        foreach (var user in Connections)
            json.WriteStringValue(user);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static ListedCredential Read(JsonElement json) => new(
        json.Text("name"), KebabCaseText.Parse<CredentialKind>(json.Text("kind")), json.Id("clientId"), json.Id("tenantId"), json.TextOrNull("hint"), json.TextOrNull("ends") is null ? null : json.Time("ends"),
        [.. json.GetProperty("connections").EnumerateArray().Select(name => name.GetString() ?? throw new FormatException("a name is null"))]);
}
