using System.Text.Json;
using Layer.Ledger;
using Layer.Storage;

namespace Layer.Tests.Cli;

/// <summary>What a person can do with a connection, typed as a person types it.</summary>
public sealed class ConnectionsCommandSpecs : IDisposable
{
    private readonly LayerAtAClock _layer = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _layer.Dispose();

    [Fact]
    public async Task A_paused_connection_is_listed_with_who_paused_it_and_why_and_resuming_clears_both()
    {
        await _layer.ConnectAsync("prod", "test");

        var paused = await _layer.RunAsync("connections", "pause", "prod", "--reason", "tenant move, CHG-1042");

        Assert.Equal((0, ""), (paused.ExitCode, paused.Output));
        Assert.Contains("layer connections resume prod", paused.Error, StringComparison.Ordinal);
        var by = $"os:{Environment.UserName}@{Environment.MachineName}";
        Assert.Equal(("paused", by, "tenant move, CHG-1042"), await StateAsync("prod"));
        var table = await _layer.RunAsync("connections");
        Assert.Contains("PAUSED BY", table.Output, StringComparison.Ordinal);
        Assert.Contains("tenant move, CHG-1042", table.Output, StringComparison.Ordinal);

        Assert.Equal(0, (await _layer.RunAsync("connections", "resume", "prod")).ExitCode);
        Assert.Equal(("waiting", null, null), await StateAsync("prod"));
        Assert.DoesNotContain("PAUSED BY", (await _layer.RunAsync("connections")).Output, StringComparison.Ordinal);
        Assert.Equal([("paused", by, "tenant move, CHG-1042"), ("resumed", by, null)], (await ChangesAsync()).Skip(2));
    }

