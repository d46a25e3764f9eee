using System.Data.Common;
using System.Text;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Evidence.Observations;
using Layer.Evidence.Verification;
using Layer.Ledger;
using Layer.Operations;
using Layer.Storage;

namespace Layer.Evidence;

/// <summary>Builds proofs from stored nodes. Each is verified before it is handed out: one that does not hold means that the database was changed.</summary>
internal sealed class LogProofs(LayerDatabase database, Guid workspace)
{
    private StorageEngine Engine => database.Engine;

    private object WorkspaceId => Engine.Id(workspace);

    /// <summary>The signed checkpoint of a size, or the newest; null when there is none.</summary>
    /// <exception cref="RefusedException">LOG_BROKEN: it cannot be read, or no key of the log signed it.</exception>
    public async Task<SignedCheckpoint?> FindCheckpointAsync(long? size, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        var text = size is { } exact
            ? await connection.ScalarAsync(
                "SELECT text FROM checkpoint WHERE workspace = @workspace AND size = @size", cancellationToken, ("@workspace", WorkspaceId), ("@size", exact))
            : await connection.ScalarAsync(
                "SELECT text FROM checkpoint WHERE workspace = @workspace ORDER BY size DESC LIMIT 1", cancellationToken, ("@workspace", WorkspaceId));
        if (text is not string note)
            return null;
        var keys = await SigningKeys.ListAsync(Engine, connection, workspace, cancellationToken);
        return SignedCheckpoint.TryParse(Encoding.UTF8.GetBytes(note), out var signed, out _)
            && (size is null || signed.Checkpoint.Size == size) && keys.Exists(key => signed.Check(key.Key) == SignatureState.Valid)
                ? signed
                : throw Broken(size is null ? "The newest checkpoint" : $"The checkpoint of {size} entries");
    }

    /// <summary>Sizes for which a checkpoint was signed: the two next below, the two next above, and the newest. Ascending.</summary>
    public async Task<IReadOnlyList<long>> SizesNearAsync(long size, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        var near = new SortedSet<long>();
        foreach (var (where, order) in new[] { ("size < @size", "DESC LIMIT 2"), ("size > @size", "LIMIT 2"), ("size >= @size", "DESC LIMIT 1") })
        {
            var rows = connection.QueryAsync(
                $"SELECT size FROM checkpoint WHERE workspace = @workspace AND {where} ORDER BY size {order}", cancellationToken,
                ("@workspace", WorkspaceId), ("@size", size));
            await foreach (var row in rows)
                near.Add(row.GetInt64(0));
        }

        return [.. near];
    }

    /// <summary>Proves that a leaf is in the log that the checkpoint signed.</summary>
    /// <exception cref="RefusedException">LOG_BROKEN.</exception>
    public async Task<TlogProof> ProveAsync(long index, Digest leaf, SignedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        var (size, root) = (checkpoint.Checkpoint.Size, checkpoint.Checkpoint.Root);
        var hashes = await StoredNodes.ProveAsync(
            Engine, connection, workspace, node => MerkleProof.Inclusion(index, size, node), cancellationToken);
        return MerkleProof.VerifyInclusion(index, size, leaf, hashes, root) ? new TlogProof(index, hashes, checkpoint) : throw Broken($"leaf {index}");
    }

    /// <summary>Proves that one checkpoint's log is the beginning of the other's.</summary>
    /// <exception cref="RefusedException">LOG_BROKEN.</exception>
    public async Task<ConsistencyProof> ProveAsync(Checkpoint from, SignedCheckpoint to, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        var (size, root) = (to.Checkpoint.Size, to.Checkpoint.Root);
        var hashes = await StoredNodes.ProveAsync(
            Engine, connection, workspace, node => MerkleProof.Consistency(from.Size, size, node), cancellationToken);
        return MerkleProof.VerifyConsistency(from.Size, from.Root, size, root, hashes)
            ? new ConsistencyProof(from.Size, hashes, to)
            : throw Broken($"A node between {from.Size} and {size} entries");
    }

    /// <summary>Proves that an object was in a population that the record seals; null when it was in none.</summary>
    /// <param name="leaf">The record's leaf.</param>
    /// <param name="inLog">The proof that the leaf is in the log.</param>
    /// <param name="key">The object's ARM id in any case.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RefusedException">LOG_BROKEN: the stored observations are not those that were sealed.</exception>
    public async Task<ObservationProof?> FindObservationAsync(Leaf leaf, TlogProof inLog, string key, CancellationToken cancellationToken)
    {
        if (leaf.Body is not EvidenceRecord record)
            return null;
        // Azure writes an id in another case from one call to the next; keys are its lower case.
        key = key.ToLowerInvariant();
        await using var connection = await database.ConnectAsync(cancellationToken);
        foreach (var population in record.With.Prepend(record.Population))
        {
            var members = await ReadPopulationAsync(connection, record, population, cancellationToken);
            var index = members.FindIndex(member => member.Key == key);
            if (index < 0)
                continue;
            Digest[] digests = [.. members.Select(member => member.Digest)];
            var hashes = MerkleProof.Inclusion(index, digests);
            var bytes = await connection.ScalarAsync(
                "SELECT bytes FROM observation WHERE workspace = @workspace AND digest = @digest", cancellationToken,
                ("@workspace", WorkspaceId), ("@digest", digests[index].ToArray())) as byte[] ?? [];
            return MerkleTree.LeafHash(bytes) == digests[index] && digests.Length == population.Count
                && MerkleProof.VerifyInclusion(index, population.Count, digests[index], hashes, population.Root)
                    ? new ObservationProof(index, population, hashes, bytes, leaf.Bytes, inLog)
                    : throw Broken("A stored observation");
        }

        return null;
    }

    private async Task<List<(string Key, Digest Digest)>> ReadPopulationAsync(
        DbConnection connection, EvidenceRecord record, SealedPopulation population, CancellationToken cancellationToken)
    {
        var members = new List<(string Key, Digest Digest)>(population.Count);
        var rows = connection.QueryAsync(
            """
            SELECT o.key, o.digest FROM observation_version v JOIN observation o ON o.workspace = v.workspace AND o.digest = v.digest
            WHERE v.workspace = @workspace AND v.connection = @connection AND v.type = @type AND v.from_seq <= @seq AND (v.to_seq IS NULL OR v.to_seq > @seq)
            """, cancellationToken,
            ("@workspace", WorkspaceId), ("@connection", Engine.Id(record.Connection)), ("@type", population.Type), ("@seq", record.Seq));
        await foreach (var row in rows)
            members.Add((row.GetString(0), new Digest(row.GetFieldValue<byte[]>(1))));
        members.Sort((x, y) => Population.CompareKeys(x.Key, y.Key));
        return members;
    }

    private static RefusedException Broken(string what) => new("LOG_BROKEN", ("item", what));
}
