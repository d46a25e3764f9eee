using Layer.AzureEmulator;
using Layer.Evidence.Observations;
using Layer.Evidence.Verification;
using Layer.Syncing;
using Layer.Tests.Azure;
using Layer.Tests.Storage;

namespace Layer.Tests.Syncing;

/// <summary>All cells of the matrix: every fault at every call, on the first, the middle and the last page.</summary>
public sealed class FaultMatrixOnSqliteSpecs(PostgresCluster cluster) : FaultMatrixSpecs(Engine.Sqlite, cluster)
{
    private protected override IEnumerable<FaultCell> Choose(Fault fault, IReadOnlyList<FaultCell> cells) => cells;
}

/// <summary>One cell of each fault, another call and page from fault to fault.</summary>
public sealed class FaultMatrixOnPostgresSpecs(PostgresCluster cluster) : FaultMatrixSpecs(Engine.Postgres, cluster)
{
    private protected override IEnumerable<FaultCell> Choose(Fault fault, IReadOnlyList<FaultCell> cells) => [cells[(int)fault % cells.Count]];
}

/// <summary>
/// The fault matrix through the whole stack, on connections that have evidence already. A sync that fails adds its leaf and its row, and no other table
/// gains, loses or changes a row; one that succeeds seals what is there.
/// </summary>
public abstract class FaultMatrixSpecs(Engine engine, PostgresCluster cluster)
{
    private static readonly string[] Log = ["log_node", "checkpoint"];
    private static readonly string[] Complete = ["log_leaf", "sync", "evidence", .. Log];
    private static readonly string[] Failed = ["log_leaf", "sync", .. Log];
    private static readonly string[] Seen = ["visible", "observation", "page"];

