using System.Text.Json;
using Layer.Evidence;
using Layer.Evidence.Observations;
using Layer.Storage;

namespace Layer.Inventory;

/// <summary>What changed on which day: read from where versions begin and end, so that its cost follows the changes and not the days.</summary>
internal sealed class ChangeReader(LayerDatabase database, Guid workspace)
{
    /// <summary>The changes that complete readings of these UTC days brought, newest first. What the first reading of a connection saw is no change.</summary>
    public async Task<IReadOnlyList<DatedChange>> ListAsync(DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        var changes = new List<DatedChange>();
        foreach (var span in await SpansAsync(from, to, cancellationToken))
            changes.AddRange(await OfAsync(span, cancellationToken));
        changes.Sort((x, y) => (y.Reading.ObservedAt, x.Change.Subject.Key).CompareTo((x.Reading.ObservedAt, y.Change.Subject.Key)));
        return changes;
    }

    /// <summary>The first complete reading of each connection: before it only Azure's own dates are known.</summary>
    public async Task<IReadOnlyList<Reading>> FirstReadingsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        var readings = new List<Reading>();
        var rows = connection.QueryAsync(
            """
            SELECT c.id, c.name, c.subscription_id, c.tenant_id, s.seq, s.day, s.observed_from
            FROM connection c JOIN sync s ON s.connection = c.id
            WHERE c.workspace = @workspace AND s.seq = (SELECT MIN(f.seq) FROM sync f WHERE f.connection = c.id AND f.status = 'complete')
            """, cancellationToken, ("@workspace", database.Engine.Id(workspace)));
        await foreach (var row in rows)
            readings.Add(Read(row));
        return readings;
    }

    private async Task<List<List<Reading>>> SpansAsync(DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        var readings = new List<Reading>();
        var rows = connection.QueryAsync(
            """
            SELECT c.id, c.name, c.subscription_id, c.tenant_id, s.seq, s.day, s.observed_from
            FROM connection c JOIN sync s ON s.connection = c.id
            WHERE c.workspace = @workspace AND s.status = 'complete' AND s.day >= @from AND s.day < @to
                AND s.seq > (SELECT MIN(f.seq) FROM sync f WHERE f.connection = c.id AND f.status = 'complete')
            ORDER BY s.seq
            """, cancellationToken, ("@workspace", database.Engine.Id(workspace)), ("@from", from.DayNumber), ("@to", to.DayNumber));
        await foreach (var row in rows)
            readings.Add(Read(row));
        return [.. readings.GroupBy(reading => reading.Connection).Select(group => group.ToList())];
    }

    private Reading Read(System.Data.Common.DbDataReader row) => new(
        database.Engine.ReadId(row, 0), row.GetString(1), database.Engine.ReadId(row, 2), database.Engine.ReadId(row, 3),
        row.GetInt64(4), DateOnly.FromDayNumber(row.GetInt32(5)), new DateTimeOffset(row.GetInt64(6), TimeSpan.Zero));

    private async Task<IEnumerable<DatedChange>> OfAsync(List<Reading> readings, CancellationToken cancellationToken)
    {
        var bySeq = readings.ToDictionary(reading => reading.Seq);
        var (began, ended) = (new Dictionary<(long Seq, string Type, string Key), Seen>(), new Dictionary<(long Seq, string Type, string Key), Seen>());
        await using var connection = await database.ConnectAsync(cancellationToken);
        var rows = connection.QueryAsync(
            """
            SELECT v.type, o.key, o.digest, o.bytes, v.source_id, v.from_seq, v.to_seq
            FROM observation_version v JOIN observation o ON o.workspace = v.workspace AND o.digest = v.digest
            WHERE v.connection = @connection AND ((v.from_seq >= @first AND v.from_seq <= @last) OR (v.to_seq >= @first AND v.to_seq <= @last))
            """, cancellationToken, ("@connection", database.Engine.Id(readings[0].Connection)), ("@first", readings[0].Seq), ("@last", readings[^1].Seq));
        await foreach (var row in rows)
        {
            var (type, key, from) = (row.GetString(0), row.GetString(1), row.GetInt64(5));
            using var document = JsonDocument.Parse(row.GetFieldValue<byte[]>(3));
            var seen = new Seen(readings[0], type, key, row.GetString(4), new Digest(row.GetFieldValue<byte[]>(2)), document.RootElement.GetProperty("facts").Clone());
            if (bySeq.TryGetValue(from, out var start))
                began[(from, type, key)] = seen with { Reading = start };
            if (!row.IsDBNull(6) && bySeq.TryGetValue(row.GetInt64(6), out var end))
                ended[(row.GetInt64(6), type, key)] = seen with { Reading = end };
        }

        if (began.Count + ended.Count == 0)
            return [];
        var roles = await DefinitionsAsync(readings[0], cancellationToken);
        return began.Keys.Union(ended.Keys).Select(at => new DatedChange(bySeq[at.Seq], Create(ended.GetValueOrDefault(at), began.GetValueOrDefault(at), at.Seq, roles)));
    }

    private async Task<ILookup<string, (long From, long? To, Seen Definition)>> DefinitionsAsync(Reading any, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        var definitions = new List<(long, long?, Seen)>();
        var rows = connection.QueryAsync(
            """
            SELECT o.key, o.digest, o.bytes, v.source_id, v.from_seq, v.to_seq
            FROM observation_version v JOIN observation o ON o.workspace = v.workspace AND o.digest = v.digest
            WHERE v.connection = @connection AND v.type = @type
            """, cancellationToken, ("@connection", database.Engine.Id(any.Connection)), ("@type", ObservationType.RoleDefinition));
        await foreach (var row in rows)
        {
            using var document = JsonDocument.Parse(row.GetFieldValue<byte[]>(2));
            var seen = new Seen(any, ObservationType.RoleDefinition, row.GetString(0), row.GetString(3), new Digest(row.GetFieldValue<byte[]>(1)), document.RootElement.GetProperty("facts").Clone());
            definitions.Add((row.GetInt64(4), row.IsDBNull(5) ? null : row.GetInt64(5), seen));
        }

        return definitions.ToLookup(each => each.Item3.Key[(each.Item3.Key.LastIndexOf('/') + 1)..], StringComparer.OrdinalIgnoreCase);
    }

    private static Change Create(Seen? was, Seen? isNow, long seq, ILookup<string, (long From, long? To, Seen Definition)> roles)
    {
        var subject = isNow ?? was!; // a version began or ended there
        var kind = was is null ? ChangeKind.Added : isNow is null ? ChangeKind.Removed : ChangeKind.Changed;
        switch (subject.Type)
        {
            case ObservationType.RoleAssignment:
                // What a removed assignment allowed is what its role allowed just before.
                var at = isNow is null ? seq - 1 : seq;
                var definition = roles[subject.Text("roleDefinitionId")].FirstOrDefault(role => role.From <= at && (role.To is null || role.To > at)).Definition;
                return new Change(kind, was, isNow, definition?.Text("name"), definition is null || Roles.IsPrivileged(definition.Facts));
            case ObservationType.RoleDefinition:
                return new Change(kind, was, isNow, subject.Text("name"), Roles.IsPrivileged(subject.Facts));
            default:
                return new Change(kind, was, isNow, null, Privileged: false);
        }
    }
}

/// <summary>A change and the reading that brought it to light: it happened between the one before and this.</summary>
internal sealed record DatedChange(Reading Reading, Change Change);
