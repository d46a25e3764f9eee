using Layer.Evidence.Audits;
using Layer.Evidence.Observations;
using static Layer.Tests.Evidence.Audits.Described;

namespace Layer.Tests.Evidence.Audits;

public sealed class ChangesSpecs
{
    private static readonly Observation OwnerRole = Role(1, Owner, "Owner", "*");
    private static readonly Observation ReaderRole = Role(1, Reader, "Reader", "*/read");
    private static readonly Observation Ada = Assignment(1, "aaaa", Owner, "2025-11-01T00:00:00Z");
    private static readonly Observation Bob = Assignment(1, "bbbb", Reader, "2026-03-02T08:15:00.1234567Z");

    [Fact]
    public void What_came_changed_and_went_is_told_with_when_it_was_first_and_last_seen()
    {
        var story = new AuditStory();
        story.Connect("2026-02-01T05:00:00Z", 1);
        story.Read("2026-02-27T06:00:00Z", 1, Ada, OwnerRole, ReaderRole, Group(1, "rg-A"), Subscription(1, "Prod"));
        story.Read("2026-02-28T06:00:00Z", 1);
        story.Read("2026-03-01T06:00:00Z", 1);
        story.Read("2026-03-02T06:00:00Z", 1, Ada, Bob);
        var described = Assignment(1, "bbbb", Reader, "2026-03-02T08:15:00.1234567Z", description: "read only");
        story.Read("2026-03-03T06:00:00Z", 1, Ada, described);
        story.Read("2026-03-04T06:00:00Z", 1, described, Role(1, Owner, "Owner", "*"), Role(1, Reader, "Reader", "*/read", "*/write"));

        var rows = Of(story, "2026-03-01..2026-03-05");

        Assert.Equal(
            [
                "2026-03-02 2026-03-01 azure.roleAssignment added bbbb Reader no 2026-03-02T08:15:00.1234567Z 2026-03-02T06:00:00.000Z .. -",
                "2026-03-03 2026-03-02 azure.roleAssignment changed bbbb Reader no 2026-03-02T08:15:00.1234567Z 2026-03-02T06:00:00.000Z .. 2026-03-02",
                "2026-03-04 2026-03-03 azure.roleAssignment removed aaaa Owner yes 2025-11-01T00:00:00Z <=2026-02-28T06:00:00.000Z .. 2026-03-03",
                $"2026-03-04 2026-03-03 azure.roleDefinition changed {Reader} Reader yes - <=2026-02-28T06:00:00.000Z .. 2026-03-03",
            ],
            rows.Select(Short));
        Assert.Equal((null, Facts(Bob)), (rows[0].Before, rows[0].After));
        Assert.Equal((Facts(Bob), Facts(described)), (rows[1].Before, rows[1].After));
        Assert.Equal((Facts(Ada), null), (rows[2].Before, rows[2].After));
        Assert.All(rows, row => Assert.Equal((AuditStory.Subscription(1), AuditStory.Connection(1), null), (row.Subscription, row.Connection, row.Note)));
        Assert.Equal([4, 5, 6, 6], rows.Select(row => row.Seq));
    }

    [Fact]
    public void A_role_is_named_as_it_was_in_the_reading_that_still_had_the_assignment()
    {
        var story = new AuditStory();
        story.Connect("2026-02-01T05:00:00Z", 1);
        story.Read("2026-02-28T06:00:00Z", 1, Ada, Bob, OwnerRole, Role(1, Reader, "Old name", "*/read"));
        story.Read("2026-03-01T06:00:00Z", 1, Ada, Role(1, Reader, "New name", "*"));
        story.Read("2026-03-02T06:00:00Z", 1, Ada, Bob, Assignment(1, "cccc", Owner));
        story.Read("2026-03-03T06:00:00Z", 1, Ada, Bob, OwnerRole);

        Assert.Equal(
            [
                "removed bbbb Old name no", $"removed {Owner} Owner yes", $"changed {Reader} New name yes",
                "added bbbb New name yes", "added cccc  unknown",
                "removed cccc  unknown", $"added {Owner} Owner yes", $"removed {Reader} New name yes",
            ],
            Of(story, "2026-03-01..2026-03-04").Select(row => $"{row.Change} {Name(row)} {row.Label} {row.Privileged}"));
    }

