using Layer.Connections;

namespace Layer.Syncing;

/// <summary>
/// How many syncs run at once in this process. An app registration gains nothing beyond a handful, so each has its own limit; and of those that wait, the
/// workspace with the fewest running goes first: a customer with thousands of subscriptions does not keep one with a single one waiting.
/// </summary>
internal sealed class InFlight(int overall = InFlight.Overall, int perCredential = InFlight.PerCredential)
{
    /// <summary>Beyond this, a small machine only switches between them.</summary>
    public const int Overall = 32;

    /// <summary>Azure counts reads per app registration and subscription; with more at once Entra starts to push back.</summary>
    public const int PerCredential = 8;

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Lane> _lanes = [];
    private int _running;

    /// <summary>Waits for a place.</summary>
    /// <returns>The place, given back when disposed; null when cancelled while waiting.</returns>
    public async Task<IDisposable?> EnterAsync(Connection connection, CancellationToken cancellationToken)
    {
        var waiter = new Waiter(connection.Workspace, connection.Credential);
        lock (_gate)
        {
            if (!_lanes.TryGetValue(waiter.Workspace, out var lane))
                _lanes[waiter.Workspace] = lane = new Lane();
            lane.Add(waiter);
            LetIn();
        }

        await using (cancellationToken.Register(() => waiter.Turn.TrySetResult(false)))
            return await waiter.Turn.Task ? new Place(this, waiter) : null;
    }

    private void Leave(Waiter waiter)
    {
        lock (_gate)
        {
            _running--;
            _lanes[waiter.Workspace].Leave(waiter, perCredential);
            LetIn();
        }
    }

    private void LetIn()
    {
        while (_running < overall && _lanes.Values.Where(lane => lane.Ready.Count > 0).MinBy(lane => lane.Running) is { } lane)
        {
            if (!lane.LetIn(perCredential))
                continue; // whoever was next has given up
            _running++;
        }
    }

    private sealed class Waiter(Guid workspace, Guid credential)
    {
        public Guid Workspace => workspace;

        public Guid Credential => credential;

        // Continuations run elsewhere: they would run under the gate otherwise.
        public TaskCompletionSource<bool> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Registration
    {
        public Queue<Waiter> Waiting { get; } = new();

        public int Running { get; set; }
    }

    /// <summary>Those of one workspace: its app registrations take turns.</summary>
    private sealed class Lane
    {
        private readonly Dictionary<Guid, Registration> _registrations = [];

        public int Running { get; private set; }

        /// <summary>App registrations with somebody waiting and room for one more, each once.</summary>
        public Queue<Registration> Ready { get; } = new();

        public void Add(Waiter waiter)
        {
            if (!_registrations.TryGetValue(waiter.Credential, out var registration))
                _registrations[waiter.Credential] = registration = new Registration();
            registration.Waiting.Enqueue(waiter);
            if (registration.Waiting.Count == 1 && !Ready.Contains(registration))
                Ready.Enqueue(registration);
        }

        public bool LetIn(int limit)
        {
            var registration = Ready.Dequeue();
            if (registration.Running >= limit)
                return false; // it comes back when one of its own leaves
            var entered = registration.Waiting.Dequeue().Turn.TrySetResult(true);
            if (entered)
            {
                registration.Running++;
                Running++;
            }

            if (registration.Waiting.Count > 0 && registration.Running < limit)
                Ready.Enqueue(registration);
            return entered;
        }

        public void Leave(Waiter waiter, int limit)
        {
            var registration = _registrations[waiter.Credential];
            registration.Running--;
            Running--;
            if (registration.Waiting.Count > 0 && registration.Running == limit - 1 && !Ready.Contains(registration))
                Ready.Enqueue(registration);
        }
    }

    private sealed class Place(InFlight gate, Waiter waiter) : IDisposable
    {
        public void Dispose() => gate.Leave(waiter);
    }
}
