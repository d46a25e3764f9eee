using Layer.Evidence.Log;
using Layer.Evidence.Verification;

namespace Layer.Evidence.Audits;

/// <summary>Verifies a bundle, trusting nothing but its bytes and a key: docs/evidence-format.md §9.1, step by step, until the first problem.</summary>
public sealed class BundleVerifier
{
    private readonly Action<string, long, long>? _progress;
    private BundleVerdict _found = new() { Verdict = VerificationVerdict.Invalid(VerificationOutcome.Malformed, "Nothing was read yet.") };

    private BundleVerifier(Action<string, long, long>? progress) => _progress = progress;

    /// <summary>Verifies a bundle. Whatever the bytes are, the answer is a verdict.</summary>
    /// <param name="zip">The bundle: readable and seekable. It stays open.</param>
    /// <param name="key">The key that the verifier was given; null to take those that the bundle names, which is a remark.</param>
    /// <param name="since">A signed checkpoint from elsewhere, as it is in its file; null when there is none, which is a remark.</param>
    /// <param name="proof">The proof between that checkpoint and the bundle's, as it is in its file; needed only when that one does not lie in the bundle's range.</param>
    /// <param name="derive">Derives observations from pages; null when nobody can, and then everything that needs pages is missing.</param>
    /// <param name="progress">Told what is done and how much of it, of how much; null when nobody waits.</param>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static BundleVerdict Verify(
        Stream zip, VerificationKey? key = null, byte[]? since = null, byte[]? proof = null, DeriveObservations? derive = null,
        Action<string, long, long>? progress = null)
    {
        var verifier = new BundleVerifier(progress);
        try
        {
            verifier.Run(zip, key, since, proof, derive);
            return verifier._found;
        }
        catch (BundleProblemException problem)
        {
            return verifier._found with { Verdict = VerificationVerdict.Invalid(problem.Outcome, problem.Message), Place = problem.Place };
        }
    }

    private void Run(Stream zip, VerificationKey? pinned, byte[]? since, byte[]? proof, DeriveObservations? derive)
    {
        var bundle = BundleContainer.Open(zip, Telling("files"));
        _found = _found with { Head = bundle.Head };
        var keys = BundleSignatures.CheckFiles(bundle, pinned);
        _found = _found with { Key = keys[0] };
        var checkpoint = BundleSignatures.CheckCheckpoint(bundle, keys);
        _found = _found with { StampedAt = BundleSignatures.CheckTimestamp(bundle) };

        var leaves = BundleLeaves.Read(bundle, checkpoint, BundleAnchor.SizeOf(since), Telling("leaves"));
        _found = _found with { Leaves = leaves.Count, Records = leaves.Log.Records.Count };
        var scope = AuditScope.Of(leaves.Log, bundle.Head.Window, bundle.Head.Checkpoint);
        leaves.CheckRules(scope, keys);

        _progress?.Invoke("observations and populations", 0, 1);
        var populations = BundlePopulations.Read(bundle, leaves, scope);
        _found = _found with { Observations = populations.ObservationCount, Populations = populations.Count };
        var tables = BundleTables.Check(bundle, leaves, scope, populations, Telling("derived files"));
        _found = _found with { Coverage = tables.Coverage.Summary.Sentence };
        var pages = BundlePages.Check(bundle, leaves, scope, populations, derive, Telling("pages"));
        _found = _found with { Derived = pages?.Derived ?? 0, NotKept = pages?.NotKept ?? 0, Missing = pages?.Missing ?? 0 };
        var anchor = BundleAnchor.Check(bundle.Head, checkpoint, keys, leaves, since, proof);

        var gaps = tables.Coverage.Gaps.Select(gap => gap.Sentence);
        var remarks = BundleRemarks.Of(bundle.Head, leaves.Log, scope, tables, pages, pinned, anchor);
        _found = _found with { Verdict = VerificationVerdict.Valid([.. gaps], remarks) };
    }

    private Action<long, long>? Telling(string what) => _progress is { } progress ? (done, total) => progress(what, done, total) : null;
}