    // The exit code of each outcome, as item 23 of the command line's contract has it: sign-in 4, right 5, incomplete 6, unreachable 8, else 1.
    private static readonly Dictionary<string, int> ExitCodes = new()
    {
        [FaultTable.Sealed] = 0,
        ["AZURE_UNKNOWN"] = 1, ["CLOCK_SKEW"] = 1, ["SUBSCRIPTION_DELETED"] = 1,
        ["SIGN_IN_REFUSED"] = 4, ["SIGN_IN_MALFORMED"] = 4, ["TOKEN_REJECTED"] = 4, ["TOKEN_EXPIRED"] = 4, ["TOKEN_REVOKED"] = 4,
        ["TOKEN_WITHOUT_IDENTITY"] = 4, ["SUBSCRIPTION_TRANSFERRED"] = 4,
        ["READER_REMOVED"] = 5, ["RIGHT_MISSING"] = 5, ["WITNESS_UNKNOWN"] = 5,
        ["EMPTY_ANSWER"] = 6, ["LIST_MOVED"] = 6, ["NEXT_LINK_FOREIGN"] = 6, ["NEXT_LINK_REPEATED"] = 6, ["MALFORMED_ANSWER"] = 6, ["ANSWER_IS_A_PAGE"] = 6,
        ["INCOMPLETE_ANSWER"] = 6, ["DUPLICATE_DIFFERS"] = 6, ["UNEXPECTED_STATUS"] = 6, ["SUBSCRIPTION_MISMATCH"] = 6,
        ["THROTTLED"] = 8, ["AZURE_UNAVAILABLE"] = 8, ["SIGN_IN_UNAVAILABLE"] = 8, ["CONNECTION_LOST"] = 8, ["CONNECTION_TIMED_OUT"] = 8,
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected abstract IEnumerable<FaultCell> Choose(Fault fault, IReadOnlyList<FaultCell> cells);

    [Fact]
    public async Task Rule_1_F01_F17_a_fault_leaves_one_leaf_and_one_row_and_changes_nothing_else()
    {
        var chosen = Enum.GetValues<Fault>().ToDictionary(fault => fault, fault => Choose(fault, [.. FaultTable.CellsOf(fault)]).ToArray());
        Assert.All(chosen, cells => Assert.NotEmpty(cells.Value));
        var apps = chosen.Values.SelectMany(cells => cells).Where(cell => cell.Call == AzureCall.Token).ToList();
        await using var world = await FaultedSync.StartAsync(engine, cluster, apps.Count);
        var wrong = new List<string>();
        var before = await DatabaseDump.OfAsync(world.Database, Cancellation);
        // Those of the list of subscriptions come last, as each of them needs a day of its own.
        foreach (var (fault, cells) in chosen.Select(each => (each.Key, each.Value.Where(cell => !AsksVisible(cell))))
            .Concat(chosen.Select(each => (each.Key, each.Value.Where(AsksVisible)))))
        {
            foreach (var cell in cells)
            {
                (var found, before) = AsksVisible(cell) ? await TryVisibleAsync(world, cell, before) : await TryAsync(world, cell, apps.IndexOf(cell), before);
                wrong.AddRange(found.Select(what => $"{cell}: {what}"));
            }

            // Nothing takes a leaf away in between, so that the log as it is after these cells is the log as it was after each.
            var verdict = (await world.VerifyAsync()).Verdict;
            if (verdict.Outcome != VerificationOutcome.ValidWithRemarks)
                wrong.Add($"{fault}: the log is not valid: {verdict}");
        }

        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
    }

    private static async Task<(List<string> Wrong, DatabaseDump After)> TryAsync(FaultedSync world, FaultCell cell, int app, DatabaseDump before)
    {
        var (result, struck) = await world.SyncAsync(cell, app);
        var after = await DatabaseDump.OfAsync(world.Database, Cancellation);

        var wrong = new List<string>();
        var outcome = OnAConnectionWithHistory(cell.Outcome);
        if ((result.Failure?.Code ?? FaultTable.Sealed) != outcome)
            wrong.Add($"{result.Failure?.Code ?? FaultTable.Sealed}, not {outcome}");
        if (result.ExitCode != ExitCodes[outcome])
            wrong.Add($"exit code {result.ExitCode}, not {ExitCodes[outcome]}");
        if (!struck)
            wrong.Add("the fault was not met");
        // Rule 3.
        wrong.AddRange(world.Outbound.Answered.Where(r => !OutboundTemplates.Hold(r)).Select(r => $"{r.Method} {r.Host}{r.PathAndQuery} is not on the list"));
        wrong.AddRange(world.Outbound.Refused.Select(host => $"{host} was asked for"));
        var leftOut = result.Failure is null ? LeftOut(cell, world.Expected(EmulatedAzure.Prod, _ => true)) : 0;
        var seen = AsksVisible(cell) && cell.Visible == FaultTable.Sealed;
        if (AsksVisible(cell) && (result.VisibleFailure?.Code ?? FaultTable.Sealed) != cell.Visible)
            wrong.Add($"the list of subscriptions: {result.VisibleFailure?.Code ?? FaultTable.Sealed}, not {cell.Visible}");
        wrong.AddRange(Unchanged(before, after, result, leftOut > 0, seen));
        wrong.AddRange(Grown(before, after, result, seen));
        if (result.Failure is null)
            wrong.AddRange(await SealedAsync(world, cell, cell.Call == AzureCall.Token ? FaultedSync.TokenApp(app) : EmulatedAzure.Prod, leftOut));
        if (leftOut == 0)
            return (wrong, after);
        if ((await world.SyncAsync()).Failure is { } failure)
            wrong.Add($"the sync after it: {failure.Code}");
        wrong.AddRange((await SealedAsync(world, cell, EmulatedAzure.Prod, leftOut: 0)).Select(what => $"after the sync after it: {what}"));
        return (wrong, await DatabaseDump.OfAsync(world.Database, Cancellation));
    }

    private static bool AsksVisible(FaultCell cell) => cell.Call == AzureCall.ListSubscriptions;

    /// <summary>A fault of that list costs the sync nothing and seals nothing of it; the next sync of the day asks again, and only when nothing was sealed.</summary>
    private static async Task<(List<string> Wrong, DatabaseDump After)> TryVisibleAsync(FaultedSync world, FaultCell cell, DatabaseDump before)
    {
        world.MoveToNextDay();
        var (wrong, _) = await TryAsync(world, cell, app: 0, before);
        if ((await world.SyncAsync()) is { } again && (again.Failure ?? again.VisibleFailure) is { } failure)
            wrong.Add($"the sync after it: {failure.Code}");
        var after = await DatabaseDump.OfAsync(world.Database, Cancellation);
        var (came, _) = after.Compare(before, "visible");
        if (came.Count != 1)
            wrong.Add($"{came.Count} rows came to visible on that day");
        return (wrong, after);
    }

    /// <summary>What a new connection is told and one with evidence is not: there the right was, and is gone.</summary>
    private static string OnAConnectionWithHistory(string outcome) => outcome switch
    {
        "NO_READER" => "READER_REMOVED",
        "SUBSCRIPTION_NOT_FOUND" => "SUBSCRIPTION_DELETED",
        "WRONG_TENANT" => "SUBSCRIPTION_TRANSFERRED",
        _ => outcome,
    };

    private static IEnumerable<string> Unchanged(DatabaseDump before, DatabaseDump after, SyncResult result, bool otherRows, bool seen)
    {
        var mayGrow = result.Failure is null ? Complete : Failed;
        if (otherRows)
            mayGrow = [.. mayGrow, "population", "page", "observation_version"];
        if (seen)
            mayGrow = [.. mayGrow, .. Seen];
        foreach (var table in after.Tables)
        {
            var (came, went) = after.Compare(before, table);
            if (went.Count > 0 && !(otherRows && table == "observation_version"))
                yield return $"{went.Count} rows of {table} changed or went: {went[0]}";
            if (came.Count > 0 && !mayGrow.Contains(table))
                yield return $"{came.Count} rows came to {table}: {came[0]}";
        }
    }

    private static IEnumerable<string> Grown(DatabaseDump before, DatabaseDump after, SyncResult result, bool seen)
    {
        var complete = result.Failure is null;
        var (leaves, _) = after.Compare(before, "log_leaf");
        string[] kinds = seen ? ["evidence", "evidence", "sync", "visible"] : complete ? ["evidence", "evidence", "sync"] : ["sync"];
        if (!leaves.Select(Kind).Order(StringComparer.Ordinal).SequenceEqual(kinds))
            yield return $"leaves {string.Join(", ", leaves.Select(Kind))}, not {string.Join(", ", kinds)}";
        var (syncs, _) = after.Compare(before, "sync");
        var status = complete ? "status=complete code=NULL" : $"status=failed code={result.Failure!.Code}";
        if (syncs is not [var sync] || !sync.Contains(status, StringComparison.Ordinal))
            yield return $"sync rows {string.Join(", ", syncs)}, not one with {status}";
        var (evidence, _) = after.Compare(before, "evidence");
        if (evidence.Count != (complete ? 2 : 0))
            yield return $"{evidence.Count} evidence rows";
    }

    private static string Kind(string leaf) => leaf.Split(' ').Single(column => column.StartsWith("kind=", StringComparison.Ordinal))["kind=".Length..];

    private static async Task<List<string>> SealedAsync(FaultedSync world, FaultCell cell, string connection, int leftOut)
    {
        var stored = await world.SealedAsync(connection);
        // A role counts while somebody holds it.
        var expected = world.Expected(connection, stored[ObservationType.RoleAssignment].ToHashSet().Contains);
        var shortened = cell.Call == AzureCall.ListResourceGroups ? ObservationType.ResourceGroup : ObservationType.RoleAssignment;
        var wrong = new List<string>();
        foreach (var each in expected)
        {
            var (missing, foreign) = (each.Except(stored[each.Key]).Count(), stored[each.Key].Except(each).Count());
            if ((missing, foreign) != (each.Key == shortened ? leftOut : 0, 0))
                wrong.Add($"{missing} of {each.Key} missing and {foreign} of another world");
        }

        return wrong;
    }

    /// <summary>Rows that Azure itself keeps back, in a list that is well formed and the same each time: nobody can tell them from rows that went.</summary>
    private static int LeftOut(FaultCell cell, ILookup<string, string> world)
    {
        if (cell.Call is not (AzureCall.ListResourceGroups or AzureCall.ListRoleAssignments))
            return 0;
        var rows = world[cell.Call == AzureCall.ListResourceGroups ? ObservationType.ResourceGroup : ObservationType.RoleAssignment].Count();
        var before = cell.Page == FaultPage.First ? 0 : cell.Page == FaultPage.Middle ? 1 : 2;
        return cell.Fault switch
        {
            Fault.MissingItem => 1,
            Fault.EmptyList => rows - before * FaultWorld.PageSize,
            _ => 0,
        };
    }
}
