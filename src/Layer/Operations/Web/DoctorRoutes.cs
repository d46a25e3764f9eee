using System.Text.Json.Nodes;
using Layer.Access;
using Layer.Ledger;
using Layer.Serving;

namespace Layer.Operations.Web;

/// <summary>What this installation stands on, and the whole log checked on a button.</summary>
internal static class DoctorRoutes
{
    private const string Verify = "verify";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/doctor", ShowAsync).Needs(Right.Read);
        routes.MapPost("/doctor/verify", VerifyAsync).Needs(Right.Read);
        routes.MapGet("/doctor/{operation:guid}", ShowRunAsync).Needs(Right.Read);
    }

    private static async Task<IResult> ShowAsync(Installation layer, CurrentViewer viewers, CancellationToken cancellationToken) =>
        Page.Of<DoctorPage, DoctorModel>(new DoctorModel(await new Doctor(layer, viewers.Viewer.Workspace).RunAsync(cancellationToken), null));

    private static async Task<IResult> VerifyAsync(Installation layer, OperationRunner operations, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var workspace = viewers.Viewer.Workspace;
        var id = await operations.StartAsync(workspace.Id, Verify, workspace.Id.ToString(), viewers.Viewer.Actor, async (_, stopping) =>
        {
            var found = await LogVerification.RunAsync(layer.Database, layer.Folder, workspace, pinned: null, stopping);
            return new JsonObject
            {
                ["leaves"] = found.Leaves, ["observations"] = found.Observations, ["verdict"] = found.Verdict.LastLine, ["valid"] = found.Verdict.Problem is null,
                ["remarks"] = new JsonArray([.. found.Verdict.Remarks.Select(remark => (JsonNode)remark)]),
            };
        }, cancellationToken);
        return Results.Redirect($"/doctor/{id}");
    }

    private static async Task<IResult> ShowRunAsync(Guid operation, Installation layer, OperationRunner operations, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var run = await OperationRoutes.GetAsync(operation, operations, viewers, cancellationToken);
        if (run.Kind != Verify)
            throw new RefusedException("NOT_FOUND");
        return Page.Of<DoctorPage, DoctorModel>(new DoctorModel(await new Doctor(layer, viewers.Viewer.Workspace).RunAsync(cancellationToken), run));
    }
}

/// <summary>What the doctor's page shows; no run: the log was not asked for.</summary>
internal sealed record DoctorModel(IReadOnlyList<Finding> Findings, Operation? Run);
