using Layer.Access;
using Layer.Serving.Api;

namespace Layer.Workspaces.Web;

/// <summary><c>/v1/workspace</c>: which company a token belongs to.</summary>
internal static class WorkspaceApi
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/workspace", Show).Needs(Right.SignedIn).Api("The workspace of the token: its name, its log, and whether its data is made up.");

    private static IResult Show(CurrentViewer viewers)
    {
        var workspace = viewers.Viewer.Workspace;
        return ApiAnswer.Of(json =>
        {
            json.WriteStartObject();
            json.WriteString("id", workspace.Id);
            json.WriteString("name", workspace.Name);
            json.WriteString("log", workspace.Origin);
            json.WriteBoolean("sample", workspace.Sample);
            json.WriteEndObject();
        });
    }
}
