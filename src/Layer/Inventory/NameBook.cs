using Layer.Azure;
using Layer.Azure.Names;
using Layer.Connections;
using Layer.Evidence.Observations;
using Layer.Storage;

namespace Layer.Inventory;

/// <summary>What directories call principals: no evidence, kept apart from it, erasable, and looked up again when it has become old.</summary>
internal sealed class NameBook(LayerDatabase database, CredentialStore credentials, AzureConnector connector, Guid workspace, TimeProvider clock)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    /// <summary>Looks up the principals of the last readings that are unknown or old. Without the permission every one of them stays as it is.</summary>
    public async Task RefreshAsync(IEnumerable<Connection> connections, CancellationToken cancellationToken)
    {
        var inventory = new InventoryReader(database, workspace);
        var readings = (await inventory.ReadingsAsync(DateOnly.MaxValue, cancellationToken)).ToDictionary(reading => reading.Connection);
        foreach (var connection in connections.Where(connection => readings.ContainsKey(connection.Id)))
        {
            var known = await inventory.NamesAsync(cancellationToken);
            var assignments = await inventory.ListAsync(readings[connection.Id], ObservationType.RoleAssignment, cancellationToken);
            var wanted = assignments
                .Where(seen => !known.TryGetValue(seen.Text("principalId"), out var name) || clock.GetUtcNow() - name.LookedUpAt > Lifetime)
                .DistinctBy(seen => seen.Text("principalId"), StringComparer.OrdinalIgnoreCase)
                .Select(seen => (IsId: Guid.TryParse(seen.Text("principalId"), out var id), Principal: new NamelessPrincipal(id, seen.Text("principalType"))))
                .Where(each => each.IsId).Select(each => each.Principal).ToArray();
            if (wanted.Length == 0)
                continue;
            using var credential = credentials.Open(await credentials.GetAsync(connection.Credential, cancellationToken));
            var target = new AzureTarget(CloudName.Parse(connection.Cloud), connection.SubscriptionId, connection.TenantId);
            await SaveAsync(connection.TenantId, await connector.FindNamesAsync(target, credential.Azure, wanted, cancellationToken), cancellationToken);
        }
    }

    private async Task SaveAsync(Guid tenant, NamesFound found, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        await using var transaction = await database.Engine.BeginWriteAsync(connection, cancellationToken);
        foreach (var (principal, end) in found.ByPrincipal)
        {
            var (state, name, detail) = end switch
            {
                NameLookup.Resolved resolved => (NameState.Resolved, resolved.Name, resolved.Detail),
                NameLookup.NotFound => (NameState.NotFound, null, null),
                NameLookup.NotPermitted => (NameState.NotPermitted, null, null),
                _ => ((NameState?)null, (string?)null, (string?)null),
            };
            // "Not looked up" has no row, and does not wipe out what was known before.
            if (state is not { } known)
                continue;
            await connection.ExecuteAsync(
                "DELETE FROM principal_name WHERE workspace = @workspace AND tenant_id = @tenant AND principal_id = @principal", cancellationToken,
                ("@workspace", database.Engine.Id(workspace)), ("@tenant", database.Engine.Id(tenant)), ("@principal", principal.ToString()));
            await database.Engine.InsertAsync(
                connection, "principal_name", ["workspace", "tenant_id", "principal_id", "state", "name", "detail", "looked_up_at"],
                [[database.Engine.Id(workspace), database.Engine.Id(tenant), principal.ToString(), KebabCaseText.Of(known), name, detail, clock.GetUtcNow().UtcTicks]],
                cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }
}