    [Fact]
    public void What_was_seen_again_after_a_break_was_first_seen_after_the_break()
    {
        var story = new AuditStory();
        story.Connect("2026-02-01T05:00:00Z", 1);
        story.Read("2026-02-28T06:00:00Z", 1, Ada, Bob, OwnerRole, ReaderRole);
        story.Read("2026-03-01T06:00:00Z", 1, Ada);
        story.Read("2026-03-02T06:00:00Z", 1, Ada, Bob);
        story.Read("2026-03-03T06:00:00Z", 1, Ada);

        Assert.Equal(["<=2026-02-28T06:00:00.000Z", "2026-03-02T06:00:00.000Z", "2026-03-02T06:00:00.000Z"], Of(story, "2026-03-01..2026-03-04").Select(row => row.FirstSeen));
    }

    [Fact]
    public void An_inherited_assignment_that_disappears_no_longer_applies_here()
    {
        var above = Assignment(1, "above", Owner, scopeLevel: "managementGroup", scope: "/providers/Microsoft.Management/managementGroups/corp");
        var root = Assignment(1, "root", Owner, scopeLevel: "root", scope: "/");
        var story = new AuditStory();
        story.Connect("2026-02-01T05:00:00Z", 1);
        story.Read("2026-02-28T06:00:00Z", 1, Ada, Bob, above, root, OwnerRole, ReaderRole);
        story.Read("2026-03-01T06:00:00Z", 1, Ada);
        story.Read("2026-03-02T06:00:00Z", 1, Ada, above);

        Assert.Equal(
            ["removed above no longer applies here", "removed bbbb ", "removed root no longer applies here", "added above "],
            Of(story, "2026-03-01..2026-03-03").Select(row => $"{row.Change} {Name(row)} {row.Note}"));
    }

    [Fact]
    public void Several_assignments_of_one_management_group_that_move_together_mean_that_the_hierarchy_changed()
    {
        Observation Above(string name, string group, string? description = null) =>
            Assignment(1, name, Owner, scopeLevel: "managementGroup", scope: $"/providers/Microsoft.Management/managementGroups/{group}", description: description);
        Observation Root(string name) => Assignment(1, name, Owner, scopeLevel: "root", scope: "/");
        var story = new AuditStory();
        story.Connect("2026-02-01T05:00:00Z", 1);
        story.Read("2026-02-28T06:00:00Z", 1, Above("a1", "Corp"), Above("a2", "corp"), Above("b1", "other"), Above("d1", "mixed"), Above("e1", "kept"), Root("r1"), Root("r2"), OwnerRole);
        story.Read("2026-03-01T06:00:00Z", 1, Above("c1", "new"), Above("c2", "NEW"), Above("d2", "mixed"), Above("e1", "kept", "changed"), Above("e2", "kept"));

        Assert.Equal(
            [
                "removed a1 hierarchy changed", "removed a2 hierarchy changed", "removed b1 no longer applies here", "added c1 hierarchy changed", "added c2 hierarchy changed",
                "removed d1 no longer applies here", "added d2 ", "changed e1 ", "added e2 ", "removed r1 no longer applies here", "removed r2 no longer applies here",
            ],
            Of(story, "2026-03-01..2026-03-02").Select(row => $"{row.Change} {Name(row)} {row.Note}"));
    }

