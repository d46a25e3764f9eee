using Layer.Cli;
using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;
using Layer.Ledger;
using Layer.Tests.Ledger;
using Layer.Tests.Storage;

namespace Layer.Tests.Audits;

public sealed class CoverageNowOnSqliteSpecs(PostgresCluster cluster) : CoverageNowSpecs(Engine.Sqlite, cluster);

public sealed class CoverageNowOnPostgresSpecs(PostgresCluster cluster) : CoverageNowSpecs(Engine.Postgres, cluster);

public abstract class CoverageNowSpecs(Engine engine, PostgresCluster cluster)
{
    private static readonly DateOnly First = new(2026, 9, 1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<LedgerWorld> StartAsync()
    {
        var world = await LedgerWorld.StartAsync(engine, cluster);
        await world.SealConnectionAsync();
        return world;
    }

    private static async Task<CoverageTable> ReadAsync(LedgerWorld world, AuditWindow? window = null) =>
        await CoverageNow.ReadAsync(world.Database, world.Workspace, window, world.Clock, Cancellation) ?? throw new InvalidOperationException("Nothing is connected.");

    private static string Drawn(CoverageTable coverage)
    {
        var output = new StringWriter();
        new CoverageCalendar(output, new Ink(false), 100).Write(coverage);
        return output.ToString();
    }

    [Fact]
    public async Task Rule_5_days_that_passed_without_a_sync_stay_missing()
    {
        await using var world = await StartAsync();
        await world.SyncAsync();
        world.Clock.Advance(TimeSpan.FromDays(1));
        await world.FailAsync();
        world.Clock.Advance(TimeSpan.FromDays(2));
        await world.SyncAsync();
        world.Clock.Advance(TimeSpan.FromDays(1));

        var coverage = await ReadAsync(world);

        Assert.Equal(
            [("complete", null), ("failed", "SECRET_EXPIRED"), ("missed", null), ("complete", null), ("not-due", null)],
            coverage.Lines.Select(line => (line.State, line.Code)));
        Assert.Equal(new AuditWindow(First, First.AddDays(5)), coverage.Window);
        Assert.Equal([false, true, true, false, false], coverage.Lines.Select(CoverageNow.IsMissing));
    }

    [Fact]
    public async Task The_days_since_an_installation_died_are_missed_because_the_clock_ends_the_log()
    {
        await using var world = await StartAsync();
        await world.SyncAsync();
        world.Clock.Advance(TimeSpan.FromDays(4));

        Assert.Equal(["complete", "missed", "missed", "missed", "not-due"], (await ReadAsync(world)).Lines.Select(line => line.State));
    }

    [Fact]
    public async Task A_window_has_its_first_day_and_not_its_last_and_days_before_the_connection_are_told()
    {
        await using var world = await StartAsync();
        await world.SyncAsync();
        world.Clock.Advance(TimeSpan.FromDays(1));

        var coverage = await ReadAsync(world, new AuditWindow(First.AddDays(-1), First.AddDays(1)));

        Assert.Equal([(First.AddDays(-1), "not-connected"), (First, "complete")], coverage.Lines.Select(line => (line.Day, line.State)));
    }

    [Fact]
    public async Task Late_paused_and_disconnected_days_are_drawn_with_who_and_why_and_stay_in_the_denominator()
    {
        await using var world = await StartAsync();
        await world.SyncAsync();
        world.Clock.Advance(TimeSpan.FromDays(1));
        await world.Ledger.CommitAsync(world.Attempt() with { Trigger = SyncTrigger.CatchUp }, world.Azure.At(world.Clock.GetUtcNow()), Cancellation);
        world.Clock.Advance(TimeSpan.FromDays(1));
        await world.SealConnectionAsync(ConnectionChange.Paused, "tenant move, CHG-1042");
        world.Clock.Advance(TimeSpan.FromDays(4));
        await world.SealConnectionAsync(ConnectionChange.Disconnected);
        world.Clock.Advance(TimeSpan.FromDays(1));

        var drawn = Drawn(await ReadAsync(world));

        Assert.Equal(
            """
                    Sep
              prod  ■◧‖‖‖‖⊘…

              prod: covered 2 of 8 days. 2 Sep late. 4 days paused by os:test@test (tenant move, CHG-1042). 7 Sep disconnected by os:test@test (no reason given). 8 Sep not due.

              Covered 2 of 8 days, 2 of 8 connection-days; longest gap 5 days, 2026-09-03 to 2026-09-07. That is
              25 % of days and 25 % of connection-days.

              ■ complete   ◧ late   ‖ paused   ⊘ disconnected   … not due

            """.ReplaceLineEndings("\n"), drawn.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task A_subscription_that_is_gone_ends_expectation_and_nothing_else_does()
    {
        await using var world = await StartAsync();
        await world.SyncAsync();
        world.Clock.Advance(TimeSpan.FromDays(1));
        await world.SealConnectionAsync(ConnectionChange.SubscriptionGone, "sold");
        world.Clock.Advance(TimeSpan.FromDays(2));

        var coverage = await ReadAsync(world);

        Assert.Equal((1, 1), (coverage.Summary.CoveredLines, coverage.Summary.ExpectedLines));
        Assert.Contains("covered 1 of 1 days. 2 Sep, 3 Sep, 4 Sep gone by os:test@test (sold).", Drawn(coverage), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_connected_has_no_coverage()
    {
        await using var world = await LedgerWorld.StartAsync(engine, cluster);

        Assert.Null(await CoverageNow.ReadAsync(world.Database, world.Workspace, null, world.Clock, Cancellation));
    }
}
