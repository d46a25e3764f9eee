using Layer.Evidence.Log;
using Layer.Evidence.Verification;

namespace Layer.Ledger;

/// <summary>What a verification of a local log found.</summary>
/// <param name="Verdict">The verdict; its exit code and last line are the command's.</param>
/// <param name="Leaves">How many leaves were right, before the problem if there is one.</param>
/// <param name="Records">How many evidence records among them.</param>
/// <param name="Observations">How many distinct observations were hashed again.</param>
/// <param name="Pages">How many kept pages were hashed again.</param>
/// <param name="Key">The key that signs the log; null when the log does not tell.</param>
/// <param name="Checkpoint">The newest signed checkpoint; null when none was signed.</param>
internal sealed record LogVerdict(
    VerificationVerdict Verdict, long Leaves, int Records, int Observations, int Pages, VerificationKey? Key, Checkpoint? Checkpoint);
