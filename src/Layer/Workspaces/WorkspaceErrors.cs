using Layer.Evidence.Errors;

namespace Layer.Workspaces;

/// <summary>What cannot be done with a workspace, or not yet.</summary>
internal static class WorkspaceErrors
{
    private const string NothingChanged = "Nothing was changed. All evidence is there and can be verified.";

    public static IReadOnlyList<ErrorEntry> All { get; } =
    [
        // Facts: database
        Entry("ERASURE_UNFINISHED", "What was erased is not overwritten yet",
            "The rows are gone. Another process reads {database}, and until it has finished, old bytes stand in the file's write-ahead log.",
            ["Let the other process finish: when the last one closes the database, SQLite overwrites what is left.", "To see it done, run 'layer names forget' again."],
            Persistence.Transient),
    ];

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
