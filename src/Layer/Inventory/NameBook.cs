using Layer.Azure;
using Layer.Azure.Names;
using Layer.Connections;
using Layer.Evidence.Collecting;
using Layer.Evidence.Observations;
using Layer.Operations;
using Layer.Storage;

namespace Layer.Inventory;

/// <summary>What directories call principals: no evidence, kept apart from it, erasable, and looked up again when it has become old.</summary>
internal sealed class NameBook(LayerDatabase database, CredentialStore credentials, AzureConnector connector, Guid workspace, TimeProvider clock)
{
    private const int Chunk = 1000;

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private readonly InventoryReader _inventory = new(database, workspace);

    /// <summary>Looks up the principals of the last readings that are unknown or old, or all of them. Nothing is asked when none is due.</summary>
    /// <exception cref="RefusedException">A stored secret cannot be opened: KEYRING_LOST, KEYRING_WRONG, SEAL_BROKEN, CERTIFICATE_UNREADABLE.</exception>
    public async Task<NamesRefreshed> RefreshAsync(IEnumerable<Connection> connections, bool all, CancellationToken cancellationToken)
    {
        var readings = (await _inventory.ReadingsAsync(DateOnly.MaxValue, cancellationToken)).ToDictionary(reading => reading.Connection);
        var ends = new Dictionary<(Guid Tenant, Guid Principal), NameLookup>();
        Failure? failure = null;
        foreach (var user in connections.Where(c => readings.ContainsKey(c.Id)).GroupBy(c => (c.TenantId, c.Credential)))
        {
            var due = new Dictionary<Guid, NamelessPrincipal>();
            foreach (var connection in user)
            {
                // What another app registration may not read, this one may.
                foreach (var principal in await DueAsync(readings[connection.Id], all, cancellationToken))
                {
                    if (ends.GetValueOrDefault((connection.TenantId, principal.Id)) is null or NameLookup.NotPermitted)
                        due.TryAdd(principal.Id, principal);
                }
            }

            failure = await AskAsync(user.First(), [.. due.Values], ends, cancellationToken) ?? failure;
        }

        return new NamesRefreshed([.. ends.Values], failure);
    }

    /// <summary>Erases what is stored about a principal, given by object id, name or user principal name, or about all. The number of rows erased.</summary>
    /// <remarks>What a file of SQLite held is overwritten. A principal that still holds roles is looked up again when names are switched on.</remarks>
    public static async Task<int> ForgetAsync(LayerDatabase database, Guid workspace, string? principal, CancellationToken cancellationToken)
    {
        var known = await new InventoryReader(database, workspace).NamesAsync(cancellationToken);
        await using var connection = await database.ConnectAsync(cancellationToken);
        await database.Engine.BeginErasingAsync(connection, cancellationToken);
        var erased = 0;
        foreach (var name in known.Matching(principal))
        {
            erased += await connection.ExecuteAsync(
                "DELETE FROM principal_name WHERE workspace = @workspace AND tenant_id = @tenant AND principal_id = @principal", cancellationToken,
                ("@workspace", database.Engine.Id(workspace)), ("@tenant", database.Engine.Id(name.TenantId)), ("@principal", name.PrincipalId));
        }

        await database.Engine.EndErasingAsync(connection, "principal_name", cancellationToken);
        return erased;
    }

    private async Task<IEnumerable<NamelessPrincipal>> DueAsync(Reading reading, bool all, CancellationToken cancellationToken)
    {
        var known = await _inventory.NamesAsync(cancellationToken);
        var due = new List<NamelessPrincipal>();
        foreach (var assignment in await _inventory.ListAsync(reading, ObservationType.RoleAssignment, cancellationToken))
        {
            if (KnownNames.IsOfAnotherTenant(assignment) || !Guid.TryParse(assignment.Text("principalId"), out var id))
                continue;
            if (all || known.Find(assignment) is not { } name || clock.GetUtcNow() - name.LastLookedUpAt > Lifetime)
                due.Add(new NamelessPrincipal(id, assignment.Text("principalType")));
        }

        return due;
    }

    private async Task<Failure?> AskAsync(
        Connection connection, NamelessPrincipal[] due, Dictionary<(Guid Tenant, Guid Principal), NameLookup> ends, CancellationToken cancellationToken)
    {
        if (due.Length == 0)
            return null;
        using var credential = credentials.Open(await credentials.GetAsync(connection.Credential, cancellationToken));
        var target = new AzureTarget(CloudName.Parse(connection.Cloud), connection.SubscriptionId, connection.TenantId);
        Failure? failure = null;
        foreach (var part in due.Chunk(Chunk))
        {
            var found = await connector.FindNamesAsync(target, credential.Azure, part, cancellationToken);
            await SaveAsync(connection.TenantId, found, cancellationToken);
            foreach (var (principal, end) in found.ByPrincipal)
                ends[(connection.TenantId, principal)] = end;
            failure = found.Failure ?? failure;
            // Graph that does not answer one question would be waited for once for each.
            if (found.Failure is not null && found.ByPrincipal.Values.Any(end => end is NameLookup.NotLookedUp))
                break;
        }

        return failure;
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
                """
                INSERT INTO principal_name (workspace, tenant_id, principal_id, state, name, detail, first_looked_up_at, last_looked_up_at)
                VALUES (@workspace, @tenant, @principal, @state, @name, @detail, @now, @now)
                ON CONFLICT (workspace, tenant_id, principal_id) DO UPDATE
                SET state = excluded.state, name = excluded.name, detail = excluded.detail, last_looked_up_at = excluded.last_looked_up_at
                """,
                cancellationToken,
                ("@workspace", database.Engine.Id(workspace)), ("@tenant", database.Engine.Id(tenant)), ("@principal", principal.ToString()),
                ("@state", KebabCaseText.Of(known)), ("@name", name), ("@detail", detail), ("@now", clock.GetUtcNow().UtcTicks));
        }

        await transaction.CommitAsync(cancellationToken);
    }
}

/// <summary>What a lookup came to.</summary>
/// <param name="Ends">One for each principal that was due.</param>
/// <param name="Failure">Why names are missing that could be there; null when every question was answered.</param>
internal sealed record NamesRefreshed(IReadOnlyList<NameLookup> Ends, Failure? Failure)
{
    public int Count<T>()
        where T : NameLookup => Ends.Count(end => end is T);
}
