using System.Data.Common;
using Layer.Operations.Backups;
using Layer.Storage;

namespace Layer.Operations.Metrics;

/// <summary>All metrics: what the database says now, the same from every node, and what this process counted.</summary>
internal sealed class MetricsPage(Installation layer, Measurements measurements)
{
    private const int Window = 30;

    // Whole tables are counted: not more often than so.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _reading = new(1);
    private (DateTimeOffset At, string Text)? _stored;

    private StorageEngine Engine => layer.Database.Engine;

    public async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        var text = new MetricsText();
        measurements.Write(text);
        return await StoredAsync(cancellationToken) + text;
    }

    private async Task<string> StoredAsync(CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            var now = layer.Clock.GetUtcNow();
            if (_stored is not { } stored || now - stored.At >= Fresh || now < stored.At)
                _stored = stored = (now, await ReadStoredAsync(now, cancellationToken));
            return stored.Text;
        }
        finally
        {
            _reading.Release();
        }
    }

    private async Task<string> ReadStoredAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var text = new MetricsText();
        await using var connection = await layer.Database.ConnectAsync(cancellationToken);
        var connections = await ConnectionsAsync(connection, DateOnly.FromDateTime(now.UtcDateTime), cancellationToken);
        Each("layer_sync_last_success_timestamp_seconds", "When the last complete sync of a connection ended.", found => found.Success);
        Each("layer_secret_expires_timestamp_seconds", "When the secret of a connection ends, as far as it is known.", found => found.SecretEnd);
        Each("layer_coverage_days_missing", $"Days without a complete sync, of the last {Window} that are over.", found => found.Missing, ("window", $"{Window}d"));
        await CountAsync("layer_connections", "Connections, by state.", "SELECT state, COUNT(*) FROM connection WHERE state <> 'disconnected' GROUP BY state", "state");
        await CountAsync("layer_evidence_records_total", "Evidence records sealed.", "SELECT NULL, COUNT(*) FROM evidence", label: null);
        await CountAsync(
            "layer_role_assignments", "Role assignments that stand.",
            "SELECT NULL, COUNT(*) FROM observation_version WHERE to_seq IS NULL AND type = 'azure.roleAssignment'", label: null);
        Single("layer_log_verified_timestamp_seconds", "When the whole log was last verified here with a good end.", await VerifiedAsync(connection, cancellationToken));
        Single("layer_backup_last_success_timestamp_seconds", "When the last backup was made in this data folder.", new BackupStore(layer.Folder, layer.Clock).FindLast()?.At.ToUnixTimeSeconds());
        return text.ToString();

        void Each(string name, string help, Func<Standing, double?> value, params ReadOnlySpan<(string Name, string Value)> more)
        {
            text.Begin(name, "gauge", help);
            foreach (var found in connections)
            {
                var labels = MetricsText.Labels(new KeyValuePair<string, object?>("connection", found.Name), new KeyValuePair<string, object?>("workspace", found.Workspace));
                foreach (var (label, text) in more)
                    labels += $",{label}=\"{text}\"";
                if (value(found) is { } known)
                    text.Add(name, labels, known);
            }
        }

        void Single(string name, string help, double? value)
        {
            text.Begin(name, "gauge", help);
            if (value is { } known)
                text.Add(name, "", known);
        }

        async Task CountAsync(string name, string help, string sql, string? label)
        {
            text.Begin(name, "gauge", help);
            await foreach (var row in connection.QueryAsync(sql, cancellationToken))
                text.Add(name, label is null ? "" : MetricsText.Labels(new KeyValuePair<string, object?>(label, row.GetString(0))), row.GetInt64(1));
        }
    }

    private async Task<List<Standing>> ConnectionsAsync(DbConnection connection, DateOnly today, CancellationToken cancellationToken)
    {
        var found = new List<Standing>();
        // The last success by the index of (connection, seq), from its end; days by that of (connection, day).
        await foreach (var row in connection.QueryAsync(
            """
            SELECT c.name, w.name, r.secret_expires_at, c.created_at,
              (SELECT s.ended_at FROM sync s WHERE s.connection = c.id AND s.status = 'complete' ORDER BY s.seq DESC LIMIT 1),
              (SELECT COUNT(DISTINCT s.day) FROM sync s WHERE s.connection = c.id AND s.status = 'complete' AND s.day >= @from AND s.day < @today)
            FROM connection c JOIN workspace w ON w.id = c.workspace JOIN credential r ON r.id = c.credential
            WHERE c.state <> 'disconnected' ORDER BY w.name, c.name
            """,
            cancellationToken, ("@from", today.DayNumber - Window), ("@today", today.DayNumber)))
        {
            var since = Math.Max(today.DayNumber - Window, DateOnly.FromDateTime(new DateTime(row.GetInt64(3), DateTimeKind.Utc)).DayNumber);
            found.Add(new Standing(row.GetString(0), row.GetString(1), Seconds(row, 4), Seconds(row, 2), Math.Max(0, today.DayNumber - since - row.GetInt64(5))));
        }

        return found;
    }

    // As pages start it: a run that found something says so in its result.
    private static async Task<double?> VerifiedAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await foreach (var row in connection.QueryAsync(
            "SELECT ended_at FROM operation WHERE kind = 'verify' AND state = 'succeeded' AND result LIKE '%\"valid\":true%' ORDER BY ended_at DESC LIMIT 1", cancellationToken))
            return Seconds(row, 0);
        return null;
    }

    private static double? Seconds(DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : new DateTimeOffset(row.GetInt64(column), TimeSpan.Zero).ToUnixTimeSeconds();

    private sealed record Standing(string Name, string Workspace, double? Success, double? SecretEnd, double Missing);
}
