using System.Text.Json.Nodes;
using Layer.Access;
using Layer.Storage;

namespace Layer.Connections.Web;

/// <summary>Reads the newest list of visible subscriptions of each app registration.</summary>
internal sealed class VisibleApps(Installation layer, CurrentViewer viewers)
{
    private const string Newest =
        """
        SELECT v.client, v.tenant, v.cloud, v.day, o.bytes FROM visible v JOIN observation o ON o.workspace = v.workspace AND o.digest = v.digest
        WHERE v.workspace = @workspace AND v.day = (SELECT MAX(day) FROM visible n WHERE n.workspace = v.workspace AND n.client = v.client AND n.tenant = v.tenant AND n.cloud = v.cloud)
        """;

    /// <summary>App registrations whose list was never recorded are left out: nothing is known of them, which is not the same as nothing.</summary>
    public Task<IReadOnlyList<VisibleApp>> ListAsync(CancellationToken cancellationToken) => ListAsync(layer, viewers.Viewer.Workspace.Id, cancellationToken);

    /// <inheritdoc cref="ListAsync(CancellationToken)"/>
    public static async Task<IReadOnlyList<VisibleApp>> ListAsync(Installation layer, Guid workspace, CancellationToken cancellationToken)
    {
        var engine = layer.Database.Engine;
        var connected = (await layer.Connections.ListAsync(workspace, cancellationToken))
            .Where(connection => connection.State != ConnectionState.Disconnected).Select(connection => connection.SubscriptionId).ToHashSet();
        var lists = new Dictionary<(Guid Client, Guid Tenant, string Cloud), (DateOnly Day, IReadOnlyList<VisibleOne> All)>();
        await using (var connection = await layer.Database.ConnectAsync(cancellationToken))
        {
            await foreach (var row in connection.QueryAsync(Newest, cancellationToken, ("@workspace", engine.Id(workspace))))
                lists[(engine.ReadId(row, 0), engine.ReadId(row, 1), row.GetString(2))] = (DateOnly.FromDayNumber(row.GetInt32(3)), Read(row.GetFieldValue<byte[]>(4)));
        }

        // Two credentials of one app registration see the same: the newer one stands for both.
        return
        [
            .. (await layer.Credentials.ListAsync(workspace, cancellationToken)).OrderByDescending(credential => credential.CreatedAt)
                .DistinctBy(credential => (credential.ClientId, credential.TenantId, credential.Cloud))
                .Where(credential => lists.ContainsKey((credential.ClientId, credential.TenantId, credential.Cloud)))
                .Select(credential => Of(credential, lists[(credential.ClientId, credential.TenantId, credential.Cloud)], connected))
                .OrderBy(app => app.Credential.Name, StringComparer.Ordinal),
        ];
    }

    private static VisibleApp Of(Credential credential, (DateOnly Day, IReadOnlyList<VisibleOne> All) list, HashSet<Guid> connected) => new(
        credential, list.Day, list.All.Count,
        [.. list.All.Where(one => !connected.Contains(one.Id)).OrderBy(one => one.DisplayName, StringComparer.OrdinalIgnoreCase).ThenBy(one => one.Id)]);

    private static VisibleOne[] Read(byte[] observation) =>
    [
        .. JsonNode.Parse(observation)!["facts"]!["subscriptions"]!.AsArray().OfType<JsonNode>().Select(each => new VisibleOne( // sealed by us in this form
            Guid.Parse(each.Text("subscriptionId")), each.Text("displayName") is { Length: > 0 } name ? name : each.Text("subscriptionId"), each.Text("state"))),
    ];
}
