using Layer.Access;
using Layer.Storage;

namespace Layer.Serving;

/// <summary>Whether the process lives, and whether it can answer. What Azure does changes neither.</summary>
internal static class HealthRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/livez", () => Results.Text("ok")).Needs(Right.None);
        routes.MapGet("/readyz", async (LayerDatabase database, CancellationToken cancellationToken) =>
        {
            try
            {
                await using var connection = await database.ConnectAsync(cancellationToken);
                await connection.ScalarAsync("SELECT 1 FROM workspace LIMIT 1", cancellationToken);
                return Results.Text("ready");
            }
            catch (System.Data.Common.DbException)
            {
                return Results.Text("the database does not answer", statusCode: StatusCodes.Status503ServiceUnavailable);
            }
        }).Needs(Right.None);
    }
}
