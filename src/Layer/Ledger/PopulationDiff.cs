using System.Data.Common;
using Layer.Evidence;
using Layer.Evidence.Leaves;
using Layer.Evidence.Observations;
using Layer.Storage;

namespace Layer.Ledger;

/// <summary>A population against the open intervals of its connection: what came, what went.</summary>
/// <param name="Now">As it was read.</param>
/// <param name="Before">As the last complete sync left it; null for the first.</param>
/// <param name="Opened">Observations that no open interval names.</param>
/// <param name="Closed">Digests that hold no longer.</param>
/// <param name="Change">Counted by key: the same key with another digest is a change.</param>
/// <param name="NewKeys">Of <paramref name="Opened"/>, those whose key was not there before.</param>
internal sealed record PopulationDiff(
    Population Now,
    SealedPopulation? Before,
    IReadOnlyList<Observation> Opened,
    IReadOnlyList<Digest> Closed,
    PopulationChange Change,
    IReadOnlyList<Observation> NewKeys)
{
    public bool IsUnchanged => Before is { } before && before.Root == Now.Root && before.Count == Now.Count;

    /// <summary>More than half of it is gone since the last complete sync.</summary>
    public bool IsHalved => Before is { } before && Now.Count * 2 < before.Count;

    public static async Task<PopulationDiff> ReadAsync(
        StorageEngine engine, DbConnection connection, Guid connectionId, Population now, CancellationToken cancellationToken)
    {
        var before = await ReadLastAsync(engine, connection, connectionId, now.Type, cancellationToken);
        var unchanged = new PopulationDiff(now, before, [], [], new PopulationChange(now.Type, 0, 0, 0), []);
        // Equal roots hold equal digests in equal order, so a sync that finds nothing new reads no observation.
        if (unchanged.IsUnchanged)
            return unchanged;

        var open = new Dictionary<Digest, string>();
        var rows = connection.QueryAsync(
            """
            SELECT v.digest, o.key FROM observation_version v JOIN observation o ON o.workspace = v.workspace AND o.digest = v.digest
            WHERE v.connection = @connection AND v.type = @type AND v.to_seq IS NULL
            """,
            cancellationToken, ("@connection", engine.Id(connectionId)), ("@type", now.Type));
        await foreach (var row in rows)
            open.Add(new Digest(row.GetFieldValue<byte[]>(0)), row.GetString(1));

        var opened = now.Observations.Where(observation => !open.ContainsKey(observation.Digest)).ToArray();
        var closed = open.Keys.ToHashSet();
        closed.ExceptWith(now.Observations.Select(observation => observation.Digest));
        var keysBefore = open.Values.ToHashSet(StringComparer.Ordinal);
        var newKeys = opened.Where(observation => !keysBefore.Contains(observation.Key)).ToArray();
        var changed = opened.Length - newKeys.Length;
        return new PopulationDiff(
            now, before, opened, [.. closed], new PopulationChange(now.Type, newKeys.Length, changed, closed.Count - changed), newKeys);
    }

    private static async Task<SealedPopulation?> ReadLastAsync(
        StorageEngine engine, DbConnection connection, Guid connectionId, string type, CancellationToken cancellationToken)
    {
        SealedPopulation? last = null;
        var rows = connection.QueryAsync(
            "SELECT count, root FROM population WHERE connection = @connection AND type = @type ORDER BY seq DESC LIMIT 1", cancellationToken,
            ("@connection", engine.Id(connectionId)), ("@type", type));
        await foreach (var row in rows)
            last = new SealedPopulation(type, row.GetInt32(0), new Digest(row.GetFieldValue<byte[]>(1)));
        return last;
    }
}
