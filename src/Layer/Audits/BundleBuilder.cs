using System.Text;
using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Evidence.Verification;
using Layer.Ledger;
using Layer.Operations;
using Layer.Storage;
using Layer.Syncing;
using Layer.Workspaces;

namespace Layer.Audits;

/// <summary>Makes the audit bundle of a window (docs/evidence-format.md §8). The same window and the same data give the same bytes.</summary>
/// <param name="database">The open database.</param>
/// <param name="ledger">Gives the signing keys, and records that a bundle was made.</param>
/// <param name="workspace">Whose log.</param>
/// <param name="derive">Derives observations from pages, to check those that go with a bundle; null when nobody can.</param>
/// <param name="progress">Told how many of how many steps are done, and what is being written.</param>
/// <param name="actor">Who makes it, as log entries name them; null: whoever runs this process.</param>
internal sealed class BundleBuilder(
    LayerDatabase database, EvidenceLedger ledger, Workspace workspace, DeriveObservations? derive = null, Action<int, int, string>? progress = null, string? actor = null)
{
    /// <summary>The action of the leaf that records a bundle.</summary>
    public const string Action = "audit.bundle";

    /// <summary>Makes the bundle, puts it into its place and records that it was made.</summary>
    /// <exception cref="RefusedException">
    /// WINDOW_EMPTY, WINDOW_NOT_SIGNED, CHECKPOINT_UNUSABLE, CHECKPOINT_KEY_GONE, BUNDLE_TOO_LARGE, BUNDLE_INVALID, FILE_EXISTS, FILE_UNWRITABLE; LOG_ROLLED_BACK,
    /// LOG_BROKEN; the key ring's. Nothing is left then.
    /// </exception>
    public async Task<Bundle> RunAsync(BundleRequest request, CancellationToken cancellationToken)
    {
        var signing = await ledger.OpenSigningKeysAsync(workspace.Id, cancellationToken);
        var bundle = await WriteAsync(request, signing, cancellationToken);
        try
        {
            await RecordAsync(request, bundle, cancellationToken);
        }
        catch
        {
            // What was handed over must stand in the log: a bundle that could not be recorded is not made.
            File.Delete(bundle.File);
            throw;
        }

        return bundle;
    }

    private async Task<Bundle> WriteAsync(BundleRequest request, IReadOnlyList<SigningKey> signing, CancellationToken cancellationToken)
    {
        await using var snapshot = await AuditDatabase.OpenAsync(database, workspace, cancellationToken);
        var plan = BundlePlan.Of(snapshot, request.Window, request.Checkpoint);
        var keys = SignersOf(plan, signing);
        var contents = BundleContents.Read(snapshot, workspace, plan, request);
        using var file = BundleFile.Create(request.File);
        try
        {
            using var zip = new StoredZipWriter(file.Stream);
            new BundleWriter(snapshot, contents, zip, progress).Write();
            Sign(zip, keys);
            zip.Finish();
            var verdict = Verify(file.Stream, plan);
            var (bytes, sha256) = file.Finish();
            return new Bundle(Path.GetFullPath(request.File), bytes, sha256, plan.Checkpoint.Checkpoint, plan.Keys, contents.Coverage.Summary.Sentence, verdict);
        }
        catch (BundleTooLargeException large)
        {
            throw new RefusedException("BUNDLE_TOO_LARGE", ("reason", large.Message));
        }
        catch (IOException full)
        {
            throw BundleFile.Unwritable(Path.GetFullPath(request.File), full);
        }
    }

    // Only keys that the log knew at the checkpoint's size: a verifier takes no other, and one that signed the checkpoint must be among them.
    private static List<SigningKey> SignersOf(BundlePlan plan, IReadOnlyList<SigningKey> signing)
    {
        var active = signing.Where(key => plan.ActiveKeys.Contains(key.Public)).ToList();
        return active.Exists(key => plan.Keys.Contains(key.Public))
            ? active
            : throw new RefusedException("CHECKPOINT_KEY_GONE", ("key", string.Join(", ", plan.Keys.Select(key => $"{key.Name}+{key.KeyId:x8}"))));
    }

    private void Sign(StoredZipWriter zip, List<SigningKey> keys)
    {
        var list = BundleSums.Write(zip.Sums);
        using (var sums = zip.Begin(BundleSums.Name))
            sums.Write(list);
        var notes = keys.Select(key => key.Sign(BundleSums.SignedText(workspace.Origin, Evidence.Digest.Of(list))).Note).ToList();
        using var signature = zip.Begin(BundleSums.SignatureName);
        // The first note whole, of the others their signature line: one text, several signatures.
        signature.Write(Encoding.UTF8.GetBytes(string.Concat(notes.Take(1).Concat(notes.Skip(1).Select(note => note[(note.LastIndexOf("\n\n", StringComparison.Ordinal) + 2)..])))));
    }

    // As the auditor will, before anybody has the file: what a verifier would refuse is never handed over.
    private VerificationVerdict Verify(Stream zip, BundlePlan plan)
    {
        var found = BundleVerifier.Verify(
            zip, plan.Keys[0], derive: derive, progress: (what, _, _) => progress?.Invoke(BundleWriter.Steps - 1, BundleWriter.Steps, $"Checking {what}"));
        return found.Verdict.Problem is { } problem
            ? throw new RefusedException("BUNDLE_INVALID", ("place", found.Place ?? "bundle"), ("sentence", problem))
            : found.Verdict;
    }

    private async Task RecordAsync(BundleRequest request, Bundle bundle, CancellationToken cancellationToken)
    {
        var subject = $"{request.Window} sha256:{bundle.Sha256} checkpoint:{bundle.Checkpoint.Size}";
        await ledger.AppendAsync(workspace.Id, (log, _) =>
        {
            log.Add(new AuditLeaf(actor ?? Actor.OfThisProcess, Action, subject, null));
            return Task.CompletedTask;
        }, cancellationToken);
        await ledger.SignCheckpointAsync(workspace.Id, cancellationToken);
    }
}
