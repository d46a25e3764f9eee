namespace Layer.Audits;

/// <summary>Keeps the last few of many and counts them all, so that a report stays readable and memory does not grow.</summary>
internal sealed class Newest<T>(int most)
{
    private readonly Queue<T> _kept = new();

    public long Count { get; private set; }

    /// <summary>Oldest first.</summary>
    public IReadOnlyCollection<T> Kept => _kept;

    public void Add(T each)
    {
        Count++;
        if (_kept.Count == most)
            _kept.Dequeue();
        _kept.Enqueue(each);
    }
}
