using System.Text.Json;
using Layer.Storage;
using Layer.Tests.Ledger;

namespace Layer.Tests.Cli;

/// <summary><c>layer log</c> as an operator uses it.</summary>
public sealed class LogSpecs
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task<JsonElement[]> KeysAsync(ConnectedLayer layer) =>
        [.. JsonElement.Parse(await layer.DoneAsync("log", "key", "-o", "json")).GetProperty("value").EnumerateArray()];

    [Fact]
    public async Task A_key_is_rotated_and_retired_and_each_pinned_one_verifies_meanwhile()
    {
        await using var layer = await ConnectedLayer.StartAsync();
        var first = (await layer.DoneAsync("log", "key", "--vkey")).TrimEnd('\n');

        var second = (await layer.DoneAsync("log", "rotate-key", "--reason", "yearly")).TrimEnd('\n');

        Assert.Equal([$"{first} active", $"{second} active"], (await KeysAsync(layer)).Select(key => $"{key.GetProperty("vkey")} {key.GetProperty("state")}"));
        foreach (var key in (string[])[first, second])
            Assert.Equal(1, (await layer.Process.RunAsync("verify", "--key", key)).ExitCode);
        await layer.DoneAsync("secrets", "rekey");
        await layer.DoneAsync("sync", "prod");
        await layer.DoneAsync("log", "retire-key", first.Split('+')[1].ToUpperInvariant(), "--reason", "everybody has the new one");
        Assert.Equal(["retired", "active"], (await KeysAsync(layer)).Select(key => key.GetProperty("state").GetString()));
        Assert.Equal(second + "\n", await layer.DoneAsync("log", "key", "--vkey"));
        Assert.Contains("signed up to", (await layer.Process.RunAsync("verify", "--key", first)).Output);

        var last = await layer.Process.RunAsync("log", "retire-key", second, "--reason", "x");
        var unknown = await layer.Process.RunAsync("log", "retire-key", "00000000", "--reason", "x");

        Assert.Equal((1, 64), (last.ExitCode, unknown.ExitCode));
        Assert.Contains("SIGNING_KEY_LAST", last.Error);
        Assert.Contains(second.Split('+')[1], unknown.Error);
    }

    [Fact]
    public async Task The_key_is_shown_for_people_with_how_to_hand_it_over()
    {
        await using var layer = await ConnectedLayer.StartAsync();

        var outcome = await layer.Process.RunAsync("log", "key");
        var key = Assert.Single(await KeysAsync(layer));

        foreach (var property in (string[])["origin", "vkey", "fingerprint", "created", "state"])
            Assert.Contains($"{property switch { "vkey" => "key", _ => property },-13} {key.GetProperty(property).GetString()}", outcome.Output);
        Assert.Contains("Give the auditor this key through a second channel", outcome.Error);
    }

    [Fact]
    public async Task A_restored_old_database_is_refused_everywhere_until_an_operator_begins_an_epoch()
    {
        await using var layer = await ConnectedLayer.StartAsync();
        var database = Path.Combine(layer.Process.DataFolder, "layer.db");
        File.Copy(database, database + ".backup");
        await layer.DoneAsync("sync", "prod");
        File.Copy(database + ".backup", database, overwrite: true);
        layer.Emulator.Requests.Clear();

        foreach (var arguments in (string[][])
            [["sync", "prod"], ["connect", "azure", "--name", "again"], ["log", "rotate-key", "--reason", "x"], ["log", "timestamp"], ["secrets", "rekey"], ["credential", "rotate", "x"]])
        {
            var outcome = await layer.Process.RunAsync(arguments);

            Assert.Equal(1, outcome.ExitCode);
            Assert.Contains("LOG_ROLLED_BACK", outcome.Error);
            Assert.Contains("layer log new-epoch --reason", outcome.Error);
        }

        Assert.Empty(layer.Emulator.Requests);
        Assert.Equal(2, (await layer.Process.RunAsync("verify")).ExitCode);
        Assert.Equal(0, (await layer.Process.RunAsync("evidence", "list")).ExitCode);

        await layer.DoneAsync("log", "new-epoch", "--reason", "restored the backup of Tuesday");
        await layer.DoneAsync("sync", "prod");

        var verified = await layer.Process.RunAsync("verify");
        Assert.Equal(1, verified.ExitCode);
        Assert.Contains("Leaf 6 goes on after 1 signed checkpoint, up to 9 leaves, had been lost: the last one before them has 6 leaves.", verified.Output);
        var nothing = await layer.Process.RunAsync("log", "new-epoch", "--reason", "again");
        Assert.Equal(1, nothing.ExitCode);
        Assert.Contains("LOG_NOT_ROLLED_BACK", nothing.Error);
    }

    [Fact]
    public async Task After_a_sync_the_day_is_stamped_once_and_a_failure_is_one_line_that_changes_no_exit_code()
    {
        await using var authority = await LocalAuthority.StartAsync();
        await using var layer = await ConnectedLayer.StartAsync();
        layer.Process.Variables["Layer__TimestampAuthority"] = authority.Address.AbsoluteUri;
        layer.Process.Variables["Layer__AllowedPrivateNetworks"] = "127.0.0.1";
        Assert.Contains(authority.Address.AbsoluteUri, await layer.DoneAsync("config", "explain", "--outbound", "-o", "csv"));

        authority.Mood = AuthorityMood.IsBusy;
        var failed = await layer.Process.RunAsync("sync", "prod", "-o", "json");
        var asked = await layer.Process.RunAsync("log", "timestamp");
        authority.Mood = AuthorityMood.Works;
        var stamped = await layer.Process.RunAsync("sync", "prod");
        var again = await layer.Process.RunAsync("sync", "prod");

        var line = Assert.Single(failed.Error.Split('\n'), line => line.Length > 0);
        Assert.Equal(0, failed.ExitCode);
        Assert.StartsWith("! No time stamp for this checkpoint (TIMESTAMP_UNAVAILABLE)", line);
        Assert.Contains("HTTP 503", line);
        Assert.Equal(1, asked.ExitCode);
        Assert.Contains("TIMESTAMP_UNAVAILABLE", asked.Error);
        Assert.Equal((0, "", 0, ""), (stamped.ExitCode, stamped.Error, again.ExitCode, again.Error));
        Assert.Equal(3, authority.Asked);
        Assert.Equal(1L, await CountAsync(layer));
        Assert.Contains("was stamped at", (await layer.Process.RunAsync("log", "timestamp")).Error);
        Assert.Equal(2L, await CountAsync(layer));
        Assert.Contains($"{authority.Address.AbsoluteUri} stamped the checkpoint", (await layer.Process.RunAsync("verify")).Output);
    }

    [Fact]
    public async Task What_is_missing_or_cannot_be_used_is_told()
    {
        using var layer = new LayerProcess();
        layer.Variables["Layer__TimestampAuthority"] = "ftp://user:secret@example";

        foreach (var (arguments, exitCode, said) in new (string[], int, string)[]
        {
            (["log"], 64, "needs one of: key, rotate-key, retire-key, new-epoch, timestamp"),
            (["log", "rotate-key"], 64, "--reason is missing"),
            (["log", "new-epoch", "--reason", " "], 64, "--reason is empty"),
            (["log", "retire-key", "--reason", "x"], 64, "KEY is missing"),
            (["log", "key"], 64, "Layer:TimestampAuthority is no address that can be asked"),
        })
        {
            var outcome = await layer.RunAsync(arguments);

            Assert.Equal(exitCode, outcome.ExitCode);
            Assert.Contains(said, outcome.Error);
            Assert.DoesNotContain("secret", outcome.Error);
        }

        layer.Variables.Remove("Layer__TimestampAuthority");
        Assert.Equal(1, (await layer.RunAsync("log", "key")).ExitCode);
        Assert.Equal(1, (await layer.RunAsync("log", "rotate-key", "--reason", "x")).ExitCode);
    }

    private static async Task<long> CountAsync(ConnectedLayer layer)
    {
        await using var database = await LayerDatabase.OpenAsync(new DatabaseAddress.Sqlite(Path.Combine(layer.Process.DataFolder, "layer.db")), Cancellation);
        await using var connection = await database.ConnectAsync(Cancellation);
        return Convert.ToInt64(await connection.ScalarAsync("SELECT COUNT(*) FROM timestamp_token", Cancellation));
    }
}
