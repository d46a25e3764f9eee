using Layer.Evidence.Log;
using Layer.Evidence.Verification;

namespace Layer.Evidence.Audits;

/// <summary>What the verification of a bundle came to. Every number is of what was checked before the problem, if there is one.</summary>
public sealed record BundleVerdict
{
    /// <summary>The verdict; its exit code and last line are the verifier's. A problem begins with its <see cref="Place"/>.</summary>
    public required VerificationVerdict Verdict { get; init; }

    /// <summary>Where the problem is: a file of the bundle, <c>leaf N</c>, or <c>bundle</c> for the container; null when valid. What is wrong with the anchor is at <c>checkpoint</c>.</summary>
    public string? Place { get; init; }

    /// <summary>What the bundle claims to be; null when that cannot be read. Nothing in it counts when the verdict is not a valid one.</summary>
    public BundleHead? Head { get; init; }

    /// <summary>The key that signed it; null when none did.</summary>
    public VerificationKey? Key { get; init; }

    /// <summary>How many leaves are disclosed.</summary>
    public long Leaves { get; init; }

    /// <summary>How many of them are evidence records.</summary>
    public int Records { get; init; }

    /// <summary>How many distinct observations.</summary>
    public int Observations { get; init; }

    /// <summary>How many populations were replayed: of each record of the window and of each base.</summary>
    public int Populations { get; init; }

    /// <summary>The coverage in one sentence; null when it came not so far.</summary>
    public string? Coverage { get; init; }

    /// <summary>Whether the bundle holds pages of Azure's answers.</summary>
    public bool HasPages => Head is { Raw: true };

    /// <summary>How many populations were derived again from pages.</summary>
    public int Derived { get; init; }

    /// <summary>How many could not be because nothing had changed, and then pages are not kept.</summary>
    public int NotKept { get; init; }

    /// <summary>How many could not be although something had changed.</summary>
    public int Missing { get; init; }

    /// <summary>When a time-stamp authority saw the checkpoint, by its clock, UTC; null without a time stamp. Its signature was not checked.</summary>
    public DateTimeOffset? StampedAt { get; init; }
}