    [Fact]
    public void What_stood_before_the_first_reading_is_drawn_from_createdOn()
    {
        var story = new AuditStory();
        story.Connect("2026-03-01T05:00:00Z", 1);
        story.Read(
            "2026-03-03T06:00:00Z", 1, OwnerRole, Group(1, "rg"), Subscription(1, "Prod"),
            Assignment(1, "before", Owner, "2026-02-28T23:59:59.9999999Z"), Assignment(1, "first", Owner, "2026-03-01T00:00:00Z"), Assignment(1, "late", Reader, "2026-03-04"),
            Assignment(1, "after", Owner, "2026-03-05T00:00:00Z"), Assignment(1, "never", Owner), Assignment(1, "odd", Owner, "03/02/2026 08:15"), Assignment(1, "short", Owner, "2026-03"));
        story.Read("2026-03-04T06:00:00Z", 1, Ada);

        var rows = Of(story, "2026-03-01..2026-03-05");

        Assert.Equal(
            [
                "2026-03-03 - azure.roleAssignment added first Owner yes 2026-03-01T00:00:00Z 2026-03-03T06:00:00.000Z .. -",
                "2026-03-03 - azure.roleAssignment added late  unknown 2026-03-04 2026-03-03T06:00:00.000Z .. -",
            ],
            rows.Take(2).Select(Short));
        Assert.All(rows.Take(2), row => Assert.Equal(("drawn from createdOn", null), (row.Note, row.Before)));
        Assert.Equal(["added aaaa", "removed after", "removed before", "removed first", "removed late", "removed never", "removed odd", "removed short"],
            rows.Skip(2).Select(row => $"{row.Change} {Name(row)}"));
        Assert.Equal("2026-03-03T06:00:00.000Z", rows[^1].FirstSeen);
    }

    [Fact]
    public void Rows_come_by_subscription_then_record_whichever_connection_read_it()
    {
        var story = new AuditStory();
        story.Connect("2026-02-01T05:00:00Z", 1, subscription: 2);
        story.Connect("2026-02-01T05:00:00Z", 2, subscription: 1);
        story.Connect("2026-02-01T05:00:00Z", 3, subscription: 2);
        foreach (var connection in new[] { 1, 2, 3 })
            story.Read("2026-02-28T06:00:00Z", connection, OwnerRole, Group(1, "rg"), Subscription(1, "Prod"));
        story.Read("2026-03-01T06:00:00Z", 3, Group(1, "a"), Assignment(2, "x", Owner));
        story.Read("2026-03-01T06:00:00Z", 1, Assignment(2, "z", Owner), Subscription(1, "Renamed"), Role(2, Reader, "Reader", "*/read"));
        story.Read("2026-03-01T06:00:00Z", 2, Assignment(1, "m", Owner));
        story.Read("2026-03-02T06:00:00Z", 3, Assignment(2, "y", Owner));

        Assert.Equal(
            [
                "2 added m", "3 added x", "3 added a", "3 removed rg", "1 added z", $"1 removed {Owner}", $"1 added {Reader}", "1 changed 00000001-1111-4111-8111-111111111111",
                "3 removed x", "3 added y",
            ],
            Of(story, "2026-03-01..2026-03-03").Select(row => $"{row.Connection.ToString()[^1]} {row.Change} {Name(row)}"));
    }

    [Fact]
    public void Groups_and_subscriptions_carry_their_names_and_are_never_privileged()
    {
        var story = new AuditStory();
        story.Connect("2026-02-01T05:00:00Z", 1);
        story.Read("2026-02-28T06:00:00Z", 1, Group(1, "rg-A"), Group(1, "rg-B"), Subscription(1, "Prod"));
        story.Read("2026-03-01T06:00:00Z", 1, Group(1, "rg-A", "northeurope"), Subscription(1, "Prod, EU"));

        Assert.Equal(
            [("changed", "rg-A", null), ("removed", "rg-B", null), ("changed", "Prod, EU", (string?)null)],
            Of(story, "2026-03-01..2026-03-02").Select(row => (row.Change, row.Label, row.Privileged)));
    }

