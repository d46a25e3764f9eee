using System.Text;
using System.Text.Json;
using Layer.Access;
using Layer.Evidence.Leaves;
using Layer.Inventory.Web;
using Layer.Operations;
using Layer.Serving.Api;

namespace Layer.Evidence.Web;

/// <summary><c>/v1</c>: coverage, evidence records, proofs and the log.</summary>
internal static class EvidenceApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/coverage", ListCoverageAsync).Needs(Right.ReadEvidence).Api("Which days were read, by connection and day.", ApiAnswerKind.List, ["window"]);
        routes.MapGet("/v1/evidence", ListAsync).Needs(Right.ReadEvidence).Api("Evidence records.", ApiAnswerKind.List, ["connection", "type", "criterion", "day"]);
        routes.MapGet("/v1/evidence/{index:long}", GetAsync).Needs(Right.ReadEvidence).Api("One record with its whole leaf.");
        routes.MapGet("/v1/evidence/{index:long}/proof", ProveAsync).Needs(Right.ReadEvidence).Api("That a record is in the signed log, as C2SP tlog-proof text.", ApiAnswerKind.Text);
        routes.MapGet("/v1/proof", ProveAnyAsync).Needs(Right.ReadEvidence).Api("A proof with the exact bytes it is about: of a record, one object of it, any log entry, or that the log only grew.", query: ["record", "leaf", "checkpoint", "observation", "from", "to"]);
        routes.MapGet("/v1/log/checkpoint", GetCheckpointAsync).Needs(Right.ReadEvidence).Api("A signed checkpoint of the log.", ApiAnswerKind.Text, ["size"]);
        routes.MapGet("/v1/log/consistency", ProveGrowthAsync).Needs(Right.ReadEvidence).Api("That the log only grew between two signed checkpoints.", ApiAnswerKind.Text, ["from", "to"]);
    }

    private static async Task<IResult> ListCoverageAsync(HttpContext http, Installation layer, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var query = new ApiQuery(http);
        var (viewer, window) = (viewers.Viewer, query.Window("window"));
        query.RefuseWrong();
        if (viewer.Role == Role.Auditor && (window is not { } asked || !viewer.Sees(asked)))
            throw InventoryView.Outside(viewer, window?.ToString() ?? "Coverage without a window");
        if (await CoverageNow.ReadAsync(layer.Database, viewer.Workspace, window, layer.Clock, cancellationToken) is not { } coverage)
            throw new RefusedException("NOTHING_CONNECTED");
        return ApiAnswer.Page(http, query, coverage.Lines, CoverageCommand.WriteLine, json =>
        {
            json.WriteString("window", coverage.Window.ToString());
            json.WriteStartObject("summary");
            json.WriteNumber("coveredDays", coverage.Summary.CoveredDays);
            json.WriteNumber("expectedDays", coverage.Summary.ExpectedDays);
            json.WriteNumber("coveredConnectionDays", coverage.Summary.CoveredLines);
            json.WriteNumber("expectedConnectionDays", coverage.Summary.ExpectedLines);
            json.WriteString("longestGap", coverage.Summary.LongestGap?.ToString());
            json.WriteString("sentence", coverage.Summary.Sentence);
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> ListAsync(HttpContext http, Installation layer, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var query = new ApiQuery(http);
        var (connection, type, criterion, day, viewer) = (query.Text("connection"), query.Text("type"), query.Text("criterion"), query.Day("day"), viewers.Viewer);
        query.RefuseWrong();
        var rows = (await new EvidenceRecords(layer.Database, viewer.Workspace.Id).ListAsync(cancellationToken)).Where(line => viewer.Sees(DayOf(line))
            && (connection is null || line.Connection == connection) && (type is null || line.Type == type) && (day is null || DayOf(line) == day)
            && (criterion is null || line.Controls.Any(control => control.Criterion == criterion)));
        return ApiAnswer.Page(http, query, [.. rows], EvidenceCommand.WriteJson);
    }

    private static async Task<IResult> GetAsync(long index, Installation layer, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var (line, bytes) = await FindAsync(index, layer, viewers, cancellationToken);
        using var leaf = JsonDocument.Parse(bytes);
        return ApiAnswer.Of(json => EvidenceCommand.WriteRecord(json, line, leaf.RootElement));
    }

    private static async Task<IResult> ProveAsync(long index, Installation layer, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var (_, bytes) = await FindAsync(index, layer, viewers, cancellationToken);
        var proofs = new LogProofs(layer.Database, viewers.Viewer.Workspace.Id);
        var checkpoint = await proofs.FindCheckpointAsync(size: null, cancellationToken);
        if (checkpoint is null || index >= checkpoint.Checkpoint.Size)
            throw new RefusedException("LEAF_NOT_SIGNED", ("index", $"{index}"), ("signed", $"{checkpoint?.Checkpoint.Size ?? 0}"));
        return Text((await proofs.ProveAsync(index, Leaf.Parse(bytes).Hash, checkpoint, cancellationToken)).Text);
    }

    private static async Task<IResult> ProveAnyAsync(HttpContext http, Installation layer, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var (query, viewer, problems) = (new ApiQuery(http), viewers.Viewer, new List<string>());
        var asked = new ProveCommand.Asked(query.Text("record"), query.Size("leaf"), query.Size("checkpoint"), query.Text("observation"), query.Size("from"), query.Size("to"), Out: null);
        query.RefuseWrong();
        if (new[] { asked.Record is not null, asked.Leaf is not null, asked.From is not null }.Count(given => given) != 1)
            throw ApiQuery.Invalid(["What is to be proven is not clear. Allowed: record, leaf or from, exactly one of the three."]);
        // A log entry that is no record may be about people: it is for those who may read everything.
        if (asked.Leaf is not null && !viewer.Can(Right.Read))
            throw InventoryView.Outside(viewer, $"Log entry {asked.Leaf}");
        if (asked.Record is { } named && await new EvidenceRecords(layer.Database, viewer.Workspace.Id).FindIndexAsync(named, cancellationToken) is { } index)
            await FindAsync(index, layer, viewers, cancellationToken); // refuses what is not shared
        if (await ProveCommand.ProveAsync(layer, viewer.Workspace.Id, asked, problems, cancellationToken) is not { } proven)
            throw ApiQuery.Invalid([.. problems.Select(problem => problem.Replace("--", "", StringComparison.Ordinal))]);
        return ApiAnswer.Of(json =>
        {
            json.WriteStartObject();
            proven.WriteProperties(json);
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> GetCheckpointAsync(HttpContext http, Installation layer, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var query = new ApiQuery(http);
        var size = query.Size("size");
        query.RefuseWrong();
        return Text((await CheckpointAsync(new LogProofs(layer.Database, viewers.Viewer.Workspace.Id), size, cancellationToken)).Note.Note);
    }

    private static async Task<IResult> ProveGrowthAsync(HttpContext http, Installation layer, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var query = new ApiQuery(http);
        var (from, to) = (query.Size("from"), query.Size("to"));
        query.RefuseWrong();
        if (from is null)
            throw ApiQuery.Invalid(["from is missing. Allowed: the size of a signed checkpoint."]);
        var proofs = new LogProofs(layer.Database, viewers.Viewer.Workspace.Id);
        var (older, newer) = (await CheckpointAsync(proofs, from, cancellationToken), await CheckpointAsync(proofs, to, cancellationToken));
        if (older.Checkpoint.Size > newer.Checkpoint.Size)
            throw ApiQuery.Invalid([$"from is {older.Checkpoint.Size}, and to is {newer.Checkpoint.Size}. Allowed: from a smaller size to a larger one."]);
        return Text((await proofs.ProveAsync(older.Checkpoint, newer, cancellationToken)).Text);
    }

    private static async Task<Log.SignedCheckpoint> CheckpointAsync(LogProofs proofs, long? size, CancellationToken cancellationToken)
    {
        if (await proofs.FindCheckpointAsync(size, cancellationToken) is { } found)
            return found;
        var near = size is { } asked ? await proofs.SizesNearAsync(asked, cancellationToken) : [];
        throw ApiQuery.Invalid([size is null ? "No checkpoint was signed yet." : $"No checkpoint of size {size} was signed. Allowed: {(near.Count == 0 ? "none yet" : string.Join(", ", near))}."]);
    }

    private static async Task<(EvidenceLine Line, byte[] Bytes)> FindAsync(long index, Installation layer, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var records = new EvidenceRecords(layer.Database, viewers.Viewer.Workspace.Id);
        var line = (await records.ListAsync(cancellationToken)).FirstOrDefault(each => each.Index == index) ?? throw new RefusedException("NOT_FOUND");
        if (!viewers.Viewer.Sees(DayOf(line)))
            throw InventoryView.Outside(viewers.Viewer, $"{DayOf(line):yyyy-MM-dd}");
        return (line, await records.FindLeafAsync(index, cancellationToken) ?? throw new RefusedException("LOG_BROKEN", ("item", $"leaf {index}")));
    }

    private static DateOnly DayOf(EvidenceLine line) => DateOnly.FromDateTime(line.ObservedAt.UtcDateTime);

    private static IResult Text(string text) => Results.Text(text, "text/plain", Encoding.UTF8);
}
