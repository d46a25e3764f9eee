using Layer.Evidence.Errors;

namespace Layer.Audits;

/// <summary>Why a bundle cannot be made.</summary>
internal static class BundleErrors
{
    private const string Nothing = "No file was made, and nothing was changed.";

    public static IReadOnlyList<ErrorEntry> All { get; } =
    [
        // Facts: window, today
        Entry("WINDOW_NOT_BEGUN", FailureKind.Usage, "The window has not begun",
            "The window {window} begins after today, {today} UTC. There is nothing to hand over yet.",
            ["Give a window that has begun: FROM is its first day, TO the day after its last."],
            "layer audit bundle --help"),
        // Facts: window
        Entry("WINDOW_EMPTY", FailureKind.Usage, "No subscription belongs to this window",
            "No connection stood in {window}, and nobody stated a scope for it. A bundle about nothing would look like a company without access.",
            ["Check the days of the window: TO is the day after its last.", "See which days were read with the command."],
            "layer coverage", "layer connections"),
        // Facts: needed, signedSize
        Entry("WINDOW_NOT_SIGNED", FailureKind.Other, "The window's newest leaves are not signed yet",
            "The leaves of this window reach up to a log of {needed}, and the largest signed checkpoint has {signedSize}. A bundle leads to a signed checkpoint that holds all of them.",
            ["Read your connections once more with the command: whatever seals also signs.", "Then make the bundle again."],
            "layer sync --all"),
        // Facts: size, needed, known
        Entry("CHECKPOINT_UNUSABLE", FailureKind.Usage, "This checkpoint cannot carry the bundle",
            "No checkpoint of size {size} was signed that holds the whole window, which needs {needed} leaves. Signed and large enough: {known}.",
            ["Leave --checkpoint out: the smallest one that fits is taken.", "Or give one of those sizes."]),
        // Facts: key (name and id)
        Entry("CHECKPOINT_KEY_GONE", FailureKind.Usage, "The key of this checkpoint is gone",
            "The bundle has to be signed with a key that signed its checkpoint, {key}, and this installation no longer has it.",
            ["Take a later checkpoint, signed with a key that is here, with --checkpoint.", "Or make the bundle where the key is."]),
        // Facts: reason
        Entry("BUNDLE_TOO_LARGE", FailureKind.Other, "The window is too large for one bundle",
            "{reason} A larger file would need a format that some programs read differently.",
            ["Give a shorter window: two bundles for the halves of a year say the same.", "Or leave --raw out: pages are the largest part."]),
        // Facts: place, sentence
        Entry("BUNDLE_INVALID", FailureKind.Other, "The bundle would not verify",
            "{place}: {sentence} It was checked as an auditor checks it, and thrown away. What is stored no longer fits what was sealed, or Layer has a fault.",
            ["Let the command check the whole log: it names the first damaged entry.", "If the log is valid, report this with the text above."],
            "layer verify"),
        // Facts: file
        Entry("FILE_EXISTS", FailureKind.Usage, "There is such a file already",
            "{file} exists. It may have been handed over already, or be the only copy, so Layer does not write over it.",
            ["Choose another name.", "Or move the file away first: a bundle of the same window and the same data has the same bytes."]),
        // Facts: file, reason
        Entry("FILE_UNWRITABLE", FailureKind.Other, "The file cannot be written",
            "{file}: {reason}.",
            ["Check the folder, its rights and free space.", "Or choose another place."]),
    ];

    private static ErrorEntry Entry(string code, FailureKind kind, string title, string why, string[] doThis, params string[] commands) => new()
    {
        Code = code,
        Title = title,
        Why = why,
        DoThis = doThis,
        Commands = commands,
        Kind = kind,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Nothing,
        SafeOnSync = Nothing,
    };
}
