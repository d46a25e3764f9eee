using Layer.Access;
using Layer.Evidence.Frameworks;
using Layer.Evidence.Leaves;
using Layer.Inventory.Web;
using Layer.Operations;
using Layer.Serving;
using Layer.Ui;

namespace Layer.Evidence.Web;

/// <summary>Evidence by criterion, and each record with how it was read and how it is verified.</summary>
internal static class EvidenceRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/evidence", ShowCriteriaAsync).Needs(Right.ReadEvidence);
        routes.MapGet("/evidence/records", ListAsync).Needs(Right.ReadEvidence);
        routes.MapGet("/evidence/{index:long}", ShowAsync).Needs(Right.ReadEvidence);
        routes.MapGet("/evidence/{index:long}/leaf.json", DownloadLeafAsync).Needs(Right.ReadEvidence);
        routes.MapGet("/evidence/{index:long}/proof.txt", DownloadProofAsync).Needs(Right.ReadEvidence);
    }

    private static async Task<IResult> ShowCriteriaAsync(Installation layer, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var records = await VisibleAsync(layer, viewers, cancellationToken);
        var counts = records.CountBy(record => record.Type).ToDictionary(type => type.Key, type => type.Value, StringComparer.Ordinal);
        return Page.Of<CriteriaPage, CriteriaModel>(new CriteriaModel(Mapping.Current, counts, records.Count, records.Count > 0 ? records[^1].ObservedAt : null));
    }

    private static async Task<IResult> ListAsync(HttpContext http, Installation layer, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var query = ListQuery.Of(http.Request, "-index", "connection", "type", "count");
        var all = await VisibleAsync(layer, viewers, cancellationToken);
        var day = DateOnly.TryParseExact(query["day"], "yyyy-MM-dd", out var asked) ? asked : (DateOnly?)null;
        if (day is { } one && !viewers.Viewer.Sees(one))
            throw InventoryView.Outside(viewers.Viewer, $"{one:yyyy-MM-dd}");
        var rows = all.Where(line => (query["type"] is not { } type || line.Type == type) && (query["criterion"] is not { } criterion || line.Controls.Any(control => control.Criterion == criterion))
            && (day is null || DateOnly.FromDateTime(line.ObservedAt.UtcDateTime) == day)
            && (query.Filter.Length == 0 || line.Connection.Contains(query.Filter, StringComparison.OrdinalIgnoreCase) || line.Id.ToString().StartsWith(query.Filter, StringComparison.OrdinalIgnoreCase)));
        var sorted = query.Sort switch
        {
            "connection" => rows.OrderBy(line => line.Connection, StringComparer.Ordinal).ThenBy(line => line.Index),
            "type" => rows.OrderBy(line => line.Type, StringComparer.Ordinal).ThenBy(line => line.Index),
            "count" => rows.OrderBy(line => line.Count).ThenBy(line => line.Index),
            _ => rows.OrderBy(line => line.Index),
        };
        var list = sorted.ToList();
        if (query.Descending)
            list.Reverse();
        return Page.Of<RecordsPage, RecordsModel>(new RecordsModel(query, list.Count, [.. list.Skip(query.Skip).Take(ListQuery.PageSize)]));
    }

    private static async Task<IResult> ShowAsync(long index, string? tab, Installation layer, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var (line, leaf) = await GetAsync(index, layer, viewers, cancellationToken);
        var records = new EvidenceRecords(layer.Database, viewers.Viewer.Workspace.Id);
        var record = (EvidenceRecord)leaf.Body;
        var manifest = (SyncManifest)Parse(record.Manifest, await records.FindLeafAsync(record.Manifest, cancellationToken)).Body;
        var setting = manifest.Setting ?? (manifest.SettingAt is { } at ? ((SyncManifest)Parse(at, await records.FindLeafAsync(at, cancellationToken)).Body).Setting : null);
        var proofs = new LogProofs(layer.Database, viewers.Viewer.Workspace.Id);
        var checkpoint = await proofs.FindCheckpointAsync(size: null, cancellationToken);
        var proof = checkpoint is { } signed && index < signed.Checkpoint.Size ? await proofs.ProveAsync(index, leaf.Hash, signed, cancellationToken) : null;
        return Page.Of<RecordPage, RecordModel>(new RecordModel(line, leaf, record, manifest, setting, proof?.Text, checkpoint?.Checkpoint.Size, tab is "raw" or "read" or "verify" ? tab : "plain"));
    }

    private static async Task<IResult> DownloadLeafAsync(long index, Installation layer, CurrentViewer viewers, AuditTrail trail, CancellationToken cancellationToken)
    {
        var (_, leaf) = await GetAsync(index, layer, viewers, cancellationToken);
        await trail.WriteAsync(viewers.Viewer.Actor, "evidence.exported", $"{index}", reason: null, cancellationToken);
        return Results.File(leaf.Bytes.ToArray(), "application/json", $"record-{index}.leaf.json");
    }

    private static async Task<IResult> DownloadProofAsync(long index, Installation layer, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var (_, leaf) = await GetAsync(index, layer, viewers, cancellationToken);
        var proofs = new LogProofs(layer.Database, viewers.Viewer.Workspace.Id);
        var checkpoint = await proofs.FindCheckpointAsync(size: null, cancellationToken);
        if (checkpoint is null || index >= checkpoint.Checkpoint.Size)
            throw new RefusedException("LEAF_NOT_SIGNED", ("index", $"{index}"), ("signed", $"{checkpoint?.Checkpoint.Size ?? 0}"));
        var proof = await proofs.ProveAsync(index, leaf.Hash, checkpoint, cancellationToken);
        return Results.File(System.Text.Encoding.UTF8.GetBytes(proof.Text), "text/plain; charset=utf-8", $"record-{index}.proof.txt");
    }

    private static async Task<(EvidenceLine Line, Leaf Leaf)> GetAsync(long index, Installation layer, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var records = new EvidenceRecords(layer.Database, viewers.Viewer.Workspace.Id);
        var line = (await records.ListAsync(cancellationToken)).FirstOrDefault(each => each.Index == index) ?? throw new RefusedException("NOT_FOUND");
        var day = DateOnly.FromDateTime(line.ObservedAt.UtcDateTime);
        if (!viewers.Viewer.Sees(day))
            throw InventoryView.Outside(viewers.Viewer, $"{day:yyyy-MM-dd}");
        return (line, Parse(index, await records.FindLeafAsync(index, cancellationToken)));
    }

    private static Leaf Parse(long index, byte[]? bytes)
    {
        try
        {
            return Leaf.Parse(bytes ?? throw new FormatException());
        }
        catch (FormatException)
        {
            throw new RefusedException("LOG_BROKEN", ("item", $"leaf {index}"));
        }
    }

    private static async Task<IReadOnlyList<EvidenceLine>> VisibleAsync(Installation layer, CurrentViewer viewers, CancellationToken cancellationToken) =>
        [.. (await new EvidenceRecords(layer.Database, viewers.Viewer.Workspace.Id).ListAsync(cancellationToken)).Where(line => viewers.Viewer.Sees(DateOnly.FromDateTime(line.ObservedAt.UtcDateTime)))];
}

/// <summary>What the page of criteria shows.</summary>
internal sealed record CriteriaModel(Mapping Mapping, IReadOnlyDictionary<string, int> Counts, int Records, DateTimeOffset? Newest);

/// <summary>What the list of records shows.</summary>
internal sealed record RecordsModel(ListQuery Query, int Total, IReadOnlyList<EvidenceLine> Rows);

/// <summary>What the page of one record shows; no proof: no checkpoint holds it yet.</summary>
internal sealed record RecordModel(EvidenceLine Line, Leaf Leaf, EvidenceRecord Record, SyncManifest Manifest, ManifestSetting? Setting, string? Proof, long? Size, string Tab);
