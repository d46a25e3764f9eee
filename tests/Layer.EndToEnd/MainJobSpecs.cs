using System.Text.Json;
using Layer.AzureEmulator;

namespace Layer.EndToEnd;

/// <summary>From three values to sealed evidence, as a stranger would do it.</summary>
public sealed class MainJobSpecs
{
    [Fact]
    public async Task Three_values_become_sealed_evidence_for_five_criteria()
    {
        var world = Companies.Contoso();
        await using var site = (await Site.StartAsync(world)).As(world);

        (await site.RunAsync("connect", "azure", "--name", "prod")).Expect(0);

        var evidence = (await site.JsonAsync("evidence", "list")).GetProperty("value").EnumerateArray().ToList();
        Assert.Equal(["azure.rbac-role-assignments", "azure.resource-group-inventory"], evidence.Select(Text("type")).Order());
        Assert.Equal(
            ["CC6.1", "CC6.2", "CC6.3", "CC6.6", "CC6.7"],
            evidence.SelectMany(e => e.GetProperty("controls").EnumerateArray()).Select(Text("criterion")).Distinct().Order());
        var assignments = evidence.Single(e => Text("type")(e) == "azure.rbac-role-assignments");
        Assert.Equal(world.AssignmentsOf("production").Count, assignments.GetProperty("count").GetInt32());
        (await site.RunAsync("verify")).Expect(1); // the trust anchor is the emulator's, not a public one: valid with remarks
        Assert.Empty(site.Azure.RefusedHosts);
    }

    [Fact]
    public async Task What_is_shown_is_what_Azure_has_row_for_row()
    {
        var world = Companies.Contoso();
        await using var site = (await Site.StartAsync(world)).As(world);
        (await site.RunAsync("connect", "azure", "--name", "prod")).Expect(0);

        var groups = (await site.JsonAsync("show", "groups")).GetProperty("value").EnumerateArray().ToList();
        var assignments = (await site.JsonAsync("show", "assignments")).GetProperty("value").EnumerateArray().ToList();

        Assert.Equal(world.ResourceGroupsOf("production").Select(g => g.Id).Order(), groups.Select(Text("id")).Order());
        Assert.Equal(["northeurope", "westeurope"], groups.Select(Text("location")).Order());
        Assert.Equal(
            world.AssignmentsOf("production").Select(a => a.PrincipalId.ToString()).Order(), assignments.Select(Text("principalId")).Order());
    }

    [Fact]
    public async Task A_second_sync_of_an_unchanged_subscription_stores_no_observation()
    {
        var world = Companies.Contoso();
        await using var site = (await Site.StartAsync(world)).As(world);
        (await site.RunAsync("connect", "azure", "--name", "prod")).Expect(0);
        var before = (await site.SqliteAsync("select count(*) from observation; select count(*) from observation_version;")).Expect(0).Output;

        var sync = await site.JsonAsync("sync", "prod");

        var result = Assert.Single(sync.GetProperty("value").EnumerateArray());
        Assert.Equal("complete", Text("status")(result));
        Assert.Equal(JsonValueKind.Null, result.GetProperty("code").ValueKind);
        Assert.Equal(2, result.GetProperty("counts").GetProperty("azure.resourceGroup").GetInt32());
        Assert.Equal("""{"added":0,"changed":0,"removed":0}""", result.GetProperty("changes").GetRawText().Replace(" ", "").Replace("\n", ""));
        Assert.Equal(before, (await site.SqliteAsync("select count(*) from observation; select count(*) from observation_version;")).Expect(0).Output);
    }

    [Fact]
    public async Task A_failed_sync_seals_the_attempt_and_nothing_else()
    {
        var world = Companies.Contoso();
        await using var site = (await Site.StartAsync(world)).As(world);
        (await site.RunAsync("connect", "azure", "--name", "prod")).Expect(0);
        const string Counts = "select count(*) from evidence; select count(*) from observation_version where to_seq is null; select count(*) from log_leaf;";
        var before = (await site.SqliteAsync(Counts)).Expect(0).Output.Split('\n');
        site.Azure.Faults.Set(Fault.EmptyList, AzureCall.ListRoleAssignments);

        var outcome = (await site.RunAsync("sync", "prod", "-o", "json")).Expect(6);

        var result = JsonSerializer.Deserialize<JsonElement>(outcome.Output).GetProperty("value")[0];
        Assert.Equal("failed", Text("status")(result));
        Assert.Equal("EMPTY_ANSWER", Text("code")(result));
        Assert.Contains("\"connection\":\"prod\"", outcome.Errors.Replace(" ", ""), StringComparison.Ordinal);
        var after = (await site.SqliteAsync(Counts)).Expect(0).Output.Split('\n');
        Assert.Equal(before[..2], after[..2]);
        Assert.Equal(int.Parse(before[2]) + 1, int.Parse(after[2]));
    }

    [Fact]
    public async Task One_record_says_what_it_supports_what_it_does_not_show_and_how_to_perform_it_again()
    {
        var world = Companies.Contoso();
        await using var site = (await Site.StartAsync(world)).As(world);
        (await site.RunAsync("connect", "azure", "--name", "prod")).Expect(0);
        var listed = (await site.JsonAsync("evidence", "list")).GetProperty("value").EnumerateArray().First();

        var shown = (await site.RunAsync("evidence", "show", Text("id")(listed)!)).Expect(0).Output;

        Assert.Contains(Text("root")(listed)!, shown, StringComparison.Ordinal);
        Assert.Contains("Does not show:", shown, StringComparison.Ordinal);
        Assert.Contains($"az rest --method get --url \"/subscriptions/{world.Subscription("production").Id}/", shown, StringComparison.Ordinal);
        var leaf = (await site.JsonAsync("evidence", "show", listed.GetProperty("index").GetRawText())).GetProperty("leaf");
        Assert.Equal("evidence", Text("kind")(leaf));
    }

    private static Func<JsonElement, string?> Text(string property) => element => element.GetProperty(property).GetString();
}
