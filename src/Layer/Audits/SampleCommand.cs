using System.CommandLine;
using System.Text.Json.Nodes;
using Layer.Cli;
using Layer.Evidence.Canonical;
using Layer.Evidence.Leaves;
using Layer.Syncing;

namespace Layer.Audits;

/// <summary><c>layer audit sample</c>: draws from a population so that anybody who knows the seed draws the same.</summary>
internal static class SampleCommand
{
    public static Command Create(LayerApp app)
    {
        var population = new Option<string?>("--population") { Description = SampleOrder.PopulationsAllowed, HelpName = "POPULATION" };
        var n = new Option<string?>("--n") { Description = "how many to draw", HelpName = "NUMBER" };
        var seed = new Option<string?>("--seed") { Description = "any text, given by the auditor", HelpName = "TEXT" };
        var by = new Option<string?>("--by") { Description = "who gave the seed; without it, who draws", HelpName = "NAME" };
        var method = new Option<string?>("--method")
        {
            Description = $"{string.Join(", ", SampleMethod.All)}; without it random", HelpName = "METHOD", CompletionSources = { _ => SampleMethod.All },
        };
        var window = new Option<string?>("--window")
        {
            Description = "UTC days, TO not included; without it the day of the population, or the whole log", HelpName = "FROM..TO",
        };
        var output = OutputOption.Create();
        var command = new Command("sample", "Draw a sample that anybody can draw again; it is sealed before it is shown.") { population, n, seed, by, method, window, output };
        app.AlsoOverServer(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var problems = new List<string>();
            var order = SampleOrder.Read(
                parsed.GetValue(population), parsed.GetValue(window), parsed.GetValue(n), parsed.GetValue(seed), parsed.GetValue(by), parsed.GetValue(method),
                app.Clock, problems);
            return order is null
                ? Task.FromResult(UsageProblems.Print(app.Terminal, problems, "layer audit sample"))
                : RunAsync(app, order, parsed.GetValue(output), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(LayerApp app, SampleOrder order, OutputForm form, CancellationToken cancellationToken)
    {
        if (await app.FindServerAsync(cancellationToken) is { } server)
        {
            if (order.Window is not { } window)
                return UsageProblems.Print(app.Terminal, ["--window is missing: a server keeps draws by the window they belong to. Write it as FROM..TO."], "layer audit sample");
            var body = new JsonObject { ["population"] = order.Population, ["n"] = order.N, ["seed"] = order.Seed, ["by"] = order.By, ["method"] = order.Method };
            var answer = await server.SendAsync(HttpMethod.Post, $"/v1/audits/{window}/samples", body, etag: null, cancellationToken);
            return Tell(app.Terminal, form, server.Read(() => DrawnSample.Read(answer.Body)));
        }

        if (await app.FindReadableAsync(cancellationToken) is not var (readable, workspace))
            return SyncCommand.NothingConnected(app, form, ExitCode.Error);
        await readable.DisposeAsync();
        await using var layer = await app.OpenAsync(withKeys: true, cancellationToken);
        var (index, leaf) = await new SampleDrawing(layer.Database, layer.Ledger, workspace, app.Clock).RunAsync(order, Actor.OfThisProcess, cancellationToken);
        await using var whole = await WholeLog.OpenAsync(layer.Database, workspace, cancellationToken);
        return Tell(app.Terminal, form, await DrawnSample.OfAsync(whole, index, leaf, layer.InventoryOf(workspace), cancellationToken));
    }

    private static int Tell(Terminal terminal, OutputForm form, DrawnSample drawn)
    {
        if (form == OutputForm.Json)
            Json.Write(terminal.Out, terminal.OutIsTerminal, drawn.WriteTo);
        else
            Write(terminal, form, drawn);
        Say(terminal, drawn);
        return ExitCode.Done;
    }

    private static void Say(Terminal terminal, DrawnSample drawn)
    {
        var draw = drawn.Draw;
        if (draw.Picked.Count < draw.N && draw.Method != SampleMethod.EveryKth)
        {
            var all = draw.Method == SampleMethod.Privileged ? $"all {draw.Picked.Count} that are privileged, or not known not to be," : $"all {draw.Picked.Count}";
            terminal.Say($"{draw.N} were asked for, and there are fewer: {all} are drawn.");
        }
        else if (draw.Count < draw.N)
        {
            terminal.Say($"{draw.N} were asked for, and there are fewer: all {draw.Count} are drawn.");
        }

        if (!SamplePopulation.IsOfDay(draw.Population, out var day))
            return;
        foreach (var (connection, last) in drawn.Earlier)
            terminal.Say(terminal.ErrorInk.Caution($"! {SafeText.ForTerminal(connection)} was not read on {Day.Format(day)}: its assignments are those of {Day.Format(last)}."));
        foreach (var unread in drawn.NotRead)
            terminal.Say(terminal.ErrorInk.Caution($"! The subscription {unread} is in scope and was never read by {Day.Format(day)}: nothing of it is in the population."));
    }

    private static void Write(Terminal terminal, OutputForm form, DrawnSample drawn)
    {
        var (draw, index) = (drawn.Draw, drawn.Index);
        if (form == OutputForm.Table)
        {
            Row("population", $"{draw.Population}: {Words.Count(draw.Count, "member")}, root {draw.Root}");
            Row("window", $"{draw.Window}");
            Row("drawn", $"{draw.Picked.Count} of {draw.N} asked for, {draw.Method}, {draw.Algorithm}{(draw.Privileged is { } list ? $", {list}" : "")}");
            Row("seed", $"{draw.Seed} (given by {draw.GivenBy})");
            Row("leaf", $"{index}, sealed {Instant.Format(drawn.At)} by {draw.Actor}");
            terminal.Out.WriteLine();
        }

        var isOfDays = draw.Population == SamplePopulation.Days;
        Column<SampleRow>[] readable = isOfDays ? [] :
        [
            new("PRINCIPAL", "principal", row => row.Assignment?.Who ?? "–") { Shrinks = true, Tone = _ => Tone.Strong },
            new("PRINCIPAL ID", "principalId", row => row.Assignment?.Assignment.Text("principalId") ?? "") { CsvOnly = true },
            new("ROLE", "role", row => row.Assignment?.Role ?? "–") { Shrinks = true },
            new("SCOPE", "scope", row => (form == OutputForm.Csv ? row.Assignment?.Assignment.Text("scope") : row.Assignment?.ShortScope) ?? "–") { Shrinks = true, KeepEnd = true },
            new("CREATED", "created", row => Created(row, form)) { Tone = _ => Tone.Quiet },
        ];
        new Listing<SampleRow>(
            [
                new("RANK", "rank", row => $"{row.Rank}") { Right = true },
                .. readable,
                new("MEMBER", "member", row => row.Member) { Shrinks = true, KeepEnd = true, Tone = _ => Tone.Quiet },
                Seal("leaf", $"{index}"), Seal("population", draw.Population), Seal("from", $"{draw.Window.From:yyyy-MM-dd}"), Seal("to", $"{draw.Window.To:yyyy-MM-dd}"),
                Seal("count", $"{draw.Count}"), Seal("root", $"{draw.Root}"), Seal("method", draw.Method), Seal("algorithm", draw.Algorithm), Seal("n", $"{draw.N}"),
                Seal("seed", draw.Seed), Seal("givenBy", draw.GivenBy), Seal("actor", draw.Actor),
            ],
            DrawnSample.WriteRow).Write(terminal, form, drawn.Rows);

        void Row(string name, string value) => terminal.Out.WriteLine($"{terminal.OutInk.Quiet(name.PadRight(13))} {SafeText.ForTerminal(value)}");
    }

    private static Column<SampleRow> Seal(string name, string value) => new(name, name, _ => value) { CsvOnly = true };

    private static string Created(SampleRow row, OutputForm form)
    {
        var created = row.Assignment?.Assignment.Text("createdOn") ?? "";
        return form == OutputForm.Table && created.Length > 10 ? created[..10] : created;
    }
}
