using System.Text.Json.Nodes;
using Layer.Access;
using Layer.AzureEmulator;
using Layer.Tests.Azure;
using Layer.Tests.Storage;
using Layer.Tests.Syncing;
using Layer.Tests.Web;

namespace Layer.Tests.Remote;

/// <summary>A command says the same of an installation, whether it looks at it or asks its server.</summary>
public sealed class OverServerSpecs(PostgresCluster cluster)
{
    public static TheoryData<string> Questions => new(
        "connections", "credential list", "show subscriptions", "show groups", "show assignments", "show assignments --privileged", "show roles", "show roles --privileged", "show principals",
        "show groups --at 2020-01-01", "coverage", "coverage --window 2020-01-01..2020-01-04", "coverage --fail-on missing", "evidence list", "evidence show 3", "evidence show nothing",
        "diff 2020-01-01 today", "diff today today", "diff yesterday today --exit-code", "audit scope --window 2020-01-01..2020-02-01", "audit scope --window today..2099-01-01",
        "audit scope --window today..2099-01-01 --by Ada --in nobody", "evidence prove 3", "evidence prove 3 -o json", "evidence prove --leaf 0 -o json", "evidence prove --from 6",
        "connections pause nobody --reason because", "coverage --window 2020-01-01..2020-01-01");

