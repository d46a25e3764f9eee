using Layer.Evidence.Errors;

namespace Layer.Audits;

/// <summary>Why nothing can be drawn.</summary>
internal static class SampleErrors
{
    private const string Nothing = "Nothing was drawn and nothing was sealed.";

    public static IReadOnlyList<ErrorEntry> All { get; } =
    [
        // Facts: population, window, when
        Entry("POPULATION_NOT_READ", "There is no reading to draw from",
            "No subscription in the scope of {window} was read {when}. That is no empty population: what was not read is not known.",
            ["See which days were read with the command.", "Give a day or a window in which something was read."]),
        // Facts: population, window, what
        Entry("POPULATION_EMPTY", "The population has no members",
            "The subscriptions in the scope of {window} were read, and {what}. There is nothing to draw {population} from.",
            ["Tell the auditor: an empty population is a finding of its own, shown by the readings of the window.", "Or draw from another window."]),
    ];

    private static ErrorEntry Entry(string code, string title, string why, string[] doThis) => new()
    {
        Code = code,
        Title = title,
        Why = why,
        DoThis = doThis,
        Commands = ["layer coverage --window {window}"],
        Kind = FailureKind.Other,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Nothing,
        SafeOnSync = Nothing,
    };
}
