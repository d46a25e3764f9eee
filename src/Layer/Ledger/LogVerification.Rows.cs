using Layer.Evidence;
using Layer.Evidence.Leaves;
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
            """
            SELECT leaf, connection, seq, status, code, started_at, observed_from, setting, trigger, actor, node, ended_at, observed_to, day
            FROM sync WHERE workspace = @workspace
            """,
            _cancellationToken, ("@workspace", WorkspaceId));
        var seen = 0;
        await foreach (var row in rows)
        {
            seen++;
            var index = row.GetInt64(0);
            if (!_manifests.TryGetValue(index, out var manifest) || Engine.ReadId(row, 1) != manifest.Connection || row.GetInt64(2) != manifest.Seq
                || row.GetString(3) != manifest.Status || (row.IsDBNull(4) ? null : row.GetString(4)) != manifest.Code
                || row.GetInt64(5) != manifest.StartedAt.UtcTicks || (row.IsDBNull(6) ? null : row.GetInt64(6)) != manifest.Observed?.From.UtcTicks
                || row.GetInt64(7) != (manifest.SettingAt ?? index) || row.GetString(8) != manifest.Trigger || row.GetString(9) != manifest.Actor
                || row.GetString(10) != manifest.Node || row.GetInt64(11) != manifest.EndedAt.UtcTicks
                || (row.IsDBNull(12) ? null : row.GetInt64(12)) != manifest.Observed?.To.UtcTicks || row.GetInt32(13) != DayOf(manifest).DayNumber)
                throw new BrokenLogException($"The sync row of leaf {index} does not say what its leaf says.");
        }

        if (seen != _manifests.Count)
            throw new BrokenLogException($"The log has {_manifests.Count} sync leaves, and there are {seen} sync rows.");
    }

    private static DateOnly DayOf(SyncManifest manifest) => DateOnly.FromDateTime((manifest.Observed?.From ?? manifest.StartedAt).UtcDateTime);

    // A row for each population that differs from the one before it.
    private async Task CheckPopulationRowsAsync()
    {
        var expected = new Dictionary<(Guid, string, long), (long Leaf, SealedPopulation Population)>();
        foreach (var (index, (_, record)) in _records)
        {
            foreach (var population in record.With.Prepend(record.Population))
            {
                var change = record.Changes.Single(change => change.Type == population.Type);
                if ((change.Added | change.Changed | change.Removed) != 0)
                    expected.Add((record.Connection, population.Type, record.Seq), (index, population));
            }
        }

        var rows = _connection.QueryAsync(
            "SELECT connection, type, seq, count, root FROM population WHERE workspace = @workspace ORDER BY seq", _cancellationToken, ("@workspace", WorkspaceId));
        await foreach (var row in rows)
        {
            var (type, seq) = (row.GetString(1), row.GetInt64(2));
            if (!expected.Remove((Engine.ReadId(row, 0), type, seq), out var found) || row.GetInt32(3) != found.Population.Count
                || new Digest(row.GetFieldValue<byte[]>(4)) != found.Population.Root)
                throw new BrokenLogException($"The population of {type} at sync {seq} is not the one that was sealed.");
        }

        if (expected.Count > 0 && expected.MinBy(each => each.Value.Leaf) is var ((_, missing, _), (leaf, _)))
            throw new BrokenLogException($"Leaf {leaf}: its population of {missing} has no row.");
    }

    // One that no leaf names would sign for this log, and one that a leaf retired would sign on.
    private async Task CheckKeyRowsAsync()
    {
        var rows = _connection.QueryAsync(
            "SELECT verifier, retired_at FROM signing_key WHERE workspace = @workspace ORDER BY created_at, id", _cancellationToken, ("@workspace", WorkspaceId));
        await foreach (var row in rows)
        {
            var verifier = row.GetString(0);
            if (_replay.Keys.FirstOrDefault(key => key.Key == verifier) is not { } key)
                throw new BrokenLogException($"The signing key {verifier} is one that no leaf names.");
            if (row.IsDBNull(1) != key.RetiredAt is null)
                throw new BrokenLogException($"The signing key {verifier} is {(row.IsDBNull(1) ? "active" : "retired")}, and its leaves say otherwise.");
        }
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
