namespace Layer.AzureEmulator;

/// <summary>The faults in force. Thread safe; the newest that fits strikes.</summary>
public sealed class FaultPlan
{
    private readonly Lock _gate = new();
    private readonly List<PlannedFault> _planned = [];

    /// <summary>Lets a fault strike a call, on one page, a number of times (default: until cleared).</summary>
    /// <param name="fault">What goes wrong.</param>
    /// <param name="call">The call.</param>
    /// <param name="page">The page; null: any.</param>
    /// <param name="times">How often.</param>
    /// <param name="delay">For <see cref="Fault.Slow"/>: how long; for 429 and 503: Retry-After.</param>
    /// <param name="after">Lets this many fitting answers pass first.</param>
    /// <param name="client">Only for this app.</param>
    public void Set(
        Fault fault, AzureCall call, FaultPage? page = null, int times = int.MaxValue, TimeSpan? delay = null, int after = 0, Guid? client = null)
    {
        lock (_gate)
            _planned.Add(new PlannedFault(fault, call, page ?? FaultPage.Any, delay, client) { Left = times, ToPass = after });
    }

    /// <summary>Ends all faults.</summary>
    public void Clear()
    {
        lock (_gate)
            _planned.Clear();
    }

    internal PlannedFault? Take(AzureCall call, int page, int pages, Guid? client)
    {
        lock (_gate)
        {
            var fault = _planned.FindLast(f => f.Left > 0 && f.Call == call && f.Page.Is(page, pages) && (f.Client is null || f.Client == client));
            if (fault is null || fault.ToPass-- > 0)
                return null;
            fault.Left--;
            return fault;
        }
    }
}

internal sealed record PlannedFault(Fault Fault, AzureCall Call, FaultPage Page, TimeSpan? Delay, Guid? Client)
{
    public int Left { get; set; }

    public int ToPass { get; set; }
}
