using System.Data.Common;
using Layer.Connections;
using Layer.Ledger;
using Layer.Storage;

namespace Layer.Syncing;

/// <summary>What the schedule goes by, read in one statement: a fence and the attempts that belong to it.</summary>
/// <param name="Connection">As it was when read; of its workspace's own kind, never a sample.</param>
/// <param name="Newest">Its newest attempt; null before the first.</param>
/// <param name="FailuresInARow">Attempts since the last complete one.</param>
internal sealed record PlannedConnection(Connection Connection, Attempt? Newest, long FailuresInARow);

/// <summary>An attempt, as far as the schedule goes by it.</summary>
internal sealed record Attempt(Guid Id, SyncStatus Status, string? Code, DateTimeOffset StartedAt, DateTimeOffset EndedAt, DateOnly Day);

/// <summary>Reads connections with their newest attempts.</summary>
internal sealed class PlannedConnections(LayerDatabase database)
{
    // Sequence numbers have no gaps, so the newest attempt is found by its number.
    private const string Query =
        """
        SELECT c.id, c.workspace, c.name, c.subscription_id, c.tenant_id, c.cloud, c.credential, c.state, c.state_code, c.since, c.fence, c.lease_holder,
               c.lease_until, c.next_seq, c.created_at, s.id, s.status, s.code, s.started_at, s.ended_at, s.day,
               (SELECT g.seq FROM sync g WHERE g.connection = c.id AND g.status = 'complete' ORDER BY g.seq DESC LIMIT 1)
        FROM connection c
        JOIN workspace w ON w.id = c.workspace
        LEFT JOIN sync s ON s.connection = c.id AND s.seq = c.next_seq - 1
        """;

    private StorageEngine Engine => database.Engine;

    /// <summary>All that are to be read: neither paused nor ended, and of no sample.</summary>
    public Task<List<PlannedConnection>> ListAsync(CancellationToken cancellationToken) =>
        ReadAsync("c.state NOT IN ('paused', 'disconnected')", cancellationToken);

    /// <summary>Null when there is none of that id, or it belongs to a sample.</summary>
    public async Task<PlannedConnection?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        (await ReadAsync("c.id = @id", cancellationToken, ("@id", Engine.Id(id)))).SingleOrDefault();

    private async Task<List<PlannedConnection>> ReadAsync(string where, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        var found = new List<PlannedConnection>();
        await using var connection = await database.ConnectAsync(cancellationToken);
        var sql = $"{Query} WHERE w.sample = @no AND {where}";
        await foreach (var row in connection.QueryAsync(sql, cancellationToken, [("@no", Engine.Flag(false)), .. parameters]))
        {
            var newest = row.IsDBNull(15) ? null : new Attempt(
                Engine.ReadId(row, 15), KebabCaseText.Parse<SyncStatus>(row.GetString(16)), Text(row, 17), Time(row, 18)!.Value, Time(row, 19)!.Value,
                DateOnly.FromDayNumber(row.GetInt32(20)));
            var read = Read(row);
            found.Add(new PlannedConnection(read, newest, read.NextSeq - 1 - (row.IsDBNull(21) ? 0 : row.GetInt64(21))));
        }

        return found;
    }

    private Connection Read(DbDataReader row) => new()
    {
        Id = Engine.ReadId(row, 0),
        Workspace = Engine.ReadId(row, 1),
        Name = row.GetString(2),
        SubscriptionId = Engine.ReadId(row, 3),
        TenantId = Engine.ReadId(row, 4),
        Cloud = row.GetString(5),
        Credential = Engine.ReadId(row, 6),
        State = KebabCaseText.Parse<ConnectionState>(row.GetString(7)),
        StateCode = Text(row, 8),
        Since = Time(row, 9)!.Value,
        Fence = row.GetInt64(10),
        LeaseHolder = Text(row, 11),
        LeaseUntil = Time(row, 12),
        NextSeq = row.GetInt64(13),
        CreatedAt = Time(row, 14)!.Value,
    };

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset? Time(DbDataReader row, int column) => row.IsDBNull(column) ? null : new DateTimeOffset(row.GetInt64(column), TimeSpan.Zero);
}
