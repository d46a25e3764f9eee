using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;
using Layer.Ledger;
using Layer.Operations;
using Layer.Storage;
using Layer.Workspaces;

namespace Layer.Audits;

/// <summary>Draws from a population and seals the draw before anybody sees it, so that no draw can be thrown away and done again unseen.</summary>
/// <param name="database">The open database.</param>
/// <param name="ledger">Seals the draw.</param>
/// <param name="workspace">Whose log.</param>
/// <param name="clock">Says which day ends the log.</param>
/// <param name="drawn">Called between drawing and sealing; tests commit something there.</param>
internal sealed class SampleDrawing(LayerDatabase database, EvidenceLedger ledger, Workspace workspace, TimeProvider clock, Func<Task>? drawn = null)
{
    /// <summary>Draws, seals and signs.</summary>
    /// <exception cref="RefusedException">POPULATION_NOT_READ, POPULATION_EMPTY: nothing is sealed. LOG_BROKEN; those of a signature.</exception>
    public async Task<(long Index, Leaf Leaf)> RunAsync(SampleOrder order, string actor, CancellationToken cancellationToken)
    {
        // The population is that of the leaves below the draw's own. Computing it takes a while, so it is not done under the lock unless a sync came between.
        var draw = await DrawAsync(order, actor, DayOf(clock.GetUtcNow()), cancellationToken);
        await (drawn?.Invoke() ?? Task.CompletedTask);
        (long Index, Leaf Leaf)? result = null;
        await ledger.AppendAsync(workspace.Id, async (log, _) =>
        {
            if (draw.Size != log.Size || draw.Day != DayOf(log.At))
                draw = await DrawAsync(order, actor, DayOf(log.At), cancellationToken);
            var (leaf, index) = log.Add(draw.Leaf);
            result = (index, leaf);
        }, cancellationToken);
        await ledger.SignCheckpointAsync(workspace.Id, cancellationToken);
        return result ?? throw new InvalidOperationException("A leaf was appended and is not known.");
    }

    private async Task<Drawn> DrawAsync(SampleOrder order, string actor, DateOnly endOfLog, CancellationToken cancellationToken)
    {
        await using var whole = await WholeLog.OpenAsync(database, workspace, cancellationToken);
        var window = order.Window ?? new AuditWindow(whole.FirstDay, endOfLog.AddDays(1));
        var members = SampleMembers.Of(whole.Log, order.Population, window, whole.Size, endOfLog, whole.SourceOf(window));
        if (members.Count == 0)
            throw Refuse(whole, order.Population, window);
        var leaf = new SampleLeaf
        {
            Actor = actor, Algorithm = SampleDraw.Algorithm, Method = order.Method, Population = order.Population, Window = window,
            Count = members.Count, Root = members.Root, N = order.N, Seed = order.Seed, GivenBy = order.By ?? actor,
            Privileged = order.Method == SampleMethod.Privileged ? SampleLeaf.CurrentPrivileged : null,
            Picked = SampleDraw.Draw(order.Method, order.N, order.Seed, members),
        };
        return new Drawn(whole.Size, endOfLog, leaf);
    }

    // What was not read is not known to be empty.
    private static RefusedException Refuse(WholeLog whole, string population, AuditWindow window)
    {
        var isOfDay = SamplePopulation.IsOfDay(population, out var day);
        var scope = AuditScope.Of(whole.Log, window, whole.Size).Subscriptions.ToHashSet();
        if (isOfDay || !whole.Log.Records.Any(record => scope.Contains(record.Subscription) && window.Contains(record.Day)))
            return new RefusedException(
                "POPULATION_NOT_READ", ("population", population), ("window", $"{window}"), ("when", isOfDay ? $"on or before {day:yyyy-MM-dd}" : "in that window"));
        return new RefusedException("POPULATION_EMPTY", ("population", population), ("window", $"{window}"), ("what", population switch
        {
            SamplePopulation.WindowAdditions => "no role assignment was added in it",
            SamplePopulation.WindowRemovals => "no role assignment was removed in it",
            _ => "no day of it was expected and is over",
        }));
    }

    private static DateOnly DayOf(DateTimeOffset time) => DateOnly.FromDateTime(time.UtcDateTime);

    private sealed record Drawn(long Size, DateOnly Day, SampleLeaf Leaf);
}
