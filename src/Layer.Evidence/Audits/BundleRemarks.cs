using Layer.Evidence.Log;

namespace Layer.Evidence.Audits;

/// <summary>What is to be known of a bundle that is valid, in the words and order of docs/evidence-format.md §9.1.</summary>
internal static class BundleRemarks
{
    /// <summary>All that apply.</summary>
    public static IReadOnlyList<string> Of(
        BundleHead head, AuditLog log, AuditScope scope, BundleTables tables, BundlePages? pages, VerificationKey? pinned, BundleAnchor? anchor)
    {
        var notPublic = BundleRecords.Of(log, head, scope).SelectMany(each => each.Window.Records).Count(record => record.PublicTrust is false);
        var isVisible = log.Visible.Any(visible => head.Window.Contains(visible.Leaf.Observed.From));
        string?[] remarks =
        [
            log.Genesis is { Sample: true } ? "SAMPLE: this log is a demonstration and no evidence of a real system." : null,
            notPublic switch
            {
                0 => null,
                1 => "1 record was read from a server whose trust anchor is not public.",
                _ => $"{notPublic} records were read from servers whose trust anchor is not public.",
            },
            log.Epochs.Count > 0 ? $"An operator went on {Counted(log.Epochs.Count, "time")} after signed leaves were lost." : null,
            scope.Statement is null ? "Nobody stated the scope of this window: every connected subscription was taken." : null,
            tables.Undecided > 0 ? $"{Counted(tables.Undecided, "subscription")} {(tables.Undecided == 1 ? "is" : "are")} undecided: see subscriptions.csv." : null,
            isVisible ? null : "What the app registrations could see was never recorded in this window.",
            pages is { Missing: > 0 } ? $"{Counted(pages.Missing, "population")} could not be derived again: pages are missing." : null,
            pinned is null ? "No key was given: the signatures were checked with the key that is in the bundle." : null,
            anchor is null ? NotAnchored : anchor.FindRemark(log.LastDay),
        ];
        return [.. remarks.OfType<string>()];
    }

    /// <summary>Nobody else held a checkpoint that was compared with.</summary>
    public const string NotAnchored = "Not anchored: no checkpoint from elsewhere was given with --since.";

    private static string Counted(int count, string noun) => $"{count} {noun}{(count == 1 ? "" : "s")}";
}
