using Layer.Evidence.Verification;

namespace Layer.Evidence.Audits;

/// <summary>The first thing that is wrong with a bundle. It never leaves <see cref="BundleVerifier"/>.</summary>
/// <param name="outcome">The exit code.</param>
/// <param name="place">A file of the bundle, <c>leaf N</c>, or <c>bundle</c> for the container.</param>
/// <param name="sentence">What is wrong, for people.</param>
/// <param name="cause">What was caught, if anything.</param>
internal sealed class BundleProblemException(VerificationOutcome outcome, string place, string sentence, Exception? cause = null)
    : Exception($"{place}: {sentence}", cause)
{
    /// <summary>The place of what concerns the zip file as a whole.</summary>
    public const string Container = "bundle";

    public VerificationOutcome Outcome => outcome;

    public string Place => place;

    public static BundleProblemException Malformed(string place, string sentence, Exception? cause = null) =>
        new(VerificationOutcome.Malformed, place, sentence, cause);

    public static BundleProblemException Broken(string place, string sentence, Exception? cause = null) =>
        new(VerificationOutcome.IntegrityFailure, place, sentence, cause);

    public static BundleProblemException WrongKey(string place, string sentence) => new(VerificationOutcome.WrongKey, place, sentence);

    public static string Leaf(long index) => FormattableString.Invariant($"leaf {index}");
}
