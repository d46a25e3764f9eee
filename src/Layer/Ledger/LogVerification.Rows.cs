using Layer.Evidence;
using Layer.Evidence.Observations;
using Layer.Storage;

namespace Layer.Ledger;

internal sealed partial class LogVerification
{
    private async Task CheckEvidenceRowsAsync()
    {
        var rows = _connection.QueryAsync(
            "SELECT idx, id, connection, type, seq, manifest, previous, root, count, observed_from, observed_to, anomalies FROM evidence WHERE workspace = @workspace",
            _cancellationToken, ("@workspace", WorkspaceId));
        var seen = 0;
        await foreach (var row in rows)
        {
            seen++;
            var index = row.GetInt64(0);
            if (!_records.TryGetValue(index, out var sealedRecord))
                throw new BrokenLogException($"The evidence row {index} has no evidence leaf.");
            var (hash, record) = sealedRecord;
            var same = new Digest(row.GetFieldValue<byte[]>(1)) == hash && Engine.ReadId(row, 2) == record.Connection && row.GetString(3) == record.Type
                && row.GetInt64(4) == record.Seq && row.GetInt64(5) == record.Manifest && (row.IsDBNull(6) ? null : row.GetInt64(6)) == record.Previous
                && new Digest(row.GetFieldValue<byte[]>(7)) == record.Population.Root && row.GetInt32(8) == record.Population.Count
                && row.GetInt64(9) == record.ObservedAt.From.UtcTicks && row.GetInt64(10) == record.ObservedAt.To.UtcTicks
                && row.GetInt32(11) == record.Anomalies.Count;
            if (!same)
                throw new BrokenLogException($"The evidence row {index} does not say what its leaf says.");
        }

        if (seen != _records.Count)
            throw new BrokenLogException($"The log has {_records.Count} evidence leaves, and there are {seen} evidence rows.");
    }

    private async Task CheckExceptionRowsAsync()
    {
        var exceptions = _connection.QueryAsync(
            "SELECT idx, connection, code, key, record, seq FROM exception WHERE workspace = @workspace", _cancellationToken, ("@workspace", WorkspaceId));
        var seen = 0;
        await foreach (var row in exceptions)
        {
            seen++;
            if (!_exceptions.TryGetValue(row.GetInt64(0), out var leaf) || Engine.ReadId(row, 1) != leaf.Connection || row.GetString(2) != leaf.Code
                || row.GetString(3) != leaf.Key || row.GetInt64(4) != leaf.Record || row.GetInt64(5) != leaf.Seq)
                throw new BrokenLogException($"The exception row {row.GetInt64(0)} does not say what its leaf says.");
        }

        if (seen != _exceptions.Count)
            throw new BrokenLogException($"The log has {_exceptions.Count} exception leaves, and there are {seen} exception rows.");
    }

    private async Task CheckSyncRowsAsync()
    {
        var rows = _connection.QueryAsync(
            "SELECT leaf, connection, seq, status, code, started_at, observed_from, setting FROM sync WHERE workspace = @workspace", _cancellationToken,
            ("@workspace", WorkspaceId));
        var seen = 0;
        await foreach (var row in rows)
        {
            seen++;
            var index = row.GetInt64(0);
            if (!_manifests.TryGetValue(index, out var manifest) || Engine.ReadId(row, 1) != manifest.Connection || row.GetInt64(2) != manifest.Seq
                || row.GetString(3) != manifest.Status || (row.IsDBNull(4) ? null : row.GetString(4)) != manifest.Code
                || row.GetInt64(5) != manifest.StartedAt.UtcTicks || (row.IsDBNull(6) ? null : row.GetInt64(6)) != manifest.Observed?.From.UtcTicks
                || row.GetInt64(7) != (manifest.SettingAt ?? index))
                throw new BrokenLogException($"The sync row of leaf {index} does not say what its leaf says.");
        }

        if (seen != _manifests.Count)
            throw new BrokenLogException($"The log has {_manifests.Count} sync leaves, and there are {seen} sync rows.");
    }

    private async Task CheckVisibleRowsAsync(Dictionary<Digest, (string Type, string Key)> observations)
    {
        var rows = _connection.QueryAsync(
            "SELECT leaf, client, cloud, tenant, day, digest, count FROM visible WHERE workspace = @workspace", _cancellationToken, ("@workspace", WorkspaceId));
        var seen = 0;
        await foreach (var row in rows)
        {
            seen++;
            var index = row.GetInt64(0);
            if (!_visible.TryGetValue(index, out var leaf) || Engine.ReadId(row, 1) != leaf.Client || row.GetString(2) != leaf.Cloud
                || Engine.ReadId(row, 3) != leaf.Tenant || row.GetInt32(4) != VisibleDays.DayOf(leaf.Observed).DayNumber
                || new Digest(row.GetFieldValue<byte[]>(5)) != leaf.Digest || row.GetInt32(6) != leaf.Count)
                throw new BrokenLogException($"The row of leaf {index} about visible subscriptions does not say what its leaf says.");
        }

        if (seen != _visible.Count)
            throw new BrokenLogException($"The log has {_visible.Count} leaves about visible subscriptions, and there are {seen} rows.");
        foreach (var (index, leaf) in _visible)
        {
            if (!observations.TryGetValue(leaf.Digest, out var observation)
                || observation != (ObservationType.VisibleSubscriptions, $"/applications/{leaf.Client}/subscriptions"))
                throw new BrokenLogException($"Leaf {index}: the observation {leaf.Digest} of what an app registration can see is not there.");
        }
    }
}