    [Fact]
    public async Task Sync_refuses_a_paused_connection_in_words_and_all_of_none_is_no_pass()
    {
        await _layer.ConnectAsync("prod");
        await _layer.RunAsync("connections", "pause", "prod", "--reason", "tenant move");

        var named = await _layer.RunAsync("sync", "prod", "-o", "json");
        var all = await _layer.RunAsync("sync", "--all", "-o", "json");

        Assert.Equal(1, named.ExitCode);
        Assert.Contains("CONNECTION_PAUSED", named.Error, StringComparison.Ordinal);
        Assert.Contains("tenant move", named.Error, StringComparison.Ordinal);
        Assert.Equal((1, "{\"value\":[]}\n"), (all.ExitCode, all.Output));
        Assert.Contains("prod is not read: paused by os:", all.Error, StringComparison.Ordinal);
        Assert.Contains("Nothing was read", all.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Nothing is connected", all.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pausing_twice_or_resuming_what_is_not_paused_is_refused_and_seals_nothing()
    {
        await _layer.ConnectAsync("prod");
        var resumed = await _layer.RunAsync("connections", "resume", "prod");
        await _layer.RunAsync("connections", "pause", "prod", "--reason", "first");
        var again = await _layer.RunAsync("connections", "pause", "prod", "--reason", "second");

        Assert.Equal((1, 1), (resumed.ExitCode, again.ExitCode));
        Assert.Contains("CONNECTION_NOT_PAUSED", resumed.Error, StringComparison.Ordinal);
        Assert.Contains("CONNECTION_PAUSED", again.Error, StringComparison.Ordinal);
        Assert.Equal(["created", "paused"], (await ChangesAsync()).Select(each => each.Change));
        Assert.Equal("first", (await StateAsync("prod")).Because);
    }

    [Fact]
    public async Task Renaming_keeps_the_connection_and_refuses_a_name_that_is_taken_or_its_own()
    {
        await _layer.ConnectAsync("prod", "test");

        Assert.Equal(0, (await _layer.RunAsync("connections", "rename", "prod", "production")).ExitCode);
        var taken = await _layer.RunAsync("connections", "rename", "production", "test");
        var own = await _layer.RunAsync("connections", "rename", "test", "test");
        var gone = await _layer.RunAsync("connections", "rename", "prod", "other");

        Assert.Equal((64, 64, 64), (taken.ExitCode, own.ExitCode, gone.ExitCode));
        Assert.Contains("CONNECTION_NAME_TAKEN", taken.Error, StringComparison.Ordinal);
        Assert.Contains("'test' is its name already", own.Error, StringComparison.Ordinal);
        Assert.Contains("CONNECTION_NOT_FOUND", gone.Error, StringComparison.Ordinal);
        Assert.Equal(["created", "created", "changed"], (await ChangesAsync()).Select(each => each.Change));
    }

    [Fact]
    public async Task Disconnecting_is_asked_for_once_more_and_anything_but_yes_is_no()
    {
        await _layer.ConnectAsync("prod");

        var unasked = await _layer.RunAsync("connections", "disconnect", "prod");
        var no = await _layer.AskAsync("", "connections", "disconnect", "prod", "--reason", "sold");

        Assert.Equal(64, unasked.ExitCode);
        Assert.Contains("--reason is missing", unasked.Error, StringComparison.Ordinal);
        Assert.Contains("--yes is missing", unasked.Error, StringComparison.Ordinal);
        Assert.Equal(1, no.ExitCode);
        Assert.Contains("Nothing was changed.", no.Error, StringComparison.Ordinal);
        Assert.Equal("waiting", (await StateAsync("prod")).State);

        Assert.Equal(0, (await _layer.AskAsync("yes", "connections", "disconnect", "prod", "--reason", "sold")).ExitCode);
        Assert.Equal("disconnected", (await StateAsync("prod")).State);
        var again = await _layer.RunAsync("connections", "disconnect", "prod", "--reason", "sold", "--yes");
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("CONNECTION_DISCONNECTED", again.Error, StringComparison.Ordinal);
        Assert.Equal(["created", "disconnected"], (await ChangesAsync()).Select(each => each.Change));
    }

    [Fact]
    public async Task A_subscription_that_is_gone_by_a_persons_word_is_expected_no_longer_and_one_that_was_disconnected_is()
    {
        await _layer.ConnectAsync("gone", "sold");
        _layer.Clock.Advance(TimeSpan.FromDays(2));

        Assert.Equal(0, (await _layer.RunAsync("connections", "gone", "gone", "--by", "Ada Lovelace", "--reason", "cancelled in the portal")).ExitCode);
        Assert.Equal(0, (await _layer.RunAsync("connections", "disconnect", "sold", "--reason", "sold", "--yes")).ExitCode);
        _layer.Clock.Advance(TimeSpan.FromDays(2));
        await _layer.ConnectAsync("next");

        Assert.Equal(["missed", "missed", "gone", "gone", "gone"], await DaysAsync("gone"));
        Assert.Equal(["missed", "missed", "disconnected", "disconnected", "not-due"], await DaysAsync("sold"));
        Assert.Contains(("subscription-gone", "Ada Lovelace: cancelled in the portal"), (await ChangesAsync()).Select(each => (each.Change, each.Reason)));
        var verified = await _layer.RunAsync("verify");
        Assert.Equal(1, verified.ExitCode);
        Assert.Equal(
            [
                "gone has no complete reading on 2 days, 2026-11-23 to 2026-11-24: missed.",
                "sold has no complete reading on 2 days, 2026-11-23 to 2026-11-24: missed.",
                "sold has no complete reading on 2 days, 2026-11-25 to 2026-11-26: disconnected.",
            ],
            verified.Output.Split('\n').Where(line => line.Contains("no complete reading", StringComparison.Ordinal)).Select(line => line.Split(' ', 2)[1]).Order(StringComparer.Ordinal));
        using var list = JsonDocument.Parse((await _layer.RunAsync("connections", "-o", "json")).Output);
        Assert.Equal(
            [("gone", "SUBSCRIPTION_DELETED"), ("next", null), ("sold", null)],
            list.RootElement.GetProperty("value").EnumerateArray().Select(c => (c.GetProperty("name").GetString(), c.GetProperty("code").GetString())));
    }

    [Fact]
    public async Task Everything_wrong_with_a_statement_is_told_at_once()
    {
        await _layer.ConnectAsync("prod");

        var outcome = await _layer.RunAsync("connections", "gone", "prod", "--by", "", "--reason", "two\nlines");

        Assert.Equal(64, outcome.ExitCode);
        Assert.Contains("--by: write one line of text", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("--reason: write one line of text", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(["created"], (await ChangesAsync()).Select(each => each.Change));
    }

    [Fact]
    public async Task A_change_is_signed_at_once()
    {
        await _layer.ConnectAsync("prod");

        await _layer.RunAsync("connections", "pause", "prod", "--reason", "tenant move");

        await using var layer = await _layer.OpenAsync();
        var found = await LogVerification.RunAsync(layer.Database, layer.Folder, (await layer.FindWorkspaceAsync(Cancellation))!, pinned: null, Cancellation);
        Assert.Equal((null, 3L), (found.Verdict.Problem, found.Checkpoint!.Size));
    }

    [Fact]
    public async Task Without_anything_connected_nothing_is_made_and_it_is_no_pass()
    {
        var outcome = await _layer.RunAsync("connections", "pause", "prod", "--reason", "tenant move");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("Nothing is connected yet", outcome.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_layer.DataFolder));
    }

    private async Task<(string? State, string? By, string? Because)> StateAsync(string name)
    {
        using var json = JsonDocument.Parse((await _layer.RunAsync("connections", "-o", "json")).Output);
        var row = json.RootElement.GetProperty("value").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);
        return (row.GetProperty("state").GetString(), row.GetProperty("pausedBy").GetString(), row.GetProperty("pausedBecause").GetString());
    }

    private async Task<List<string?>> DaysAsync(string name)
    {
        using var json = JsonDocument.Parse((await _layer.RunAsync("coverage", "-o", "json")).Output);
        return [.. json.RootElement.GetProperty("value").EnumerateArray().Where(d => d.GetProperty("connection").GetString() == name).Select(d => d.GetProperty("state").GetString())];
    }

    private async Task<List<(string? Change, string? Actor, string? Reason)>> ChangesAsync()
    {
        await using var layer = await _layer.OpenAsync();
        await using var connection = await layer.Database.ConnectAsync(Cancellation);
        var changes = new List<(string?, string?, string?)>();
        await foreach (var row in connection.QueryAsync("SELECT bytes FROM log_leaf WHERE kind = 'connection' ORDER BY idx", Cancellation))
        {
            using var leaf = JsonDocument.Parse(PackedBytes.Unpack(row.GetFieldValue<byte[]>(0)));
            var body = leaf.RootElement.GetProperty("body");
            changes.Add((body.GetProperty("change").GetString(), body.GetProperty("actor").GetString(), body.GetProperty("reason").GetString()));
        }

        return changes;
    }
}
