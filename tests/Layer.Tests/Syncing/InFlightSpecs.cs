using Layer.Connections;
using Layer.Syncing;

namespace Layer.Tests.Syncing;

public sealed class InFlightSpecs
{
    private readonly InFlight _gate = new(overall: 6, perCredential: 2);

    private static readonly Guid Many = Guid.NewGuid();
    private static readonly Guid One = Guid.NewGuid();

    [Fact]
    public async Task No_more_run_at_once_than_allowed_for_all_and_for_one_app_registration()
    {
        var registration = Guid.NewGuid();
        var waiting = Enumerable.Range(0, 5).Select(_ => Enter(Many, registration)).ToList();
        Assert.Equal(2, waiting.Count(entered => entered.IsCompleted));
        (await waiting[0])!.Dispose();
        Assert.NotNull(await waiting[2]);
        Assert.Equal(3, waiting.Count(entered => entered.IsCompleted));

        var others = Enumerable.Range(0, 9).Select(_ => Enter(Many, Guid.NewGuid())).ToList();
        Assert.Equal(4, others.Count(entered => entered.IsCompleted));
    }

    [Fact]
    public async Task A_workspace_with_one_subscription_does_not_wait_behind_one_with_thousands()
    {
        var running = Enumerable.Range(0, 1000).Select(_ => Enter(Many, Guid.NewGuid())).ToList();
        var single = Enter(One, Guid.NewGuid());
        Assert.False(single.IsCompleted);
        (await running[0])!.Dispose();
        Assert.NotNull(await single);
    }

    [Fact]
    public async Task App_registrations_of_a_workspace_take_turns()
    {
        var (large, small) = (Guid.NewGuid(), Guid.NewGuid());
        var gate = new InFlight(overall: 1, perCredential: 1);
        var first = gate.EnterAsync(Of(Many, large), TestContext.Current.CancellationToken);
        var second = gate.EnterAsync(Of(Many, large), TestContext.Current.CancellationToken);
        var third = gate.EnterAsync(Of(Many, large), TestContext.Current.CancellationToken);
        var other = gate.EnterAsync(Of(Many, small), TestContext.Current.CancellationToken);
        (await first)!.Dispose();
        var next = await Task.WhenAny(second, other);
        (await next)!.Dispose();
        var then = await Task.WhenAny(new[] { second, other }.Except([next]));
        Assert.Contains(other, new[] { next, then });
        Assert.False(third.IsCompleted);
    }

    [Fact]
    public async Task Whoever_gives_up_waiting_takes_no_place()
    {
        var registration = Guid.NewGuid();
        var running = await Enter(Many, registration);
        _ = await Enter(Many, registration);
        using var cancelled = new CancellationTokenSource();
        var gone = _gate.EnterAsync(Of(Many, registration), cancelled.Token);
        var behind = Enter(Many, registration);
        await cancelled.CancelAsync();
        Assert.Null(await gone);
        running!.Dispose();
        Assert.NotNull(await behind);
    }

    [Fact]
    public async Task Ten_thousand_that_come_and_go_all_get_their_turn_and_never_more_at_once()
    {
        var gate = new InFlight();
        var (now, most) = (0, 0);
        var registrations = Enumerable.Range(0, 40).Select(_ => Guid.NewGuid()).ToArray();
        await Parallel.ForEachAsync(Enumerable.Range(0, 10_000), new ParallelOptions { MaxDegreeOfParallelism = 500, CancellationToken = TestContext.Current.CancellationToken }, async (n, cancellation) =>
        {
            using var place = await gate.EnterAsync(Of(n % 3 == 0 ? One : Many, registrations[n % registrations.Length]), cancellation);
            var running = Interlocked.Increment(ref now);
            InterlockedMax(ref most, running);
            await Task.Yield();
            Interlocked.Decrement(ref now);
        });
        Assert.Equal(0, now);
        Assert.InRange(most, 2, InFlight.Overall);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
            Interlocked.CompareExchange(ref target, value, seen);
    }

    private Task<IDisposable?> Enter(Guid workspace, Guid credential) => _gate.EnterAsync(Of(workspace, credential), TestContext.Current.CancellationToken);

    private static Connection Of(Guid workspace, Guid credential) => new()
    {
        Id = Guid.NewGuid(), Workspace = workspace, Name = "prod", SubscriptionId = Guid.NewGuid(), TenantId = Guid.NewGuid(), Cloud = "public", Credential = credential,
        State = ConnectionState.Connected, Since = DateTimeOffset.UnixEpoch, CreatedAt = DateTimeOffset.UnixEpoch,
    };
}
