using Layer.Evidence.Errors;

namespace Layer.Workspaces;

/// <summary>What cannot be done with a workspace, or not yet.</summary>
internal static class WorkspaceErrors
{
    private const string NothingChanged = "Nothing was changed. All evidence is there and can be verified.";

    public static IReadOnlyList<ErrorEntry> All { get; } =
    [
        // Facts: workspace, day (of retention's end), newest, years
        Entry("RETENTION_NOT_OVER", "The evidence must be kept until {day}",
            "The newest entry of {workspace} is of {newest} and is kept for {years} years, so the workspace stays until {day}. Nothing in it is deleted singly.",
            ["Wait until {day}.", "When your rules ask for another time, set Layer:RetentionYears."],
            "layer workspace show"),
        // Facts: workspace, day (of retention's end), since, reason
        Entry("WORKSPACE_HELD", "The workspace is under legal hold",
            "Since {since} a person's word holds {workspace}: {reason}. While it is held nothing of it is removed, also after {day}, when its retention ends.",
            ["Let the person who answers for the hold release it."],
            "layer workspace show", "layer workspace release --by PERSON --reason TEXT"),
        Entry("WORKSPACE_NOT_HELD", "The workspace is not under hold",
            "There is no hold on {workspace} that could be released.",
            ["Look at how it stands."],
            "layer workspace show"),
        Entry("WORKSPACE_IN_USE", "Another process works in this database",
            "A sync, a verification or another command is reading or writing. A workspace is removed only when nobody is in it.",
            ["Let the other process finish.", "Then run the same command again."],
            Persistence.Transient),
        // Facts: database
        Entry("ERASURE_UNFINISHED", "What was erased is not overwritten yet",
            "The rows are gone. Another process reads {database}, and until it has finished, old bytes stand in the file's write-ahead log.",
            ["Let the other process finish: when the last one closes the database, SQLite overwrites what is left.", "To see it done, run 'layer names forget' again."],
            Persistence.Transient),
        // Facts: origin, file
        Entry("LOG_ORIGIN_USED", "A removed log had this name",
            "{file} says that the log {origin} was removed. A log's name is for good: a new log under it would look like the old one, cut off.",
            ["Give the setting Layer:LogOrigin another value, or none."],
            "layer config explain"),
    ];

    private static ErrorEntry Entry(string code, string title, string why, string[] doThis, params string[] commands) =>
        Entry(code, title, why, doThis, Persistence.Permanent, commands);

    private static ErrorEntry Entry(string code, string title, string why, string[] doThis, Persistence persistence, params string[] commands) => new()
    {
        Code = code,
        Title = title,
        Why = why,
        DoThis = doThis,
        Commands = commands,
        Kind = FailureKind.Other,
        Persistence = persistence,
        SafeOnConnect = code == "ERASURE_UNFINISHED" ? "Evidence is unchanged. Nobody is shown what was erased." : NothingChanged,
        SafeOnSync = code == "ERASURE_UNFINISHED" ? "Evidence is unchanged. Nobody is shown what was erased." : NothingChanged,
    };
}
