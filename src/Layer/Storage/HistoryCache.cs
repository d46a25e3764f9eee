using System.Collections.Concurrent;

namespace Layer.Storage;

/// <summary>
/// What was computed from history, which never changes: the newest few are kept. A key has to say everything that the value depends on; what depends on the log
/// has its <see cref="SizeAsync"/> in it, and nothing may be kept that can be erased.
/// </summary>
internal sealed class HistoryCache(LayerDatabase database)
{
    private const int Most = 64;

    private readonly ConcurrentDictionary<object, object> _values = new();
    private readonly ConcurrentQueue<object> _order = new();

    /// <summary>The kept value, or what <paramref name="read"/> gives; null is not kept.</summary>
    public async Task<T> GetAsync<T>(object key, Func<Task<T>> read)
    {
        if (_values.TryGetValue(key, out var known))
            return (T)known;
        var value = await read();
        if (value is null)
            return value;
        if (_values.TryAdd(key, value))
        {
            _order.Enqueue(key);
            while (_order.Count > Most && _order.TryDequeue(out var oldest))
                _values.TryRemove(oldest, out _);
        }

        return value;
    }

    /// <summary>How many leaves the log of a workspace has; 0 before its first.</summary>
    public async Task<long> SizeAsync(Guid workspace, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        return await connection.ScalarAsync("SELECT size FROM log_head WHERE workspace = @workspace", cancellationToken, ("@workspace", database.Engine.Id(workspace))) is long size ? size : 0;
    }
}
