using System.Collections;
using System.Collections.Concurrent;

namespace Layer.AzureEmulator;

/// <summary>Every answered request in order. Thread safe; enumerating it takes a copy.</summary>
public sealed class RequestLog : IReadOnlyCollection<AnsweredRequest>
{
    private readonly ConcurrentQueue<AnsweredRequest> _requests = new();

    /// <inheritdoc />
    public int Count => _requests.Count;

    /// <summary>Those of one call.</summary>
    public IReadOnlyList<AnsweredRequest> Of(AzureCall call) => [.. _requests.Where(r => r.Call == call)];

    /// <summary>Forgets everything so far.</summary>
    public void Clear() => _requests.Clear();

    /// <inheritdoc />
    public IEnumerator<AnsweredRequest> GetEnumerator() => ((IEnumerable<AnsweredRequest>)_requests.ToArray()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void Add(AnsweredRequest request) => _requests.Enqueue(request);
}
