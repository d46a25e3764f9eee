namespace Layer.Audits.Documents;

/// <summary>How one day looks over all subscriptions in scope. Each has a shape of its own and a word: none is told by colour alone.</summary>
internal enum DayMark
{
    /// <summary>Every expected line is covered.</summary>
    Complete,

    /// <summary>The same, and some reading was late.</summary>
    Late,

    /// <summary>Some lines are covered, others are not.</summary>
    Partial,

    /// <summary>None is covered, and an attempt failed.</summary>
    Failed,

    /// <summary>None is covered, and nothing was tried though it was due.</summary>
    Missed,

    /// <summary>None is covered: paused, disconnected or not connected yet.</summary>
    Off,

    /// <summary>The log does not reach this day.</summary>
    NotDue,

    /// <summary>Nothing was expected.</summary>
    NotExpected,
}

internal static class DayMarks
{
    public static string Word(DayMark mark) => mark switch
    {
        DayMark.Complete => "complete",
        DayMark.Late => "complete, some late",
        DayMark.Partial => "some subscriptions missing",
        DayMark.Failed => "failed",
        DayMark.Missed => "missed",
        DayMark.Off => "not connected, paused or disconnected",
        DayMark.NotDue => "not in the log",
        _ => "nothing expected",
    };

    /// <summary>The mark of a day from the states of its lines, as section 7 of docs/evidence-format.md names them.</summary>
    public static DayMark Of(IReadOnlyCollection<string> states)
    {
        var expected = states.Where(state => state != "gone").ToList();
        if (expected.Count == 0)
            return DayMark.NotExpected;
        var covered = expected.Count(state => state is "complete" or "late");
        if (covered == expected.Count)
            return expected.Contains("late") ? DayMark.Late : DayMark.Complete;
        if (covered > 0)
            return DayMark.Partial;
        if (expected.Contains("failed"))
            return DayMark.Failed;
        if (expected.Contains("missed"))
            return DayMark.Missed;
        return expected.Contains("not-due") ? DayMark.NotDue : DayMark.Off;
    }
}
