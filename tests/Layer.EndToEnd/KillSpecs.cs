using Layer.AzureEmulator.Worlds;
using Microsoft.Data.Sqlite;

namespace Layer.EndToEnd;

/// <summary>The process is killed (SIGKILL) while it works.</summary>
public sealed class KillSpecs(ITestOutputHelper output)
{
    private static readonly TimeProvider Clock = TimeProvider.System;

    [Fact]
    public async Task Killed_between_commit_and_signing_the_log_is_whole_and_the_next_sync_signs_it()
    {
        var world = Companies.Contoso();
        await using var site = (await Site.StartAsync(world)).As(world);
        (await site.RunAsync("connect", "azure", "--name", "prod")).Expect(0);

        // The window between the two is short, so the moment is caught, not guessed: the head is watched, and the kill is tried until it fell there.
        var caught = false;
        for (var attempt = 1; attempt <= 60 && !caught; attempt++)
        {
            using var sync = site.Start("sync", "prod");
            while (!sync.HasExited && !IsAhead(site))
                await Task.Yield();
            sync.Kill();
            await sync.EndAsync();
            caught = IsAhead(site);
            output.WriteLine($"Attempt {attempt}: {(caught ? "killed between commit and signing" : "signed in time")}");
        }

        Assert.True(caught, "Sixty kills, and none fell between commit and signing.");
        (await site.RunAsync("verify")).Expect(1);
        (await site.RunAsync("sync", "prod")).Expect(0);
        Assert.False(IsAhead(site));
        (await site.RunAsync("verify")).Expect(1);
    }

    [Fact]
    public Task Killed_at_twenty_random_moments_of_a_sync_nothing_is_lost_double_or_partial() => KillAtRandomAsync(20);

    [Fact, Trait("category", "soak")]
    public Task Killed_at_two_hundred_random_moments_of_a_sync_nothing_is_lost_double_or_partial() => KillAtRandomAsync(200);

    private async Task KillAtRandomAsync(int kills)
    {
        var seed = Environment.GetEnvironmentVariable("LAYER_SEED") is { } given ? int.Parse(given) : Random.Shared.Next();
        output.WriteLine($"LAYER_SEED={seed}");
        var random = new Random(seed);
        var world = Companies.Contoso();
        await using var site = (await Site.StartAsync(world)).As(world);
        (await site.RunAsync("connect", "azure", "--name", "prod")).Expect(0);
        var started = Clock.GetTimestamp();
        (await site.RunAsync("sync", "prod")).Expect(0);
        var whole = Clock.GetElapsedTime(started);

        for (var kill = 1; kill <= kills; kill++)
        {
            // Something changes before each sync, so that a partial commit would show.
            world.Put(new ResourceGroup(world.Subscription("production").Id, $"rg-{kill}", "westeurope"));
            using var sync = site.Start("sync", "prod");
            using var moment = new CancellationTokenSource(whole * random.NextDouble() * 1.1, Clock);
            var end = sync.EndAsync();
            await Task.WhenAny(end, Task.Delay(Timeout.InfiniteTimeSpan, Clock, moment.Token));
            sync.Kill();
            await end;

            (await site.RunAsync("verify")).Expect(1);
            Assert.Equal("0", await ScalarAsync(site, TornRows));
        }

        (await site.RunAsync("sync", "prod")).Expect(0);
        (await site.RunAsync("verify")).Expect(1);
        var groups = (await site.JsonAsync("show", "groups")).GetProperty("value").EnumerateArray().Select(g => g.GetProperty("id").GetString()).ToList();
        Assert.Equal(world.ResourceGroupsOf("production").Select(g => g.Id).Order(), groups.Order());
        // One row for each attempt that got as far as a commit, numbered without a hole.
        Assert.Equal("0", await ScalarAsync(site, "select count(*) - max(seq) + min(seq) - 1 from sync"));
    }

    // A complete sync has exactly two evidence records and one sync leaf; an evidence row without its sync, or a sync without its leaf, is torn.
    private const string TornRows = """
        select (select count(*) from sync s where s.status = 'complete' and (select count(*) from evidence e where e.connection = s.connection and e.seq = s.seq) <> 2)
             + (select count(*) from evidence e where not exists (select 1 from sync s where s.connection = e.connection and s.seq = e.seq))
             + (select count(*) from sync s where not exists (select 1 from log_leaf l where l.idx = s.leaf and l.kind = 'sync'))
        """;

    private static async Task<string> ScalarAsync(Site site, string sql) => (await site.SqliteAsync(sql)).Expect(0).Output.Trim();

    // The log has leaves that no checkpoint covers.
    private static bool IsAhead(Site site)
    {
        using var connection = new SqliteConnection($"Data Source={site.Database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "select (select size from log_head) > (select max(size) from checkpoint)";
        return command.ExecuteScalar() is 1L;
    }
}
