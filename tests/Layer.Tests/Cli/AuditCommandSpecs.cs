using System.Text.Json;
using Layer.AzureEmulator;
using Layer.Tests.Azure;

namespace Layer.Tests.Cli;

/// <summary>What a person meets who states a scope, draws a sample and asks for coverage: the built program, from the connection on.</summary>
public sealed class AuditCommandSpecs : IAsyncLifetime
{
    private readonly LayerProcess _layer = new();
    private Emulator _emulator = null!; // InitializeAsync

    private static DateOnly Today => DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

    private static string Window => $"{Today:yyyy-MM-dd}..{Today.AddDays(1):yyyy-MM-dd}";

    private string Sandbox => _emulator.World.Subscription("sandbox").Id.ToString();

    public async ValueTask InitializeAsync()
    {
        var world = EmulatedAzure.Company(tenant: t => t.Subscription("sandbox", s => s.ResourceGroup("rg-play", grants: [("Reader", EmulatedAzure.Reader)])));
        _emulator = await Emulator.StartAsync(world, new EmulatorOptions(), TestContext.Current.CancellationToken);
        await _layer.ReachAsync(_emulator);
        _layer.Variables["AZURE_SUBSCRIPTION_ID"] = world.Subscription(EmulatedAzure.Prod).Id.ToString();
        _layer.Variables["AZURE_CLIENT_ID"] = world.App(EmulatedAzure.Reader).ClientId.ToString();
        _layer.Variables["AZURE_CLIENT_SECRET"] = world.App(EmulatedAzure.Reader).Secret;
        Assert.Equal(0, (await _layer.RunAsync("connect", "azure", "--name", "prod")).ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        await _emulator.DisposeAsync();
        _layer.Dispose();
    }

    private static Dictionary<string, string?> States(Outcome outcome) => JsonElement.Parse(outcome.Output).GetProperty("value").EnumerateArray()
        .ToDictionary(row => row.GetProperty("name").GetString()!, row => row.GetProperty("state").GetString());

    [Fact]
    public async Task A_scope_nobody_stated_shows_what_needs_a_decision_and_the_command_that_decides_it()
    {
        var shown = await _layer.RunAsync("audit", "scope", "--window", Window, "-o", "json");

        Assert.Equal((0, "connected", "undecided"), (shown.ExitCode, States(shown)["prod"], States(shown)["sandbox"]));
        Assert.Contains($"Nobody has stated the scope of {Window}: every connected subscription is taken.", shown.Error, StringComparison.Ordinal);
        Assert.Contains("! 1 subscription needs a decision: sandbox", shown.Error, StringComparison.Ordinal);
        Assert.Contains($"layer audit scope --window {Window} --by \"NAME, TITLE\" --all-connected --out sandbox=\"WHY NOT\"", shown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_statement_is_sealed_signed_and_shown_and_a_later_one_replaces_it()
    {
        var first = await _layer.RunAsync("audit", "scope", "--window", Window, "--by", "Ada Lindqvist, CISO", "--in", "prod");
        Assert.Equal(0, first.ExitCode);
        Assert.Contains("! 1 subscription needs a decision: sandbox", first.Error, StringComparison.Ordinal);
        Assert.Contains("--by 'Ada Lindqvist, CISO' --in prod --out sandbox=\"WHY NOT\"", first.Error, StringComparison.Ordinal);

        var second = await _layer.RunAsync(
            "audit", "scope", "--window", Window, "--by", "Ada Lindqvist, CISO", "--all-connected", "--out", $"{Sandbox}=holds no customer data", "-o", "json");

        Assert.Equal((0, "included", "excluded"), (second.ExitCode, States(second)["prod"], States(second)["sandbox"]));
        var json = JsonElement.Parse(second.Output);
        Assert.Equal("Ada Lindqvist, CISO", json.GetProperty("statement").GetProperty("by").GetString());
        Assert.Equal("holds no customer data", json.GetProperty("value")[1].GetProperty("reason").GetString());
        Assert.Contains($"✓ Sealed as leaf {json.GetProperty("statement").GetProperty("leaf").GetInt64()} and signed.", second.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("decision", second.Error, StringComparison.Ordinal);
        var verified = await _layer.RunAsync("verify");
        Assert.Equal(1, verified.ExitCode); // no key, no anchor, and a trust anchor of the emulator's
        Assert.DoesNotContain("not signed yet", verified.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_problem_of_a_statement_is_told_at_once_and_nothing_is_sealed()
    {
        var typed = await _layer.RunAsync("audit", "scope", "--window", "2026-01-01..2026-01-01", "--in", "prod", "--out", "sandbox");
        var unknown = await _layer.RunAsync("audit", "scope", "--window", Window, "--by", "A", "--in", "prod", "nowhere", "--out", "prod=x", "elsewhere=y");
        var idle = await _layer.RunAsync("audit", "scope", "--by", "A");

        Assert.Equal((64, 64, 64), (typed.ExitCode, unknown.ExitCode, idle.ExitCode));
        foreach (var problem in (string[])["'2026-01-01..2026-01-01' has no day: FROM belongs to it and TO does not.", "--out: 'sandbox' gives no reason.", "--by is missing"])
            Assert.Contains(problem, typed.Error, StringComparison.Ordinal);
        foreach (var problem in (string[])["--in: there is no subscription 'nowhere'", "--out: there is no subscription 'elsewhere'", "prod is both --in and --out"])
            Assert.Contains(problem, unknown.Error, StringComparison.Ordinal);
        Assert.Contains("--window is missing", idle.Error, StringComparison.Ordinal);
        Assert.Contains("--by states nothing by itself", idle.Error, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, JsonElement.Parse((await _layer.RunAsync("audit", "scope", "--window", Window, "-o", "json")).Output).GetProperty("statement").ValueKind);
    }

    [Fact]
    public async Task A_sample_is_shown_with_its_seal_and_readable_columns()
    {
        var drawn = await _layer.RunAsync("audit", "sample", "--population", "day:today", "--n", "25", "--seed", "20261231", "--by", "Pat Auditor", "-o", "json");

        Assert.Equal(0, drawn.ExitCode);
        var json = JsonElement.Parse(drawn.Output);
        Assert.Equal(
            ($"day:{Today:yyyy-MM-dd}", Window, 4, "random", "layer-sample/1", "20261231", "Pat Auditor"),
            (json.GetProperty("population").GetString(), json.GetProperty("window").GetString(), json.GetProperty("count").GetInt32(), json.GetProperty("method").GetString(),
                json.GetProperty("algorithm").GetString(), json.GetProperty("seed").GetString(), json.GetProperty("givenBy").GetString()));
        Assert.Equal([1, 2, 3, 4], json.GetProperty("value").EnumerateArray().Select(row => row.GetProperty("rank").GetInt32()));
        Assert.Contains(json.GetProperty("value").EnumerateArray(), row => row.GetProperty("role").GetString() == "Owner");
        Assert.Contains("25 were asked for, and there are fewer: all 4 are drawn.", drawn.Error, StringComparison.Ordinal);

        var table = await _layer.RunAsync("audit", "sample", "--population", $"day:{Today:yyyy-MM-dd}", "--n", "2", "--seed", "x");
        foreach (var text in (string[])["4 members, root", "2 of 2 asked for, random, layer-sample/1", "RANK", "PRINCIPAL", "ROLE", "SCOPE", "CREATED", "MEMBER"])
            Assert.Contains(text, table.Output, StringComparison.Ordinal);
        var csv = await _layer.RunAsync("audit", "sample", "--population", "day:today", "--n", "2", "--seed", "x", "-o", "csv");
        Assert.StartsWith("rank,principal,principalId,role,scope,created,member,leaf,population,from,to,count,root,method,algorithm,n,seed,givenBy,actor", csv.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_problem_of_a_draw_is_told_at_once_and_an_empty_population_in_words()
    {
        var typed = await _layer.RunAsync("audit", "sample", "--population", "day:tomorrow", "--n", "0", "--method", "best", "--window", "x");
        var days = await _layer.RunAsync("audit", "sample", "--population", "days", "--n", "1", "--seed", "x", "--method", "privileged");
        var empty = await _layer.RunAsync("audit", "sample", "--population", "day:yesterday", "--n", "1", "--seed", "x");

        Assert.Equal((64, 64, 1), (typed.ExitCode, days.ExitCode, empty.ExitCode));
        foreach (var problem in (string[])
            ["--population: 'tomorrow' is not a day.", "--n: '0' is no number to draw.", "--seed is missing: any text, given by the auditor", "--method: 'best' is no way to draw.", "--window: 'x' is not a window."])
            Assert.Contains(problem, typed.Error, StringComparison.Ordinal);
        Assert.Contains("days are not privileged", days.Error, StringComparison.Ordinal);
        Assert.Contains("POPULATION_NOT_READ", empty.Error, StringComparison.Ordinal);
        Assert.Contains($"was read on or before {Today.AddDays(-1):yyyy-MM-dd}. That is no empty population", string.Join(' ', empty.Error.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Coverage_counts_half_open_days_and_refuses_a_window_without_any()
    {
        var today = await _layer.RunAsync("coverage", "-o", "json", "--fail-on", "missing");
        var both = await _layer.RunAsync("coverage", "--window", $"yesterday..{Today.AddDays(1):yyyy-MM-dd}", "-o", "csv", "--fail-on", "missing");
        var before = await _layer.RunAsync("coverage", "--window", "yesterday..today", "--fail-on", "missing");
        var none = await _layer.RunAsync("coverage", "--window", "today..today");

        Assert.Equal((0, 3, 3, 64), (today.ExitCode, both.ExitCode, before.ExitCode, none.ExitCode));
        var line = Assert.Single(JsonElement.Parse(today.Output).GetProperty("value").EnumerateArray());
        Assert.Equal(["connection", "subscription", "day", "state", "code", "by", "reason"], line.EnumerateObject().Select(property => property.Name));
        Assert.Equal(("prod", "complete"), (line.GetProperty("connection").GetString(), line.GetProperty("state").GetString()));
        Assert.Equal($"connection,day,state,code,by,reason\r\nprod,{Today.AddDays(-1):yyyy-MM-dd},not-connected,,,\r\nprod,{Today:yyyy-MM-dd},complete,,,\r\n", both.Output);
        Assert.Equal("", before.Output);
        Assert.Contains("No connection stood in", before.Error, StringComparison.Ordinal);
        Assert.Contains("--window: the window 'today..today' has no day: FROM belongs to it and TO does not. The whole of 2026 is 2026-01-01..2027-01-01.", none.Error, StringComparison.Ordinal);
    }
}
