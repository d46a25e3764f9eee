using System.Globalization;
using System.Text.Json;
using Layer.Evidence.Frameworks;
using Layer.Operations;
using Layer.Remote;
using Layer.Storage;

namespace Layer.Evidence;

/// <summary>Reads evidence records; the leaf is the truth, the columns find it.</summary>
internal sealed class EvidenceRecords(LayerDatabase database, Guid workspace)
{
    private const int ShortestId = 8;

    /// <summary>In the order of the log.</summary>
    public async Task<IReadOnlyList<EvidenceLine>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        var lines = new List<EvidenceLine>();
        var rows = connection.QueryAsync(
            """
            SELECT e.idx, e.id, c.name, c.id, e.type, e.seq, e.observed_from, e.count, e.root, e.anomalies,
                (SELECT COUNT(*) FROM exception x WHERE x.workspace = e.workspace AND x.record = e.idx)
            FROM evidence e JOIN connection c ON c.id = e.connection
            WHERE e.workspace = @workspace ORDER BY e.idx
            """, cancellationToken, ("@workspace", database.Engine.Id(workspace)));
        await foreach (var row in rows)
        {
            lines.Add(new EvidenceLine(
                row.GetInt64(0), new Digest(row.GetFieldValue<byte[]>(1)), row.GetString(2), database.Engine.ReadId(row, 3), row.GetString(4), row.GetInt64(5),
                new DateTimeOffset(row.GetInt64(6), TimeSpan.Zero), row.GetInt32(7), new Digest(row.GetFieldValue<byte[]>(8)), row.GetInt32(9), row.GetInt64(10)));
        }

        return lines;
    }

    /// <summary>The leaf index of the record that a person names by index or by at least eight digits of its id; null when there is none, or more than one.</summary>
    public async Task<long?> FindIndexAsync(string named, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        var id = database.Engine.Id(workspace);
        if (long.TryParse(named, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            && await connection.ScalarAsync("SELECT idx FROM evidence WHERE workspace = @workspace AND idx = @idx", cancellationToken, ("@workspace", id), ("@idx", index)) is long exact)
            return exact;
        if (named.Length < ShortestId || !Digest.TryParse(named.PadRight(Digest.Size * 2, '0'), out var first) || !Digest.TryParse(named.PadRight(Digest.Size * 2, 'f'), out var last))
            return null;
        var found = new List<long>();
        var rows = connection.QueryAsync(
            "SELECT idx FROM evidence WHERE workspace = @workspace AND id BETWEEN @first AND @last LIMIT 2", cancellationToken,
            ("@workspace", id), ("@first", first.ToArray()), ("@last", last.ToArray()));
        await foreach (var row in rows)
            found.Add(row.GetInt64(0));
        return found is [var only] ? only : null;
    }

    /// <summary>The exact bytes of a leaf; null when there is none of this index.</summary>
    /// <exception cref="RefusedException">LOG_BROKEN: the stored bytes were changed.</exception>
    public async Task<byte[]?> FindLeafAsync(long index, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        var packed = await connection.ScalarAsync(
            "SELECT bytes FROM log_leaf WHERE workspace = @workspace AND idx = @index", cancellationToken,
            ("@workspace", database.Engine.Id(workspace)), ("@index", index)) as byte[];
        try
        {
            return packed is null ? null : PackedBytes.Unpack(packed);
        }
        catch (InvalidDataException)
        {
            throw new RefusedException("LOG_BROKEN", ("item", $"leaf {index}"));
        }
    }
}

/// <summary>One evidence record as lists show it: the id is its leaf's hash, the time is Azure's clock at the first answer.</summary>
internal sealed record EvidenceLine(
    long Index, Digest Id, string Connection, Guid ConnectionId, string Type, long Seq, DateTimeOffset ObservedAt, int Count, Digest Root, int Anomalies, long Exceptions)
{
    /// <summary>Each criterion with every strength it has, the strongest first: a criterion is never only its best entry.</summary>
    public IEnumerable<(string Criterion, Strength Strength)> Controls =>
        Mapping.Current.Of(Type).Select(entry => (entry.Criterion, entry.Strength)).Distinct().OrderBy(each => each.Criterion, StringComparer.Ordinal).ThenBy(each => each.Strength);

    /// <summary>Reads what <see cref="EvidenceCommand.WriteLine"/> wrote; a server keeps the connection's id and the sequence number to itself.</summary>
    public static EvidenceLine Read(JsonElement json) => new(
        json.GetProperty("index").GetInt64(), Digest.Parse(json.Text("id")), json.Text("connection"), Guid.Empty, json.Text("type"), 0, json.Time("observedAt"), json.Count("count"), Digest.Parse(json.Text("root")),
        json.Count("anomalies"), json.GetProperty("exceptions").GetInt64());
}