    [Theory, MemberData(nameof(Questions))]
    public async Task Whoever_asks_a_server_reads_what_is_read_on_its_machine(string question)
    {
        await using var web = await WebHost.StartAsync(cluster);
        await web.ConnectAsync();
        var ways = await TwoWays.OfAsync(web);
        foreach (var form in (string[])(question.StartsWith("evidence prove", StringComparison.Ordinal) ? [""] : ["", "-o json", "-o csv"]))
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
        foreach (var question in (string[])["connections", "show groups", "coverage", "coverage --fail-on missing", "evidence list", "diff yesterday today"])
            Assert.Equal(await ways.HereAsync(question.Split(' ')), await ways.OverServerAsync(question.Split(' ')));
        Assert.Equal(1, (await ways.OverServerAsync("diff", "yesterday", "today")).ExitCode);
        Assert.Equal(1, (await ways.OverServerAsync("sync", "--all")).ExitCode);
        Assert.Equal(1, (await ways.OverServerAsync("check")).ExitCode);
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
    public async Task Sample_data_is_not_looked_for_in_Azure_when_no_made_up_one_is_behind_the_server()
    {
        await using var web = await WebHost.StartAsync(cluster, sample: true);
        await web.ConnectAsync();
        var ways = await TwoWays.OfAsync(web);
        Assert.Equal(0, (await ways.OverServerAsync("sync", "prod")).ExitCode);
        var asked = web.Azure.Requests.Count;

        web.Layer.AzureIsMadeUp = false;
        var (read, tried) = (await ways.OverServerAsync("sync", "prod"), await ways.OverServerAsync("check", "prod"));

        Assert.Equal((64, 64, asked), (read.ExitCode, tried.ExitCode, web.Azure.Requests.Count));
        Assert.All((string[])[read.Error, tried.Error], said => Assert.Contains("SAMPLE_NOT_READ", said, StringComparison.Ordinal));
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
    public async Task A_subscription_is_connected_checked_and_read_over_a_server_and_the_secret_goes_nowhere_else()
    {
        await using var web = await WebHost.StartAsync(cluster);
        var ways = await TwoWays.OfAsync(web);
        var app = web.Azure.World.App(EmulatedAzure.Reader);
        ways.Variables["AZURE_CLIENT_ID"] = app.ClientId.ToString();
        ways.Variables["AZURE_CLIENT_SECRET"] = app.Secret;

        var unnamed = await ways.OverServerAsync("connect", "azure");
        ways.Variables["AZURE_SUBSCRIPTION_ID"] = web.Azure.World.Subscription(EmulatedAzure.Prod).Id.ToString();
        var connected = await ways.OverServerAsync("connect", "azure", "--name", "prod", "-o", "json");
        var taken = await ways.OverServerAsync("connect", "azure", "--name", "prod");
        var ran = await ways.OverServerAsync("check", "prod");
        var read = await ways.OverServerAsync("sync", "--all", "-o", "json");

        Assert.Equal(64, unnamed.ExitCode);
        Assert.Contains("--name is missing", unnamed.Error, StringComparison.Ordinal);
        Assert.Contains("subscription ID is missing", unnamed.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, connected.ExitCode);
        Assert.Contains("Tenant found from the subscription", connected.Error, StringComparison.Ordinal);
        Assert.Contains("prod is connected and its first evidence is sealed.", connected.Error, StringComparison.Ordinal);
        Assert.Contains("\"status\":\"complete\"", connected.Output, StringComparison.Ordinal);
        Assert.Contains("CONNECTION_EXISTS", taken.Error, StringComparison.Ordinal);
        Assert.Equal((0, 0), (ran.ExitCode, read.ExitCode));
        Assert.StartsWith($"prod  {web.Azure.World.Subscription(EmulatedAzure.Prod).Id}\n  ✓ ", ran.Output, StringComparison.Ordinal);
        Assert.Contains("\"connection\":\"prod\",\"sync\":\"", read.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(app.Secret, string.Concat(unnamed, connected, taken, ran, read, web.Output), StringComparison.Ordinal);
        Assert.Equal(await ways.HereAsync("connections", "-o", "json"), await ways.OverServerAsync("connections", "-o", "json"));
    }

    [Fact]
    public async Task A_failed_sync_over_a_server_ends_with_its_card_and_its_exit_code()
    {
        await using var web = await WebHost.StartAsync(cluster);
        await web.ConnectAsync();
        var ways = await TwoWays.OfAsync(web);
        web.Azure.World.Remove(web.Azure.World.Subscription(EmulatedAzure.Prod));

        var (read, tried) = (await ways.OverServerAsync("sync", "prod", "-o", "json"), await ways.OverServerAsync("check"));

        Assert.NotEqual(0, read.ExitCode);
        Assert.Equal(read.ExitCode, tried.ExitCode);
        Assert.Contains("\"status\":\"failed\",\"code\":\"SUBSCRIPTION_DELETED\"", read.Output, StringComparison.Ordinal);
        Assert.Contains("\"connection\":\"prod\"", read.Error, StringComparison.Ordinal);
        Assert.Contains("✗ No subscription with this ID", tried.Error, StringComparison.Ordinal);
        Assert.Equal(Codes(await ways.HereAsync("connections", "-o", "csv")), Codes(await ways.OverServerAsync("connections", "-o", "csv")));

        static string Codes(TwoWays.Ran ran) => ran.Output.Contains("SUBSCRIPTION_DELETED", StringComparison.Ordinal) ? ran.Output : "";
    }

    [Fact]
    public async Task A_second_subscription_is_added_under_a_stored_credential_and_a_new_secret_is_tried_on_both()
    {
        const string Next = "nEw~5ecret.value_that-is-long-enough~41";
        await using var web = await WebHost.StartAsync(cluster, world: EmulatedAzure.Company(tenant: tenant => tenant.Subscription("lab", lab => lab.Grant("Reader", EmulatedAzure.Reader))));
        await web.ConnectAsync();
        var ways = await TwoWays.OfAsync(web);
        var stored = (await ways.HereAsync("credential", "list", "-o", "csv")).Output.Split("\r\n")[1].Split(',')[0];

        var added = await ways.OverServerAsync("connect", "azure", "--name", "lab", "--credential", stored, "--subscription-id", web.Azure.World.Subscription("lab").Id.ToString());
        web.Azure.World.Change(web.Azure.World.App(EmulatedAzure.Reader), app => app with { Secrets = [.. app.Secrets, app.Secrets[0] with { KeyId = Guid.NewGuid(), Value = Next }] });
        var none = await ways.OverServerAsync("credential", "rotate", stored);
        ways.Variables["AZURE_CLIENT_SECRET"] = "0000000000000000000000000000000000000000";
        var wrong = await ways.OverServerAsync("credential", "rotate", stored);
        ways.Variables["AZURE_CLIENT_SECRET"] = Next;
        var rotated = await ways.OverServerAsync("credential", "rotate", stored);

        Assert.Equal(0, added.ExitCode);
        Assert.Contains("lab is connected", added.Error, StringComparison.Ordinal);
        Assert.Equal(64, none.ExitCode);
        Assert.Equal(4, wrong.ExitCode);
        Assert.Contains("✗ lab  SECRET_", wrong.Error, StringComparison.Ordinal);
        Assert.Equal(0, rotated.ExitCode);
        Assert.Contains("✓ lab  signs in and reads with the new secret", rotated.Error, StringComparison.Ordinal);
        Assert.Contains($"{stored} uses the new secret from now on.", rotated.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Next, string.Concat(added, none, wrong, rotated, web.Output), StringComparison.Ordinal);
        Assert.Equal(await ways.HereAsync("credential", "list"), await ways.OverServerAsync("credential", "list"));
    }

    [Fact]
    public async Task A_scope_is_stated_a_sample_drawn_and_a_bundle_fetched_over_a_server_and_the_bundle_verifies()
    {
        await using var web = await WebHost.StartAsync(cluster);
        var prod = await web.ConnectAsync();
        web.Azure.World.Remove(web.Azure.World.ResourceGroup(EmulatedAzure.Prod, "RG-Ops"));
        await web.SyncAsync(prod);
        var ways = await TwoWays.OfAsync(web);
        var window = $"{Today:yyyy-MM-dd}..{Today.AddDays(1):yyyy-MM-dd}";
        var file = Path.Combine(web.Environment["LAYER_DATA"], "fetched.zip");

        var stated = await ways.OverServerAsync("audit", "scope", "--window", window, "--by", "Ada Lindqvist, CISO", "--all-connected");
        var drawn = await ways.OverServerAsync("audit", "sample", "--population", $"day:{Today:yyyy-MM-dd}", "--n", "2", "--seed", "4711", "--by", "Pat");
        var again = await ways.HereAsync("audit", "sample", "--population", $"day:{Today:yyyy-MM-dd}", "--n", "2", "--seed", "4711", "--by", "Pat");
        string[] asJson = ["audit", "sample", "--population", $"day:{Today:yyyy-MM-dd}", "--n", "100", "--seed", "x", "--by", "Pat", "-o", "json"];
        string[] none = ["audit", "sample", "--population", "window-additions", "--window", window, "--n", "1", "--seed", "x"];
        var json = await ways.OverServerAsync(asJson);
        var made = await ways.OverServerAsync("audit", "bundle", "--window", window, "--out", file, "--raw");
        var taken = await ways.OverServerAsync("audit", "bundle", "--window", window, "--out", file);
        var verified = await TwoWays.RunAsync(web.Environment, "verify", file);

        Assert.Equal(0, stated.ExitCode);
        Assert.Contains("✓ Sealed as leaf ", stated.Error, StringComparison.Ordinal);
        Assert.Contains($"Stated for {window} by Ada Lindqvist, CISO", stated.Error, StringComparison.Ordinal);
        Assert.Equal(await ways.HereAsync("audit", "scope", "--window", window), await ways.OverServerAsync("audit", "scope", "--window", window));
        Assert.Equal((0, 0), (drawn.ExitCode, again.ExitCode));
        Assert.Equal(Rows(again), Rows(drawn));
        Assert.Equal(JsonOf(await ways.HereAsync(asJson)), JsonOf(json));
        Assert.Equal((1, await ways.HereAsync(none)), ((await ways.OverServerAsync(none)).ExitCode, await ways.OverServerAsync(none)));
        Assert.Equal(0, made.ExitCode);
        Assert.Contains("SHA-256", made.Output, StringComparison.Ordinal);
        Assert.Contains("FILE_EXISTS", taken.Error, StringComparison.Ordinal);
        Assert.Contains("VALID", verified.Output, StringComparison.Ordinal);

        // Two draws are two leaves, by two actors; all else is the same.
        static string JsonOf(TwoWays.Ran ran)
        {
            Assert.Equal(0, ran.ExitCode);
            var drawn = JsonNode.Parse(ran.Output)!.AsObject();
            Assert.All((string[])["leaf", "id", "at", "actor"], own => Assert.True(drawn.Remove(own)));
            return drawn.ToJsonString();
        }

        static string Rows(TwoWays.Ran ran) => ran.Output[ran.Output.IndexOf("RANK", StringComparison.Ordinal)..];
    }

    [Fact]
    public async Task A_proof_over_a_server_is_written_with_the_exact_bytes_it_is_about()
    {
        await using var web = await WebHost.StartAsync(cluster);
        await web.ConnectAsync();
        var ways = await TwoWays.OfAsync(web);
        var (here, there) = (Path.Combine(web.Environment["LAYER_DATA"], "here"), Path.Combine(web.Environment["LAYER_DATA"], "there"));
        var group = $"/subscriptions/{web.Azure.World.Subscription(EmulatedAzure.Prod).Id}/resourceGroups/rg-web";
        var records = (await ways.HereAsync("evidence", "list", "-o", "csv")).Output.Split("\r\n");
        var record = Array.Find(records, line => line.Contains("group", StringComparison.OrdinalIgnoreCase))?.Split(',')[0] ?? "";

        Assert.Equal((0, 0), ((await ways.HereAsync("evidence", "prove", record, "--observation", group, "--out", here)).ExitCode, (await ways.OverServerAsync("evidence", "prove", record, "--observation", group, "--out", there)).ExitCode));

        foreach (var ending in (string[])["", ".leaf.json", ".observation.json"])
            Assert.Equal(await File.ReadAllBytesAsync(here + ending, TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(there + ending, TestContext.Current.CancellationToken));
        Assert.Equal(64, (await ways.OverServerAsync("evidence", "prove", "999")).ExitCode);
    }

    [Fact]
    public async Task A_connection_that_was_never_read_is_not_one_without_changes()
    {
        await using var web = await WebHost.StartAsync(cluster);
        await web.ConnectAsync();
        var ways = await TwoWays.OfAsync(web);
        await using (var db = web.Layer.Database.CreateContext())
        {
            var connection = db.Connections.Single();
            db.Entry(connection).Property(each => each.CreatedAt).CurrentValue = connection.CreatedAt.AddDays(-9);
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        var there = await ways.OverServerAsync("diff", $"{Today.AddDays(-3):yyyy-MM-dd}", $"{Today.AddDays(-2):yyyy-MM-dd}");

        Assert.Equal(1, there.ExitCode);
        Assert.Equal($"prod: nothing was read on or before {Today.AddDays(-2):yyyy-MM-dd}, so nothing can be compared.\n", there.Error);
        Assert.Equal(await ways.HereAsync("diff", $"{Today.AddDays(-3):yyyy-MM-dd}", $"{Today.AddDays(-2):yyyy-MM-dd}"), there);
    }

    [Fact]
    public async Task What_changed_between_two_days_is_the_same_over_a_server()
    {
        var clock = new MorningClock();
        await using var web = await WebHost.StartAsync(cluster, clock: clock);
        var prod = await web.ConnectAsync();
        web.Azure.World.Remove(web.Azure.World.ResourceGroup(EmulatedAzure.Prod, "RG-Ops"));
        clock.MoveToNextDay();
        await web.SyncAsync(prod);
        var ways = await TwoWays.OfAsync(web);
        foreach (var form in (string[])["table", "json", "csv"])
        {
            var there = await ways.OverServerAsync("diff", "2026-11-23", "2026-11-24", "--exit-code", "-o", form);

            Assert.Equal(2, there.ExitCode);
            Assert.Contains("RG-Ops", there.Output, StringComparison.Ordinal);
            Assert.Equal(await ways.HereAsync("diff", "2026-11-23", "2026-11-24", "--exit-code", "-o", form), there);
        }
    }

    private static DateOnly Today => DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

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