    [Fact]
    public void Only_what_is_in_scope_and_below_the_tree_s_size_is_told()
    {
        var story = new AuditStory();
        story.Connect("2026-02-01T05:00:00Z", 1, subscription: 1);
        story.Connect("2026-02-01T05:00:00Z", 2, subscription: 2);
        story.Read("2026-02-28T06:00:00Z", 1, Ada);
        story.Read("2026-02-28T06:00:00Z", 2, Assignment(2, "x", Owner));
        story.Read("2026-03-01T06:00:00Z", 1, Ada, Bob);
        story.Read("2026-03-01T06:00:00Z", 2, Assignment(2, "y", Owner));
        var size = story.Size;
        story.Read("2026-03-01T07:00:00Z", 1, Ada);
        story.State("2026-03-02T00:00:00Z", "2026-03-01..2026-03-02", [1]);

        Assert.Equal(["added bbbb", "removed bbbb"], Of(story, "2026-03-01..2026-03-02").Select(row => $"{row.Change} {Name(row)}"));
        Assert.Equal(
            ["added bbbb", "removed x", "added y"],
            AuditChanges.Of(story.Log, AuditStory.Window("2026-03-01..2026-03-02"), size, story).Select(row => $"{row.Change} {Name(row)}"));
    }

    [Fact]
    public void A_clock_of_the_source_that_goes_back_at_midnight_leaves_no_hole_in_the_chain()
    {
        var story = new AuditStory();
        story.Connect("2026-02-01T05:00:00Z", 1);
        story.Read("2026-02-27T06:00:00Z", 1, Ada);
        story.Read("2026-03-01T00:00:00Z", 1, Ada, Bob);
        story.Read("2026-02-28T23:59:59Z", 1, Bob);
        story.Read("2026-03-01T00:00:02Z", 1, Ada);

        var window = AuditStory.Window("2026-03-01..2026-03-02");
        var run = WindowRecords.Of(story.Log, AuditStory.Connection(1), "azure.rbac-role-assignments", window, story.Size);

        Assert.Equal(1, run.Base?.Seq);
        Assert.Equal([2, 3, 4], run.Records.Select(record => record.Seq));
        story.Read("2026-03-04T00:00:00Z", 1, Ada);
        story.Read("2026-03-03T23:59:59Z", 1, Bob);
        Assert.Equal((5, 1), Run(story, "2026-03-03..2026-03-04")); // the reading before it is of the day after it
        Assert.Equal(["2 added bbbb", "3 removed aaaa", "4 added aaaa", "4 removed bbbb"], Of(story, "2026-03-01..2026-03-02").Select(row => $"{row.Seq} {row.Change} {Name(row)}"));
    }

    [Fact]
    public void The_base_is_the_newest_record_before_the_window_even_when_nothing_was_read_in_it()
    {
        var story = new AuditStory();
        story.Connect("2026-02-01T05:00:00Z", 1);
        Assert.Equal((null, 0), Run(story, "2026-03-01..2026-03-02"));
        story.Read("2026-02-27T06:00:00Z", 1, Ada);
        story.Read("2026-02-28T06:00:00Z", 1, Ada);
        story.Read("2026-03-05T06:00:00Z", 1, Ada);

        Assert.Equal((2, 0), Run(story, "2026-03-01..2026-03-02"));
        Assert.Equal((2, 1), Run(story, "2026-03-01..2026-03-06"));
        Assert.Equal((null, 1), Run(story, "2026-02-27..2026-02-28"));
    }

