using Layer.Evidence.Errors;

namespace Layer.Syncing;

/// <summary>A sync that did not run, or ran and may not commit.</summary>
internal static class SyncErrors
{
    public const string SampleNotRead = "SAMPLE_NOT_READ";

    public static IReadOnlyList<ErrorEntry> All { get; } =
    [
        new()
        {
            Code = SampleNotRead,
            Title = "Sample data cannot be read again",
            Why = "This is the demo's made-up company. Its Azure was made up as well and is not there any more, so there is nothing to check or to read.",
            DoThis = ["Connect a subscription of yours in an installation of your own.", "Or start the demo with its Azure behind it, with the command."],
            Commands = ["layer demo --serve"],
            Kind = FailureKind.Usage,
            Persistence = Persistence.Permanent,
            SafeOnConnect = "Nothing was asked of Azure and nothing was recorded.",
            SafeOnSync = "Nothing was asked of Azure and nothing was recorded.",
        },
        new()
        {
            Code = "SYNC_RUNNING",
            Title = "This connection is being synced already",
            Why = "{holder} has been reading {connection} and holds it until {until} at the latest. Two at once would be asked for the same day twice.",
            DoThis = ["Wait for it to end, then look at the result.", "If that process is gone, its hold ends by itself at {until}."],
            Commands = ["layer connections"],
            Kind = FailureKind.Other,
            Persistence = Persistence.Transient,
            SafeOnConnect = "Nothing was read twice and nothing was recorded by this attempt.",
            SafeOnSync = "Nothing was read twice and nothing was recorded by this attempt.",
        },
        new()
        {
            Code = "LEASE_LOST",
            Title = "Another process took this sync over",
            Why = "This process was held up for longer than {minutes} minutes while it read {connection}, and another one has taken the connection over. What was read here is older than what the other one reads.",
            DoThis = ["Look at the result of the other sync.", "If this repeats, check whether this machine is suspended or overloaded."],
            Commands = ["layer connections"],
            Kind = FailureKind.Other,
            Persistence = Persistence.Transient,
            SafeOnConnect = "Nothing of this attempt was sealed.",
            SafeOnSync = "Nothing of this attempt was sealed.",
        },
        new()
        {
            Code = "CANCELLED",
            Title = "The sync was interrupted",
            Why = "Someone stopped the sync of {connection} before it had read everything.",
            DoThis = ["Sync again when you are ready."],
            Commands = ["layer sync {connection}"],
            Kind = FailureKind.Other,
            Persistence = Persistence.Transient,
            SafeOnConnect = "The attempt is recorded as cancelled. Nothing of it was sealed as evidence.",
            SafeOnSync = "The attempt is recorded as cancelled. Nothing of it was sealed as evidence.",
        },
    ];
}
