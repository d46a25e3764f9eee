using Layer.Azure;
using Layer.Azure.Names;
using Layer.Connections;
using Layer.Evidence.Collecting;
using Layer.Evidence.Observations;
using Layer.Ledger;
using Layer.Operations;
using Layer.Storage;

namespace Layer.Inventory;

/// <summary>
/// What directories call principals: kept apart from evidence, erasable, and looked up again when it has become old. The log gets a commitment to each
/// record, so that a name can be proven later and still be erased.
/// </summary>
internal sealed class NameBook(
    LayerDatabase database, EvidenceLedger ledger, CredentialStore credentials, AzureConnector connector, Guid workspace, TimeProvider clock)
{
    private const int Chunk = 1000;

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private readonly InventoryReader _inventory = new(database, workspace);

    /// <summary>Looks up the principals of the last readings that are unknown or old, or all of them. Nothing is asked when none is due.</summary>
    /// <exception cref="RefusedException">CLOCK_BEHIND_LOG, LOG_BROKEN: nothing was stored. LOG_ROLLED_BACK: it was stored, and could not be signed.</exception>
    public async Task<NamesRefreshed> RefreshAsync(IEnumerable<Connection> connections, bool all, CancellationToken cancellationToken)
    {
        var readings = (await _inventory.ReadingsAsync(DateOnly.MaxValue, cancellationToken)).ToDictionary(reading => reading.Connection);
        var ends = new List<NameLookup>();
        var sealedRecords = 0;
        Failure? failure = null;
        foreach (var tenant in connections.Where(c => readings.ContainsKey(c.Id)).GroupBy(c => c.TenantId))
        {
            var found = new Dictionary<Guid, NameLookup>();
            foreach (var users in tenant.GroupBy(c => c.Credential))
            {
                var due = new Dictionary<Guid, NamelessPrincipal>();
                foreach (var connection in users)
                {
                    // What another app registration may not read, this one may.
                    foreach (var principal in await DueAsync(readings[connection.Id], all, cancellationToken))
                    {
                        if (found.GetValueOrDefault(principal.Id) is null or NameLookup.NotPermitted)
                            due.TryAdd(principal.Id, principal);
                    }
                }

                failure = await AskAsync(users.First(), [.. due.Values], found, cancellationToken) ?? failure;
            }

            sealedRecords += await SaveAsync(tenant.Key, found, cancellationToken);
            ends.AddRange(found.Values);
        }

        // The signature of the sync before it does not cover this leaf, and the next may be a day away.
        if (sealedRecords > 0)
            await ledger.SignCheckpointAsync(workspace, cancellationToken);
        return new NamesRefreshed(ends, sealedRecords, failure);
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
        Connection connection, NamelessPrincipal[] due, Dictionary<Guid, NameLookup> found, CancellationToken cancellationToken)
    {
        if (due.Length == 0)
            return null;
        OpenCredential credential;
        try
        {
            credential = credentials.Open(await credentials.GetAsync(connection.Credential, cancellationToken));
        }
        catch (RefusedException refused)
        {
            // What the tenant's other app registrations answer is worth keeping.
            return refused.Failure;
        }

        using var open = credential;
        var target = new AzureTarget(CloudName.Parse(connection.Cloud), connection.SubscriptionId, connection.TenantId);
        Failure? failure = null;
        foreach (var part in due.Chunk(Chunk))
        {
            var answered = await connector.FindNamesAsync(target, credential.Azure, part, cancellationToken);
            foreach (var (principal, end) in answered.ByPrincipal)
            {
                // That nothing came says less than that it is not permitted.
                if (end is not NameLookup.NotLookedUp || !found.ContainsKey(principal))
                    found[principal] = end;
            }

            failure = answered.Failure ?? failure;
            // Graph that does not answer one question would be waited for once for each.
            if (answered.Failure is not null && answered.ByPrincipal.Values.Any(end => end is NameLookup.NotLookedUp))
                break;
        }

        return failure;
    }

    private async Task<int> SaveAsync(Guid tenant, Dictionary<Guid, NameLookup> found, CancellationToken cancellationToken)
    {
        var sealedRecords = 0;
        if (found.Values.All(end => end is NameLookup.NotLookedUp))
            return 0;
        await ledger.AppendAsync(
            workspace,
            async (log, connection) => sealedRecords = await new NameWriter(database.Engine, connection, workspace, cancellationToken).WriteAsync(log, tenant, found),
            cancellationToken);
        return sealedRecords;
    }
}

/// <summary>What a lookup came to.</summary>
/// <param name="Ends">One for each principal that was due.</param>
/// <param name="Sealed">Records that differ from the last one sealed of their principal, and were sealed now.</param>
/// <param name="Failure">Why names are missing that could be there; null when every question was answered.</param>
internal sealed record NamesRefreshed(IReadOnlyList<NameLookup> Ends, int Sealed, Failure? Failure)
{
    public int Count<T>()
        where T : NameLookup => Ends.Count(end => end is T);
}
