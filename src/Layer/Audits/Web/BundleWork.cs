using System.Text.Json.Nodes;
using Layer.Access;
using Layer.Azure.RawPages;
using Layer.Evidence.Audits;
using Layer.Operations;
using Layer.Serving;

namespace Layer.Audits.Web;

/// <summary>Builds bundles beside the request that asked for one, and hands them out.</summary>
internal sealed class BundleWork(Installation layer, OperationRunner operations, AuditTrail trail)
{
    public const string Kind = "bundle";

    /// <exception cref="RefusedException">WINDOW_NOT_BEGUN.</exception>
    public Task<Guid> StartAsync(Viewer viewer, AuditWindow days, bool raw, bool names, long? checkpoint, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(layer.Clock.GetUtcNow().UtcDateTime);
        if (days.From > today)
            throw new RefusedException("WINDOW_NOT_BEGUN", ("window", $"{days}"), ("today", $"{today:yyyy-MM-dd}"));
        var folder = BundleShelf.Of(layer).Tidy(layer.Clock.GetUtcNow());
        var file = Path.Combine(folder, $"{Guid.CreateVersion7(layer.Clock.GetUtcNow())}.zip");
        return operations.StartAsync(viewer.Workspace.Id, Kind, days.ToString(), viewer.Actor, async (progress, stopping) =>
        {
            var told = -1;
            var builder = new BundleBuilder(layer.Database, layer.Ledger, viewer.Workspace, DerivedObservations.Of, (done, of, what) =>
            {
                // A step each twentieth: the page shows a bar, not every file.
                if (of > 0 && done * 20 / of > told)
                {
                    told = done * 20 / of;
                    progress.Tell("writing", new JsonObject { ["done"] = done, ["of"] = of, ["what"] = what });
                }
            }, viewer.Actor);
            var bundle = await builder.RunAsync(new BundleRequest(days, file, raw, names, checkpoint), stopping);
            return new JsonObject
            {
                ["file"] = Path.GetFileName(file), ["bytes"] = bundle.Bytes, ["sha256"] = bundle.Sha256.ToString(), ["checkpoint"] = bundle.Checkpoint.Size, ["root"] = bundle.Checkpoint.Root.ToString(), ["coverage"] = bundle.Coverage,
                ["verdict"] = bundle.Verdict.LastLine, ["keys"] = new JsonArray([.. bundle.Keys.Select(key => (JsonNode)key.ToString())]), ["fingerprints"] = new JsonArray([.. bundle.Keys.Select(key => (JsonNode)key.Fingerprint)]),
            };
        }, cancellationToken);
    }

    /// <summary>The operation that builds a bundle of this window.</summary>
    /// <exception cref="RefusedException">NOT_FOUND.</exception>
    public async Task<Operation> FindAsync(string window, Guid id, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var operation = await OperationRoutes.GetAsync(id, operations, viewers, cancellationToken);
        return operation.Kind == Kind && operation.Subject == window ? operation : throw new RefusedException("NOT_FOUND");
    }

    /// <summary>The file that was built; who takes it along is an entry of the log.</summary>
    /// <exception cref="RefusedException">NOT_FOUND: it is not ready, or was tidied away.</exception>
    public async Task<IResult> DownloadAsync(AuditWindow days, Operation built, Viewer viewer, CancellationToken cancellationToken)
    {
        if (built.State != OperationRunner.Succeeded || JsonNode.Parse(built.Result!)!["file"]?.ToString() is not { } name || BundleShelf.Of(layer).Find(name) is not { } file)
            throw new RefusedException("NOT_FOUND");
        await trail.WriteAsync(viewer.Actor, "audit.bundle-downloaded", built.Id.ToString(), days.ToString(), cancellationToken);
        return Results.File(file, "application/zip", $"layer-{days.From:yyyy-MM-dd}-{days.To:yyyy-MM-dd}.zip");
    }
}

/// <summary>Where built bundles lie until they are fetched.</summary>
internal sealed class BundleShelf(string folder)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    public static BundleShelf Of(Installation layer) => new(Path.Combine(layer.Folder.Path, "bundles"));

    /// <summary>Makes the folder, deletes what is older than a week, and gives its path: a bundle can be built again with the same bytes.</summary>
    public string Tidy(DateTimeOffset now)
    {
        Directory.CreateDirectory(folder);
        foreach (var old in Directory.EnumerateFiles(folder).Where(file => new DateTimeOffset(File.GetLastWriteTimeUtc(file), TimeSpan.Zero) < now - Kept))
            File.Delete(old);
        return folder;
    }

    /// <summary>The full path of a file that is still there.</summary>
    public string? Find(string name) => Path.Combine(folder, Path.GetFileName(name)) is var path && File.Exists(path) ? Path.GetFullPath(path) : null;
}
