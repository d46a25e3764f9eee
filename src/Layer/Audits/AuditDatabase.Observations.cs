using Layer.Evidence;
using Layer.Evidence.Log;
using Layer.Evidence.Observations;
using Layer.Operations;
using Layer.Storage;

namespace Layer.Audits;

internal sealed partial class AuditDatabase
{
    /// <summary>Intervals of a connection that overlap the syncs from <paramref name="first"/> to <paramref name="last"/>, by observation type.</summary>
    public Dictionary<string, List<Interval>> Intervals(Guid connection, long first, long last)
    {
        var intervals = new Dictionary<string, List<Interval>>(StringComparer.Ordinal);
        var rows = Rows(
            """
            SELECT v.type, o.key, v.digest, v.from_seq, v.to_seq
            FROM observation_version v JOIN observation o ON o.workspace = v.workspace AND o.digest = v.digest
            WHERE v.workspace = @workspace AND v.connection = @connection AND v.from_seq <= @last AND (v.to_seq IS NULL OR v.to_seq > @first)
            """,
            ("@connection", _engine.Id(connection)), ("@first", first), ("@last", last));
        foreach (var row in rows)
        {
            var type = row.GetString(0);
            if (!intervals.TryGetValue(type, out var ofType))
                intervals.Add(type, ofType = []);
            ofType.Add(new Interval(row.GetString(1), new Digest(row.GetFieldValue<byte[]>(2)), row.GetInt64(3), row.IsDBNull(4) ? null : row.GetInt64(4)));
        }

        return intervals;
    }

    /// <summary>The bytes of an observation as they are stored; null when there is none.</summary>
    public byte[]? FindObservation(Digest digest)
    {
        // Asked hundreds of thousands of times for a long window: the statement is made once.
        if (_find is null)
        {
            _find = _connection.Command("SELECT bytes FROM observation WHERE workspace = @workspace AND digest = @digest", ("@workspace", WorkspaceId), ("@digest", Array.Empty<byte>()));
            _find.Prepare();
        }

        _cancellationToken.ThrowIfCancellationRequested();
        _find.Parameters[1].Value = digest.ToArray();
        return _find.ExecuteScalar() as byte[];
    }

    /// <summary>
    /// Each observation once, ascending by digest: those that some of the given populations have, and the lists of visible subscriptions of
    /// <paramref name="visible"/>. The database sorts them, so that nothing is kept here.
    /// </summary>
    /// <param name="held">Of each connection and observation type the first and last sync.</param>
    /// <param name="visible">Digests of lists of visible subscriptions.</param>
    /// <exception cref="RefusedException">LOG_BROKEN: stored bytes have another digest.</exception>
    public IEnumerable<(Digest Digest, byte[] Bytes)> Observations(IReadOnlyList<HeldPopulation> held, IReadOnlySet<Digest> visible)
    {
        const string Visible = $"SELECT digest, bytes, 1 AS listed FROM observation WHERE workspace = @workspace AND type = '{ObservationType.VisibleSubscriptions}' ORDER BY digest";
        var asked = new List<(string, object?)>();
        for (var i = 0; i < held.Count; i++)
            asked.AddRange([($"@c{i}", _engine.Id(held[i].Connection)), ($"@t{i}", held[i].Type), ($"@f{i}", held[i].First), ($"@l{i}", held[i].Last)]);
        var all = $"""
            WITH held (connection, type, first_seq, last_seq) AS (VALUES {string.Join(", ", held.Select((_, i) => $"(@c{i}, @t{i}, @f{i}, @l{i})"))})
            SELECT digest, bytes, 0 AS listed FROM observation WHERE workspace = @workspace AND digest IN (
                SELECT v.digest FROM held JOIN observation_version v ON v.connection = held.connection AND v.type = held.type
                WHERE v.from_seq <= held.last_seq AND (v.to_seq IS NULL OR v.to_seq > held.first_seq))
            UNION ALL {Visible}
            """;
        Digest? last = null;
        foreach (var row in Rows(held.Count == 0 ? Visible : all, [.. asked]))
        {
            var digest = new Digest(row.GetFieldValue<byte[]>(0));
            if (digest == last || (row.GetInt32(2) == 1 && !visible.Contains(digest)))
                continue;
            var bytes = row.GetFieldValue<byte[]>(1);
            if (MerkleTree.LeafHash(bytes) != digest)
                throw Broken($"the observation {digest}");
            yield return (digest, bytes);
            last = digest;
        }
    }
}

/// <summary>A population of a connection, from the first sync to the last that matters.</summary>
internal readonly record struct HeldPopulation(Guid Connection, string Type, long First, long Last);
