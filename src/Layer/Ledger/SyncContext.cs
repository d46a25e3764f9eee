using System.Data.Common;
using Layer.Evidence;
using Layer.Evidence.Canonical;
using Layer.Evidence.Leaves;
using Layer.Operations;
using Layer.Storage;

namespace Layer.Ledger;

/// <summary>What a commit must know of its connection, read under the lock.</summary>
/// <param name="Subscription">The subscription.</param>
/// <param name="Cloud"><c>public</c>, <c>usgov</c> or <c>china</c>.</param>
/// <param name="Tenant">The tenant it is pinned to.</param>
/// <param name="Seq">This sync's number.</param>
/// <param name="PreviousManifest">Leaf index of the manifest before it; null for the first.</param>
/// <param name="LastSetting">The last setting a manifest carries, and the index of that leaf; null for the first.</param>
/// <param name="Configuration">SHA-256 of what the connection is configured to read, and as whom.</param>
internal sealed record SyncContext(
    Guid Subscription, string Cloud, Guid Tenant, long Seq, long? PreviousManifest, (long Index, ManifestSetting Setting)? LastSetting, Digest Configuration)
{
    /// <exception cref="RefusedException">
    /// LEASE_LOST: the fence has grown since the attempt began, or the lease has run out. What was read by a process that slept through its lease may be
    /// of another day than the one it would be sealed on.
    /// </exception>
    public static async Task<SyncContext> ReadAsync(
        StorageEngine engine, DbConnection connection, SyncAttempt attempt, DateTimeOffset now, CancellationToken cancellationToken)
    {
        (Guid Subscription, string Cloud, Guid Tenant, long Fence, long? LeaseUntil, long Seq, Digest Configuration)? found = null;
        var rows = connection.QueryAsync(
            $"""
            SELECT c.subscription_id, c.fence, c.next_seq, c.tenant_id, c.cloud, k.client_id, k.kind, c.lease_until
            FROM connection c JOIN credential k ON k.id = c.credential
            WHERE c.id = @connection AND c.workspace = @workspace{(engine.ForUpdate.Length > 0 ? engine.ForUpdate + " OF c" : "")}
            """,
            cancellationToken, ("@connection", engine.Id(attempt.Connection)), ("@workspace", engine.Id(attempt.Workspace)));
        await foreach (var row in rows)
        {
            var configuration = ConfigurationOf(
                attempt.Connection, engine.ReadId(row, 0), engine.ReadId(row, 3), row.GetString(4), engine.ReadId(row, 5), row.GetString(6));
            found = (engine.ReadId(row, 0), row.GetString(4), engine.ReadId(row, 3), row.GetInt64(1), row.IsDBNull(7) ? null : row.GetInt64(7), row.GetInt64(2), configuration);
        }

        if (found is not { } connected)
            throw new InvalidOperationException($"The workspace {attempt.Workspace} has no connection {attempt.Connection}.");
        if (connected.Fence != attempt.Fence || connected.LeaseUntil <= now.UtcTicks)
            throw new RefusedException("LEASE_LOST", ("connection", attempt.Connection.ToString()));

        (long Leaf, long Setting)? last = null;
        var syncs = connection.QueryAsync(
            "SELECT leaf, setting FROM sync WHERE connection = @connection AND seq = @seq", cancellationToken,
            ("@connection", engine.Id(attempt.Connection)), ("@seq", connected.Seq - 1));
        await foreach (var row in syncs)
            last = (row.GetInt64(0), row.GetInt64(1));
        var setting = last is { } previous ? await ReadSettingAsync(engine, connection, attempt.Workspace, previous.Setting, cancellationToken) : null;
        return new SyncContext(
            connected.Subscription, connected.Cloud, connected.Tenant, connected.Seq, last?.Leaf, setting is null || last is null ? null : (last.Value.Setting, setting), connected.Configuration);
    }

    private static async Task<ManifestSetting?> ReadSettingAsync(
        StorageEngine engine, DbConnection connection, Guid workspace, long index, CancellationToken cancellationToken)
    {
        var bytes = await connection.ScalarAsync(
            "SELECT bytes FROM log_leaf WHERE workspace = @workspace AND idx = @idx", cancellationToken, ("@workspace", engine.Id(workspace)), ("@idx", index));
        try
        {
            if (bytes is byte[] packed && Leaf.Parse(PackedBytes.Unpack(packed)).Body is SyncManifest manifest)
                return manifest.Setting;
        }
        catch (Exception changed) when (changed is InvalidDataException or FormatException)
        {
            throw new RefusedException("LOG_BROKEN", ("item", $"leaf {index}"));
        }

        throw new RefusedException("LOG_BROKEN", ("item", $"leaf {index}"));
    }

    private static Digest ConfigurationOf(Guid connection, Guid subscription, Guid tenant, string cloud, Guid client, string signIn)
    {
        var writer = new CanonicalWriter();
        writer.StartObject();
        writer.Property("client", (Guid?)client);
        writer.Property("cloud", cloud);
        writer.Property("connection", (Guid?)connection);
        writer.Property("signIn", signIn);
        writer.Property("subscription", (Guid?)subscription);
        writer.Property("tenant", (Guid?)tenant);
        writer.EndObject();
        return Digest.Of(writer.WrittenSpan);
    }
}