    [Fact]
    public void Steps_that_do_not_fit_are_an_error_and_never_a_shorter_list()
    {
        var story = new AuditStory();
        story.Connect("2026-02-01T05:00:00Z", 1);
        story.Read("2026-02-28T06:00:00Z", 1, Ada);
        story.Read("2026-03-01T06:00:00Z", 1, Bob);

        Assert.Throws<FormatException>(() => Of(story, new Spoiled(story, step => step with { Remove = step.Base is null ? [] : [Bob.Digest] })));
        Assert.Throws<FormatException>(() => Of(story, new Spoiled(story, step => step with { Add = [Ada.Digest], Remove = [] })));
        Assert.Throws<FormatException>(() => Of(story, new Spoiled(story, step => step with { Type = ObservationType.ResourceGroup })));
        Assert.Throws<KeyNotFoundException>(() => Of(story, new Spoiled(story, step => step with { Add = [Samples.Hash("nowhere")] })));

        static List<ChangeRow> Of(AuditStory story, IAuditSource source) => [.. AuditChanges.Of(story.Log, AuditStory.Window("2026-03-01..2026-03-02"), story.Size, source)];
    }

    [Fact]
    public void The_file_has_a_row_for_each_change_with_canonical_facts()
    {
        var story = new AuditStory();
        story.Connect("2026-02-01T05:00:00Z", 1);
        story.Read("2026-02-28T06:00:00Z", 1, Group(1, "rg"));
        story.Read("2026-03-01T06:00:00Z", 1, Group(1, "rg", "=cmd,\"x\""));

        Assert.Equal(
            """""
            observed,previous,subscription,connection,seq,type,change,key,label,privileged,created,firstSeen,lastSeen,note,before,after
            2026-03-01T06:00:00.000Z,2026-02-28T06:00:00.000Z,00000001-1111-4111-8111-111111111111,0198f000-0000-7000-8000-000000000001,2,azure.resourceGroup,changed,/subscriptions/00000001-1111-4111-8111-111111111111/resourcegroups/rg,rg,,,<=2026-02-28T06:00:00.000Z,2026-02-28T06:00:00.000Z,,"{""location"":""westeurope"",""name"":""rg""}","{""location"":""=cmd,\""x\"""",""name"":""rg""}"

            """"",
            Csv.Of(csv => AuditChanges.WriteCsv(csv, Of(story, "2026-03-01..2026-03-02"))));
    }

    // From everything there ever was, and from what a bundle of the window holds: the same rows.
    private static List<ChangeRow> Of(AuditStory story, string window)
    {
        var days = AuditStory.Window(window);
        List<ChangeRow> rows = [.. AuditChanges.Of(story.Log, days, story.Size, story)];
        Assert.Equal(rows, AuditChanges.Of(story.Log, days, story.Size, story.BundleOf(window)));
        return rows;
    }

    private static (long?, int) Run(AuditStory story, string window)
    {
        var run = WindowRecords.Of(story.Log, AuditStory.Connection(1), "azure.rbac-role-assignments", AuditStory.Window(window), story.Size);
        return (run.Base?.Seq, run.Records.Count);
    }

    private static string Short(ChangeRow row) =>
        $"{Date(row.Observed)} {Date(row.Previous)} {row.Type} {row.Change} {Name(row)} {row.Label} {row.Privileged ?? "-"} {row.Created ?? "-"} {row.FirstSeen} .. {Date(row.LastSeen)}";

    private static string Date(DateTimeOffset? instant) => instant is { } known ? $"{known:yyyy-MM-dd}" : "-";

    private static string Name(ChangeRow row) => row.Key[(row.Key.LastIndexOf('/') + 1)..];

    private static string Facts(Observation observation)
    {
        var text = System.Text.Encoding.UTF8.GetString(observation.Bytes.Span);
        return text["{\"facts\":".Length..text.IndexOf(",\"key\":", StringComparison.Ordinal)];
    }

    private sealed class Spoiled(AuditStory story, Func<PopulationStep, PopulationStep> spoil) : IAuditSource
    {
        public IReadOnlyList<PopulationStep> Steps(Guid connection) =>
            [.. story.Steps(connection).Select(step => step.Type == ObservationType.RoleAssignment ? spoil(step) : step)];

        public ReadOnlyMemory<byte> Observation(Layer.Evidence.Digest digest) => story.Observation(digest);
    }
}
