using System.Data.Common;
using Layer.Connections;
using Layer.Operations;
using Layer.Storage;

namespace Layer.Syncing;

/// <summary>One sync per connection at a time. The fence is what protects evidence; the lease only keeps two from doing the same work.</summary>
internal sealed class SyncLeases(LayerDatabase database, TimeProvider clock, TimeSpan? duration = null)
{
    /// <summary>
    /// How long a reader that died on another machine keeps others away. Longer than a collection may take (its own deadline is 10 minutes) with its commit, so that
    /// a living one never loses it.
    /// </summary>
    public static readonly TimeSpan Usual = TimeSpan.FromMinutes(15);

    /// <summary>As set, else <see cref="Usual"/>.</summary>
    public TimeSpan Duration => duration ?? Usual;

    private StorageEngine Engine => database.Engine;

    /// <param name="connectionId">The connection.</param>
    /// <param name="fence">Only while its fence is still this one; null: whatever it is.</param>
    /// <param name="cancellationToken">The cancellation token.</param>
    /// <exception cref="RefusedException">SYNC_RUNNING, CONNECTION_PAUSED, CONNECTION_DISCONNECTED.</exception>
    public async Task<SyncLease> TakeAsync(Guid connectionId, long? fence, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var until = now + Duration;
        await using var connection = await database.ConnectAsync(cancellationToken);
        await using var transaction = await Engine.BeginWriteAsync(connection, cancellationToken);
        var found = await GetAsync(connection, connectionId, cancellationToken);
        if (found.State is ConnectionState.Paused or ConnectionState.Disconnected || IsHeld(found, now) || (fence ?? found.Fence) != found.Fence)
            throw Refusal(found);
        // Compare and swap: of two that found the lease free, one is told who was quicker.
        var taken = await connection.ExecuteAsync(
            "UPDATE connection SET fence = fence + 1, lease_holder = @holder, lease_until = @until WHERE id = @id AND fence = @fence",
            cancellationToken, ("@holder", LeaseHolder.This.ToString()), ("@until", until.UtcTicks), ("@id", Engine.Id(connectionId)), ("@fence", found.Fence));
        var held = await GetAsync(connection, connectionId, cancellationToken);
        if (taken == 0)
            throw Refusal(held);
        await transaction.CommitAsync(cancellationToken);
        return new SyncLease(held, held.Fence, until);
    }

    // A reader that was killed on this machine is known to be gone, and keeps nobody waiting.
    private static bool IsHeld(Connection connection, DateTimeOffset now) =>
        connection.LeaseUntil > now && !(connection.LeaseHolder is { } holder && LeaseHolder.IsGone(holder));

    private async Task<Connection> GetAsync(DbConnection connection, Guid id, CancellationToken cancellationToken) =>
        (await connection.ConnectionsAsync(Engine, "id = @id", cancellationToken, ("@id", Engine.Id(id)))).Single();

    /// <summary>Gives the lease back and tells how the connection is now; does nothing when somebody else has taken it over.</summary>
    public async Task ReleaseAsync(SyncLease lease, ConnectionState state, string? code, CancellationToken cancellationToken)
    {
        var unchanged = state == lease.Connection.State && code == lease.Connection.StateCode;
        await using var connection = await database.ConnectAsync(cancellationToken);
        await connection.ExecuteAsync(
            """
            UPDATE connection SET state = @state, state_code = @code, since = @since, lease_holder = NULL, lease_until = NULL
            WHERE id = @id AND fence = @fence
            """,
            cancellationToken,
            ("@state", KebabCaseText.Of(state)), ("@code", code), ("@since", (unchanged ? lease.Connection.Since : clock.GetUtcNow()).UtcTicks),
            ("@id", Engine.Id(lease.Connection.Id)), ("@fence", lease.Fence));
    }

    private static RefusedException Refusal(Connection connection) => connection.State switch
    {
        ConnectionState.Paused => ConnectionErrors.Paused(connection),
        ConnectionState.Disconnected => new RefusedException("CONNECTION_DISCONNECTED",
            ("connection", connection.Name), ("day", $"{connection.DisconnectedAt:yyyy-MM-dd}")),
        _ => new RefusedException("SYNC_RUNNING",
            ("connection", connection.Name), ("holder", connection.LeaseHolder is { } holder ? LeaseHolder.Describe(holder) : "another process"), ("until", $"{connection.LeaseUntil:yyyy-MM-ddTHH:mm:ssZ}")),
    };
}

/// <summary>The right to read a connection until a time, and the number that a commit must still find there.</summary>
internal sealed record SyncLease(Connection Connection, long Fence, DateTimeOffset Until);
