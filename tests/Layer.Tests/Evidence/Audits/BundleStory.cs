using Layer.Evidence.Leaves;

namespace Layer.Tests.Evidence.Audits;

/// <summary>A small log with what a bundle of March 2026 has to hold: earlier readings, changes, failures, a pause, two connections, a draw.</summary>
internal static class BundleStory
{
    public const string Window = "2026-03-01..2026-03-08";

    /// <summary>Earlier readings, a week with changes and gaps, a scope, a draw, a visible list; something after the window.</summary>
    public static AuditStory Usual()
    {
        var story = new AuditStory();
        story.Connect("2026-01-10T09:00:00Z", 1);
        story.Read("2026-02-20T06:00:01Z", 1, Whole.First(1));
        story.Tell("2026-02-20T10:00:00Z", Samples.Bodies["audit"]);
        story.Read("2026-02-21T06:00:01Z", 1, Whole.Own(1), Whole.Assignment(1, "a1", Described.Owner), Whole.Assignment(1, "a3", Described.Reader));
        story.Fail("2026-02-22T06:00:01Z", 1);
        story.Tell("2026-02-22T10:00:00Z", Samples.Bodies["audit"]);
        story.State("2026-02-25T10:00:00Z", Window, [1, 2]);
        story.Tell("2026-02-26T10:00:00Z", Samples.Bodies["audit"]);
        story.Read("2026-03-01T06:00:01Z", 1, Whole.Own(1), Whole.Assignment(1, "a1", Described.Owner), Whole.Assignment(1, "a2", Described.Reader, description: "=1+1"));
        story.See("2026-03-01T06:00:05Z", 1);
        story.Connect("2026-03-02T09:00:00Z", 2, subscription: 2, name: "data");
        story.Read("2026-03-02T09:00:01Z", 2, "first", isPublic: true, Whole.First(2));
        story.Fail("2026-03-02T16:00:00Z", 1);
        story.Read("2026-03-03T06:00:01Z", 1);
        story.Read("2026-03-03T06:00:11Z", 2, Whole.Group(2, "rg-app"), Whole.Group(2, "rg-new"));
        story.Change("2026-03-03T12:00:00Z", 2, ConnectionChange.Paused, "tenant move");
        story.Read("2026-03-04T06:00:01Z", 1, Whole.Own(1), Whole.Assignment(1, "a1", Described.Owner, description: "changed"));
        story.Read("2026-03-08T06:00:01Z", 1, Whole.Own(1), Whole.Assignment(1, "a9", Described.Owner));
        return story;
    }

    /// <summary>Everything read, everything stated: nothing to remark but that nobody pinned a key or anchored it.</summary>
    public static AuditStory Complete()
    {
        var story = new AuditStory();
        story.Connect("2026-02-27T09:00:00Z", 1);
        story.Read("2026-02-28T06:00:01Z", 1, Whole.First(1));
        story.State("2026-02-28T10:00:00Z", "2026-03-01..2026-03-03", [1]);
        story.Read("2026-03-01T06:00:01Z", 1, Whole.Group(1, "rg-app"), Whole.Group(1, "rg-other"));
        story.See("2026-03-01T06:00:05Z", 1);
        story.Read("2026-03-02T06:00:01Z", 1);
        story.Tell("2026-03-03T10:00:00Z", Samples.Bodies["audit"]);
        return story;
    }
}
