using System.Text;
using Layer.Evidence;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Operations;
using Layer.Storage;

namespace Layer.Ledger;

/// <summary>Has signed checkpoints of a log stamped by an authority; each token is kept, and a leaf says that it is.</summary>
internal sealed class LogTimestamps(LayerDatabase database, EvidenceLedger ledger, TimestampAuthority authority, TimeProvider clock)
{
    private StorageEngine Engine => database.Engine;

    /// <summary>Has a checkpoint stamped, unless this UTC day has a token already.</summary>
    /// <returns>The size of what was stamped; null when nothing was asked for.</returns>
    /// <exception cref="RefusedException">TIMESTAMP_UNAVAILABLE, and what keeps the ledger from appending.</exception>
    public async Task<long?> StampOnceADayAsync(Guid workspace, CancellationToken cancellationToken)
    {
        var today = new DateTimeOffset(clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        await using (var connection = await database.ConnectAsync(cancellationToken))
        {
            if (await connection.ScalarAsync(
                    "SELECT 1 FROM timestamp_token WHERE workspace = @workspace AND at >= @today LIMIT 1", cancellationToken,
                    ("@workspace", Engine.Id(workspace)), ("@today", today.UtcTicks)) is not null)
                return null;
        }

        return (await StampAsync(workspace, cancellationToken)).Size;
    }

    /// <summary>Signs the log as it stands, has that stamped, and signs the leaf that says so.</summary>
    /// <exception cref="RefusedException">As <see cref="StampOnceADayAsync"/>.</exception>
    public async Task<(long Size, DateTimeOffset At)> StampAsync(Guid workspace, CancellationToken cancellationToken)
    {
        var signed = await ledger.SignCheckpointAsync(workspace, cancellationToken);
        var (size, sha256) = (signed.Checkpoint.Size, HashOf(signed));
        var token = await authority.StampAsync(sha256, cancellationToken);
        await ledger.AppendAsync(workspace, async (log, connection) =>
        {
            // Another process may have had the same checkpoint stamped meanwhile: one token for each is kept.
            if (await connection.ScalarAsync(
                    "SELECT 1 FROM timestamp_token WHERE workspace = @workspace AND size = @size", cancellationToken,
                    ("@workspace", Engine.Id(workspace)), ("@size", size)) is not null)
                return;
            await Engine.InsertAsync(
                connection, "timestamp_token", ["workspace", "size", "at", "authority", "token"],
                [[Engine.Id(workspace), size, log.At.UtcTicks, authority.Address.AbsoluteUri, token]], cancellationToken);
            log.Add(new TimestampLeaf(authority.Address.AbsoluteUri, size, sha256, Digest.Of(token)));
        }, cancellationToken);
        await ledger.SignCheckpointAsync(workspace, cancellationToken);
        return (size, TimestampToken.TimeOf(token));
    }

    /// <summary>What an authority stamps: SHA-256 of the signed note as it is kept and sent.</summary>
    public static Digest HashOf(SignedCheckpoint checkpoint) => Digest.Of(Encoding.UTF8.GetBytes(checkpoint.ToString()));
}
