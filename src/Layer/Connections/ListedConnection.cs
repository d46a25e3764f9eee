using System.Text.Json;
using Layer.Operations;
using Layer.Remote;
using Layer.Storage;
using Layer.Workspaces;

namespace Layer.Connections;

/// <summary>A connection as it is listed and as JSON tells it, here and over HTTP.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Id">Its id.</param>
/// <param name="SubscriptionId">What it reads.</param>
/// <param name="TenantId">Where that is.</param>
/// <param name="Cloud">Azure's cloud, e.g. <c>public</c>.</param>
/// <param name="State">How it is.</param>
/// <param name="Code">Why it fails; null unless it does.</param>
/// <param name="LastRead">Azure's clock at its last complete reading, UTC; null: never read to its end.</param>
/// <param name="Credential">The app registration it signs in with.</param>
/// <param name="PausedBy">Who paused it; null unless paused.</param>
/// <param name="PausedBecause">Why, in their words.</param>
internal sealed record ListedConnection(
    string Name, Guid Id, Guid SubscriptionId, Guid TenantId, string Cloud, ConnectionState State, string? Code, DateTimeOffset? LastRead, string Credential, string? PausedBy, string? PausedBecause)
{
    private const string Path = "/v1/connections";

    /// <summary>All of a workspace, in order of name, then of age.</summary>
    public static async Task<IReadOnlyList<ListedConnection>> ListAsync(Installation layer, Workspace workspace, CancellationToken cancellationToken)
    {
        var connections = await layer.Connections.ListAsync(workspace.Id, cancellationToken);
        var credentials = (await layer.Credentials.ListAsync(workspace.Id, cancellationToken)).ToDictionary(c => c.Id);
        var readings = (await layer.InventoryOf(workspace).ReadingsAsync(DateOnly.MaxValue, cancellationToken)).ToDictionary(r => r.Connection, r => r.ObservedAt);
        return
        [
            .. connections.Select(c => new ListedConnection(
                c.Name, c.Id, c.SubscriptionId, c.TenantId, c.Cloud, c.State, c.StateCode, readings.TryGetValue(c.Id, out var at) ? at : null, credentials[c.Credential].Name, c.PausedBy, c.PausedBecause)),
        ];
    }

    /// <summary>All that a server has.</summary>
    public static async Task<IReadOnlyList<ListedConnection>> ListAsync(RemoteServer server, CancellationToken cancellationToken)
    {
        var list = await server.ListAsync(Path, "connections", cancellationToken);
        return server.Read(() => list.Rows.Select(Read).ToList());
    }

    /// <summary>One of a server's by its name: of several, the one that goes on, else the newest.</summary>
    /// <exception cref="RefusedException">CONNECTION_NOT_FOUND.</exception>
    public static async Task<ListedConnection> GetAsync(RemoteServer server, string name, CancellationToken cancellationToken) => Choose(await ListAsync(server, cancellationToken), name);

    /// <summary>As <see cref="GetAsync"/>, of a list at hand.</summary>
    /// <exception cref="RefusedException">CONNECTION_NOT_FOUND.</exception>
    public static ListedConnection Choose(IReadOnlyList<ListedConnection> all, string name) =>
        all.LastOrDefault(c => c.Name == name && c.State != ConnectionState.Disconnected) ?? all.LastOrDefault(c => c.Name == name)
        ?? throw new RefusedException("CONNECTION_NOT_FOUND", ("connection", name), ("known", CredentialStore.Names(all.Where(c => c.State != ConnectionState.Disconnected).Select(c => c.Name))));

    /// <summary>Where a server has it.</summary>
    public string Address => $"{Path}/{Id}";

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name", Name);
        json.WriteString("id", Id);
        json.WriteString("subscriptionId", SubscriptionId);
        json.WriteString("tenantId", TenantId);
        json.WriteString("cloud", Cloud);
        json.WriteString("state", KebabCaseText.Of(State));
        json.WriteString("code", Code);
        json.WriteString("lastRead", LastRead is { } at ? $"{at:yyyy-MM-ddTHH:mm:ss.fffZ}" : null);
        json.WriteString("credential", Credential);
        json.WriteString("pausedBy", PausedBy);
        json.WriteString("pausedBecause", PausedBecause);
        json.WriteEndObject();
    }

    /// <summary>Reads what <see cref="WriteTo"/> wrote.</summary>
    public static ListedConnection Read(JsonElement json) => new(
        json.Text("name"), json.Id("id"), json.Id("subscriptionId"), json.Id("tenantId"), json.Text("cloud"), KebabCaseText.Parse<ConnectionState>(json.Text("state")), json.TextOrNull("code"),
        json.TextOrNull("lastRead") is null ? null : json.Time("lastRead"), json.Text("credential"), json.TextOrNull("pausedBy"), json.TextOrNull("pausedBecause"));
}
