using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Evidence.Log;
using Layer.Evidence.Verification;

namespace Layer.Audits;

/// <summary>Which bundle somebody wants.</summary>
/// <param name="Window">The days.</param>
/// <param name="File">Where it is to stand; there is nothing yet.</param>
/// <param name="Raw">Whether kept pages of Azure's answers go with it.</param>
/// <param name="WithNames">Whether names of principals go with it.</param>
/// <param name="Checkpoint">The size of the checkpoint to lead to; null for the smallest one that holds the window.</param>
internal sealed record BundleRequest(AuditWindow Window, string File, bool Raw, bool WithNames, long? Checkpoint);

/// <summary>A bundle that was made.</summary>
/// <param name="File">The full path.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Of the file.</param>
/// <param name="Checkpoint">What it leads to.</param>
/// <param name="Keys">The keys that signed the checkpoint.</param>
/// <param name="Coverage">The coverage sentence.</param>
/// <param name="Verdict">What our own verifier says of it, with no checkpoint from elsewhere.</param>
internal sealed record Bundle(
    string File, long Bytes, Digest Sha256, Checkpoint Checkpoint, IReadOnlyList<VerificationKey> Keys, string Coverage, VerificationVerdict Verdict);
