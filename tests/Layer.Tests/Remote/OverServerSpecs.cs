using Layer.Access;
using Layer.AzureEmulator;
using Layer.Tests.Azure;
using Layer.Tests.Storage;
using Layer.Tests.Web;

namespace Layer.Tests.Remote;

/// <summary>A command says the same of an installation, whether it looks at it or asks its server.</summary>
public sealed class OverServerSpecs(PostgresCluster cluster)
{
    public static TheoryData<string> Questions => new(
        "connections", "credential list", "show subscriptions", "show groups", "show assignments", "show assignments --privileged", "show roles", "show roles --privileged", "show principals",
        "show groups --at 2020-01-01", "coverage", "coverage --window 2020-01-01..2020-01-04", "coverage --fail-on missing", "evidence list", "evidence show 3", "evidence show nothing",
        "connections pause nobody --reason because", "coverage --window 2020-01-01..2020-01-01");

    [Theory, MemberData(nameof(Questions))]
    public async Task Whoever_asks_a_server_reads_what_is_read_on_its_machine(string question)
    {
        await using var web = await WebHost.StartAsync(cluster);
        await web.ConnectAsync();
        var ways = await TwoWays.OfAsync(web);
        foreach (var form in (string[])["", "-o json", "-o csv"])
        {
            var args = $"{question} {form}".Split(' ', StringSplitOptions.RemoveEmptyEntries);

            var (here, there) = (await ways.HereAsync(args), await ways.OverServerAsync(args));

            Assert.Equal(here, there);
            Assert.NotEqual(here, here with { Output = "", Error = "" });
        }
    }

    [Fact]
    public async Task With_nothing_connected_a_server_and_its_machine_say_so_in_the_same_words()
    {
        await using var web = await WebHost.StartAsync(cluster);
        var ways = await TwoWays.OfAsync(web);
        foreach (var question in (string[])["connections", "show groups", "coverage", "coverage --fail-on missing", "evidence list"])
            Assert.Equal(await ways.HereAsync(question.Split(' ')), await ways.OverServerAsync(question.Split(' ')));
    }

    [Fact]
    public async Task Made_up_data_is_called_a_sample_over_a_server_too()
    {
        await using var web = await WebHost.StartAsync(cluster, sample: true);
        var ways = await TwoWays.OfAsync(web);

        var there = await ways.OverServerAsync("connections");

        Assert.StartsWith("SAMPLE DATA: a made-up company", there.Error, StringComparison.Ordinal);
        Assert.Equal(await ways.HereAsync("connections"), there);
    }

    [Fact]
    public async Task A_connection_is_paused_resumed_renamed_and_ended_over_a_server_by_the_person_of_the_token()
    {
        await using var web = await WebHost.StartAsync(cluster);
        await web.ConnectAsync();
        var ways = await TwoWays.OfAsync(web);

        Assert.Equal((0, "prod is paused. Its days are not covered until: layer connections resume prod\n"), Told(await ways.OverServerAsync("connections", "pause", "prod", "--reason", "moving")));
        Assert.Contains("moving", (await ways.HereAsync("connections")).Output, StringComparison.Ordinal);
        Assert.Contains("user:", (await ways.HereAsync("connections")).Output, StringComparison.Ordinal);
        Assert.Equal(await ways.HereAsync("connections", "pause", "prod", "--reason", "again"), await ways.OverServerAsync("connections", "pause", "prod", "--reason", "again"));
        Assert.Equal((0, "prod is read again from its next sync on: layer sync prod\n"), Told(await ways.OverServerAsync("connections", "resume", "prod")));
        Assert.Equal((0, "prod is called production from now on.\n"), Told(await ways.OverServerAsync("connections", "rename", "prod", "production")));
        Assert.Equal(64, (await ways.OverServerAsync("connections", "disconnect", "production", "--reason", "sold")).ExitCode);
        Assert.Equal(0, (await ways.OverServerAsync("connections", "disconnect", "production", "--reason", "sold", "--yes")).ExitCode);
        Assert.Contains("disconnected", (await ways.HereAsync("connections")).Output, StringComparison.Ordinal);
        Assert.Equal(await ways.HereAsync("connections", "-o", "json"), await ways.OverServerAsync("connections", "-o", "json"));

        static (int, string) Told(TwoWays.Ran ran) => (ran.ExitCode, ran.Error);
    }

    [Fact]
    public async Task A_token_that_may_only_read_changes_nothing_and_the_card_says_why()
    {
        await using var web = await WebHost.StartAsync(cluster);
        await web.ConnectAsync();
        var ways = await TwoWays.OfAsync(web, TokenScope.Read);

        var refused = await ways.OverServerAsync("connections", "pause", "prod", "--reason", "moving");

        Assert.Contains("ROLE_TOO_WEAK", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("paused", (await ways.HereAsync("connections")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_of_several_pages_is_read_whole()
    {
        await using var web = await WebHost.StartAsync(cluster, world: ManyGroups(2_300));
        await web.ConnectAsync();
        var ways = await TwoWays.OfAsync(web);

        var there = await ways.OverServerAsync("show", "groups", "-o", "csv");

        Assert.Equal(await ways.HereAsync("show", "groups", "-o", "csv"), there);
        Assert.True(there.Output.Split("\r\n").Length > 2_300);
    }

    private static World ManyGroups(int count) => EmulatedAzure.Company(prod =>
    {
        for (var i = 0; i < count; i++)
            prod.ResourceGroup($"group-{i:D4}");
    });
}
