using Layer.Access;
using Layer.Serving;

namespace Layer.Evidence;

/// <summary>The first page.</summary>
internal static class HomeRoutes
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/", () => Page.Of<HomePage, HomeModel>(new HomeModel())).Needs(Right.ReadEvidence);
}

/// <summary>What the first page shows.</summary>
internal sealed record HomeModel;
