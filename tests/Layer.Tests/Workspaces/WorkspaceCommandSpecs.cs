using System.Text.Json;
using Layer.Tests.Cli;

namespace Layer.Tests.Workspaces;

/// <summary>Retention, hold and removal as a person types them, over seven years.</summary>
public sealed class WorkspaceCommandSpecs : IDisposable
{
    private readonly LayerAtAClock _layer = new();

    public void Dispose() => _layer.Dispose();

    private string[] Tombstones => Directory.Exists(Path.Combine(_layer.DataFolder, "keys", "tombstones"))
        ? [.. Directory.GetFiles(Path.Combine(_layer.DataFolder, "keys", "tombstones")).Select(file => Path.GetExtension(file)).Order(StringComparer.Ordinal)]
        : [];

    private void Advance(int years) => _layer.Clock.SetUtcNow(_layer.Clock.GetUtcNow().AddYears(years));

    private Task<Outcome> RemoveAsync() => _layer.RunAsync("workspace", "remove", "--by", "Ada Lovelace", "--reason", "retention is over", "--yes");

    [Fact]
    public async Task Show_says_what_there_is_until_when_it_is_kept_and_whether_it_is_held()
    {
        await _layer.ConnectAsync("prod", "test");

        var before = await ShownAsync();
        Assert.Equal(0, (await _layer.RunAsync("workspace", "hold", "--by", "Grace Hopper", "--reason", "litigation 7")).ExitCode);
        var held = await ShownAsync();
        Assert.Equal(0, (await _layer.RunAsync("workspace", "release", "--by", "Grace Hopper", "--reason", "settled")).ExitCode);

        Assert.Equal((3, 2, "2033-11-23T06:00:00.000Z", 7, false), Facts(before));
        Assert.Equal((4, 2, "2033-11-23T06:00:00.000Z", 7, true), Facts(held));
        Assert.Equal("Grace Hopper: litigation 7", held.GetProperty("heldBecause").GetString());
        Assert.Equal((5, 2, "2033-11-23T06:00:00.000Z", 7, false), Facts(await ShownAsync()));
        Assert.Contains("VALID", (await _layer.RunAsync("verify")).Output.Split('\n')[^2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_setting_decides_for_how_many_years_a_workspace_is_kept()
    {
        await _layer.ConnectAsync("prod");
        _layer.Variables["Layer__RetentionYears"] = "10";

        Assert.Equal("2036-11-23T06:00:00.000Z", (await ShownAsync()).GetProperty("keptUntil").GetString());
        Advance(9);
        Assert.Contains("must be kept until 2036-11-23", (await RemoveAsync()).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Before_the_date_and_under_hold_removal_is_refused_with_the_date_whatever_was_confirmed()
    {
        await _layer.ConnectAsync("prod");
        var early = await RemoveAsync();
        await _layer.RunAsync("workspace", "hold", "--by", "Grace Hopper", "--reason", "litigation 7");
        Advance(20);

        var held = await RemoveAsync();

        Assert.Equal((1, 1), (early.ExitCode, held.ExitCode));
        Assert.Contains("RETENTION_NOT_OVER", early.Error, StringComparison.Ordinal);
        Assert.Contains("2033-11-23", early.Error, StringComparison.Ordinal);
        Assert.Contains("WORKSPACE_HELD", held.Error, StringComparison.Ordinal);
        Assert.Contains("Grace Hopper: litigation 7", held.Error, StringComparison.Ordinal);
        Assert.Contains("2033-11-23", held.Error, StringComparison.Ordinal);
        Assert.Empty(Tombstones);
        Assert.Equal(4 - 1, (await ShownAsync()).GetProperty("entries").GetInt32());
    }

    [Fact]
    public async Task After_it_the_workspace_is_gone_and_verify_names_the_tombstone()
    {
        await _layer.ConnectAsync("prod");
        Advance(7);

        var removed = await RemoveAsync();
        var verified = await _layer.RunAsync("verify");

        Assert.Equal(0, removed.ExitCode);
        Assert.Equal([".txt", ".vkey"], Tombstones);
        Assert.Equal((4, ""), (verified.ExitCode, verified.Output));
        Assert.Contains("There is no log here.", verified.Error, StringComparison.Ordinal);
        Assert.Contains("with 2 entries was removed on 2033-11-23 by Ada Lovelace: retention is over.", verified.Error, StringComparison.Ordinal);
        Assert.Contains(Path.Combine("keys", "tombstones"), verified.Error, StringComparison.Ordinal);
        Assert.Contains("Nothing is connected yet", (await _layer.RunAsync("connections")).Error, StringComparison.Ordinal);
        Assert.Equal(1, (await RemoveAsync()).ExitCode);
    }

    [Fact]
    public async Task A_tombstone_that_was_altered_is_not_believed()
    {
        await _layer.ConnectAsync("prod");
        Advance(7);
        await RemoveAsync();
        var file = Directory.GetFiles(Path.Combine(_layer.DataFolder, "keys", "tombstones"), "*.txt").Single();
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Replace("retention is over", "retention was over", StringComparison.Ordinal), TestContext.Current.CancellationToken);

        var verified = await _layer.RunAsync("verify");

        Assert.Equal(4, verified.ExitCode);
        Assert.Contains("is no tombstone to be believed: it is not signed with the key beside it", verified.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("was removed on", verified.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_a_terminal_removal_is_asked_for_once_more()
    {
        await _layer.ConnectAsync("prod");
        Advance(7);

        var no = await _layer.AskAsync("nope", "workspace", "remove", "--by", "Ada Lovelace", "--reason", "retention is over");
        Assert.Equal((1, 2), (no.ExitCode, (await ShownAsync()).GetProperty("entries").GetInt32()));
        var yes = await _layer.AskAsync("y", "workspace", "remove", "--by", "Ada Lovelace", "--reason", "retention is over");

        Assert.Equal(0, yes.ExitCode);
        Assert.Equal([".txt", ".vkey"], Tombstones);
    }

    [Fact]
    public async Task Everything_wrong_is_told_at_once()
    {
        await _layer.ConnectAsync("prod");

        var outcome = await _layer.RunAsync("workspace", "remove", "--by", "Ada\nLovelace");

        Assert.Equal(64, outcome.ExitCode);
        foreach (var problem in (string[])["--by: write one line of text", "--reason is missing", "--yes is missing"])
            Assert.Contains(problem, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_log_never_takes_the_name_of_one_that_was_removed()
    {
        _layer.Variables["Layer__LogOrigin"] = "contoso.example/evidence";
        await _layer.ConnectAsync("prod");
        Advance(7);
        await RemoveAsync();

        var refused = await Assert.ThrowsAsync<Layer.Operations.RefusedException>(() => _layer.ConnectAsync("prod"));
        Assert.Equal(("LOG_ORIGIN_USED", "contoso.example/evidence"), (refused.Failure.Code, refused.Failure.Facts["origin"]));
        _layer.Variables.Remove("Layer__LogOrigin");
        await _layer.ConnectAsync("prod");

        Assert.Equal(2, (await ShownAsync()).GetProperty("entries").GetInt32());
    }

    private async Task<JsonElement> ShownAsync()
    {
        using var json = JsonDocument.Parse((await _layer.RunAsync("workspace", "show", "-o", "json")).Output);
        return json.RootElement.GetProperty("value")[0].Clone();
    }

    private static (int Entries, int Connections, string? Until, int Years, bool Held) Facts(JsonElement shown) => (
        shown.GetProperty("entries").GetInt32(), shown.GetProperty("connections").GetInt32(), shown.GetProperty("keptUntil").GetString(),
        shown.GetProperty("retentionYears").GetInt32(), shown.GetProperty("held").GetBoolean());
}
