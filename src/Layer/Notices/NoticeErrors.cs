using Layer.Evidence.Errors;

namespace Layer.Notices;

/// <summary>What can go wrong when people are told.</summary>
internal static class NoticeErrors
{
    private const string Unaffected = "Readings and evidence do not wait for messages. This one is tried again for about a day.";

    public static IReadOnlyList<ErrorEntry> All { get; } =
    [
        new()
        {
            Code = "NOTICE_UNDELIVERED",
            Title = "A message did not arrive: {channel}",
            Why = "The {channel} channel did not take it: {reason}.",
            DoThis = ["Check where messages go with the first command, and whether this machine reaches that address.", "Try all channels with the second one."],
            Commands = ["layer config explain", "layer notices test"],
            Kind = FailureKind.Unreachable,
            Persistence = Persistence.Transient,
            SafeOnConnect = Unaffected,
            SafeOnSync = Unaffected,
        },
    ];
}
