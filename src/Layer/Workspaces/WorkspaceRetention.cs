using System.Data.Common;
using Layer.Cli;
using Layer.Evidence.Leaves;
using Layer.Ledger;
using Layer.Operations;
using Layer.Storage;

namespace Layer.Workspaces;

/// <summary>How long a workspace is kept: its newest leaf and a number of years, and longer while a person holds it. Nothing in it is deleted singly.</summary>
internal sealed class WorkspaceRetention(LayerDatabase database, EvidenceLedger ledger, int years)
{
    private StorageEngine Engine => database.Engine;

    public async Task<WorkspaceStanding> ReadAsync(Workspace workspace, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        await using var snapshot = await Engine.BeginReadAsync(connection, cancellationToken);
        return await ReadAsync(connection, workspace, cancellationToken);
    }

    /// <summary>The same, as it is inside a transaction of the caller.</summary>
    /// <exception cref="RefusedException">LOG_BROKEN: a leaf that would say whether it is held cannot be read.</exception>
    public async Task<WorkspaceStanding> ReadAsync(DbConnection connection, Workspace workspace, CancellationToken cancellationToken)
    {
        // The leaf and not the head's own date: the guards keep leaves as they were written.
        var newest = await connection.ScalarAsync(
            "SELECT at FROM log_leaf WHERE workspace = @workspace ORDER BY idx DESC LIMIT 1", cancellationToken, ("@workspace", Engine.Id(workspace.Id)));
        if (newest is not long ticks)
            throw new InvalidOperationException($"The workspace {workspace.Id} has no log.");
        var newestAt = new DateTimeOffset(ticks, TimeSpan.Zero);
        return new WorkspaceStanding(
            await CountAsync("log_leaf"), await CountAsync("evidence"), await CountAsync("connection"), await CountAsync("observation"), await CountAsync("name_record"),
            newestAt, newestAt.AddYears(years), years, await LegalHold.FindAsync(Engine, connection, workspace.Id, cancellationToken));

        async Task<long> CountAsync(string table) => Convert.ToInt64(await connection.ScalarAsync(
            $"SELECT COUNT(*) FROM {table} WHERE workspace = @workspace", cancellationToken, ("@workspace", Engine.Id(workspace.Id))));
    }

    /// <exception cref="RefusedException">WORKSPACE_HELD: it is already, and whose word that was stays on record.</exception>
    public async Task HoldAsync(Workspace workspace, string actor, Statement statement, CancellationToken cancellationToken) =>
        await ledger.AppendAsync(workspace.Id, async (log, connection) =>
        {
            var standing = await ReadAsync(connection, workspace, cancellationToken);
            if (standing.Hold is not null)
                throw standing.RefusalOfHold(workspace);
            log.Add(new AuditLeaf(actor, LegalHold.Held, Subject: null, statement.ToString()));
        }, cancellationToken);

    /// <exception cref="RefusedException">WORKSPACE_NOT_HELD.</exception>
    public async Task ReleaseAsync(Workspace workspace, string actor, Statement statement, CancellationToken cancellationToken) =>
        await ledger.AppendAsync(workspace.Id, async (log, connection) =>
        {
            if (await LegalHold.FindAsync(Engine, connection, workspace.Id, cancellationToken) is null)
                throw new RefusedException("WORKSPACE_NOT_HELD", ("workspace", workspace.Name));
            log.Add(new AuditLeaf(actor, LegalHold.Released, Subject: null, statement.ToString()));
        }, cancellationToken);
}

/// <summary>How much a workspace holds, and until when it must be kept.</summary>
/// <param name="Leaves">Entries of its log.</param>
/// <param name="Records">Evidence records among them.</param>
/// <param name="Connections">Ended ones included.</param>
/// <param name="Observations">Distinct ones.</param>
/// <param name="Names">Sealed name records that were not erased.</param>
/// <param name="NewestAt">When the newest leaf was sealed, UTC. A hold and its release are leaves, too.</param>
/// <param name="KeepUntil">Before this instant nothing is removed.</param>
/// <param name="Years">The retention it follows from.</param>
/// <param name="Hold">Null when nobody holds it.</param>
internal sealed record WorkspaceStanding(
    long Leaves, long Records, long Connections, long Observations, long Names, DateTimeOffset NewestAt, DateTimeOffset KeepUntil, int Years, LegalHold? Hold)
{
    /// <exception cref="RefusedException">WORKSPACE_HELD, RETENTION_NOT_OVER.</exception>
    public void RefuseRemoval(Workspace workspace, DateTimeOffset now)
    {
        if (Hold is not null)
            throw RefusalOfHold(workspace);
        if (now < KeepUntil)
        {
            throw new RefusedException("RETENTION_NOT_OVER",
                ("workspace", workspace.Name), ("day", $"{KeepUntil:yyyy-MM-dd}"), ("newest", $"{NewestAt:yyyy-MM-dd}"), ("years", $"{Years}"));
        }
    }

    public RefusedException RefusalOfHold(Workspace workspace) => new("WORKSPACE_HELD",
        ("workspace", workspace.Name), ("since", $"{Hold?.Since:yyyy-MM-dd}"), ("reason", Hold?.Reason ?? ""), ("day", $"{KeepUntil:yyyy-MM-dd}"));
}
