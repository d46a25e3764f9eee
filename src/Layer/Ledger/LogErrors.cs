using Layer.Evidence.Errors;

namespace Layer.Ledger;

/// <summary>The keys, epochs, proofs and time stamps of a log.</summary>
internal static class LogErrors
{
    private const string Unchanged = "Nothing was changed. The log and everything signed so far stay as they are.";

    public static IReadOnlyList<ErrorEntry> All { get; } =
    [
        // Facts: size
        new()
        {
            Code = "LOG_NOT_ROLLED_BACK",
            Title = "There is nothing to go on from",
            Why = "The log of {size} entries extends the last checkpoint that was signed, or says already in an epoch that it was lost. A new epoch would tell of a loss that did not happen.",
            DoThis = ["Go on as usual.", "If you expected a loss, check the log with the command."],
            Commands = ["layer verify"],
            Kind = FailureKind.Other,
            Persistence = Persistence.Permanent,
            SafeOnConnect = Unchanged,
            SafeOnSync = Unchanged,
        },
        // Facts: key (as it was typed), known
        new()
        {
            Code = "SIGNING_KEY_NOT_FOUND",
            Title = "No one active key has this name",
            Why = "'{key}' does not name exactly one key that signs this log now. These do: {known}.",
            DoThis = ["Name a key by its eight digits, or by its whole verification key, as the command lists them."],
            Commands = ["layer log key"],
            Kind = FailureKind.Usage,
            Persistence = Persistence.Permanent,
            SafeOnConnect = Unchanged,
            SafeOnSync = Unchanged,
        },
        // Facts: key
        new()
        {
            Code = "SIGNING_KEY_LAST",
            Title = "The last key cannot be retired",
            Why = "{key} is the only key that signs this log. Without it nothing could be signed any more.",
            DoThis = ["Add a key first, with the command.", "Give auditors the new key through a second channel.", "Then retire this one."],
            Commands = ["layer log rotate-key --reason \"…\""],
            Kind = FailureKind.Other,
            Persistence = Persistence.Permanent,
            SafeOnConnect = Unchanged,
            SafeOnSync = Unchanged,
        },
        // Facts: index, signed (size of the newest checkpoint)
        new()
        {
            Code = "LEAF_NOT_SIGNED",
            Title = "This log entry is not signed yet",
            Why = "Entry {index} is newer than the newest signed checkpoint, which holds {signed} entries. A proof leads to a checkpoint.",
            DoThis = ["Let the next sync sign it, then prove it."],
            Commands = ["layer sync --all"],
            Kind = FailureKind.Other,
            Persistence = Persistence.Transient,
            SafeOnConnect = Unchanged,
            SafeOnSync = Unchanged,
        },
        // A warning after a sync. Facts: authority, reason
        new()
        {
            Code = "TIMESTAMP_UNAVAILABLE",
            Title = "No time stamp for this checkpoint",
            Why = "The time-stamp authority {authority} gave none: {reason}.",
            DoThis = ["Check the setting Layer:TimestampAuthority, and whether this machine reaches that address.", "Ask again with the second command; the next sync asks by itself."],
            Commands = ["layer config explain", "layer log timestamp"],
            Kind = FailureKind.Warning,
            Persistence = Persistence.Transient,
            SafeOnConnect = "The checkpoint is signed and kept. Evidence is complete without a time stamp; its dates rest on this machine's clock.",
            SafeOnSync = "The checkpoint is signed and kept. Evidence is complete without a time stamp; its dates rest on this machine's clock.",
        },
    ];
}
