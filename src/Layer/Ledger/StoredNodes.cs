using System.Data.Common;
using Layer.Evidence;
using Layer.Operations;
using Layer.Storage;

namespace Layer.Ledger;

/// <summary>The nodes of a log's tree as they are stored: leaf hashes in log_leaf, complete subtrees above them in log_node.</summary>
internal static class StoredNodes
{
    /// <exception cref="RefusedException">LOG_BROKEN: it is not there.</exception>
    public static async Task<Digest> GetAsync(
        StorageEngine engine, DbConnection connection, Guid workspace, int level, long index, CancellationToken cancellationToken)
    {
        var sql = level == 0
            ? "SELECT hash FROM log_leaf WHERE workspace = @workspace AND idx = @idx"
            : $"SELECT hash FROM log_node WHERE workspace = @workspace AND level = {level} AND idx = @idx";
        return await connection.ScalarAsync(sql, cancellationToken, ("@workspace", engine.Id(workspace)), ("@idx", index)) is byte[] bytes
            ? new Digest(bytes)
            : throw new RefusedException("LOG_BROKEN", ("item", $"node {level}/{index}"));
    }

    /// <summary>Builds a proof. Which nodes it asks for depends on sizes alone, so it is built twice: once to learn them, once with them.</summary>
    /// <exception cref="RefusedException">LOG_BROKEN: one of them is not there.</exception>
    public static async Task<IReadOnlyList<Digest>> ProveAsync(
        StorageEngine engine, DbConnection connection, Guid workspace, Func<Func<int, long, Digest>, IReadOnlyList<Digest>> build, CancellationToken cancellationToken)
    {
        var asked = new HashSet<(int Level, long Index)>();
        build((level, index) =>
        {
            asked.Add((level, index));
            return default;
        });
        var nodes = new Dictionary<(int, long), Digest>();
        foreach (var (level, index) in asked)
            nodes.Add((level, index), await GetAsync(engine, connection, workspace, level, index, cancellationToken));
        return build((level, index) => nodes[(level, index)]);
    }
}
