using Layer.Access;
using Layer.Operations;

namespace Layer.Serving;

/// <summary>Every route of the server, room by room.</summary>
internal static class Routes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        AssetFiles.Map(routes);
        HealthRoutes.Map(routes);
        OperationRoutes.Map(routes);
        AccessRoutes.Map(routes);
        Access.Oidc.OidcSignIn.Map(routes);
        Access.Web.PeopleRoutes.Map(routes);
        Access.Web.SecondFactorRoutes.Map(routes);
        Access.Web.PasskeyRoutes.Map(routes);
        Access.Web.ResetRoutes.Map(routes);
        Evidence.Web.HomeRoutes.Map(routes);
        Evidence.Web.EvidenceRoutes.Map(routes);
        Connections.Web.IntegrationsRoutes.Map(routes);
        Connections.Web.AddRoutes.Map(routes);
        Connections.Web.ConnectRoutes.Map(routes);
        Inventory.Web.InventoryRoutes.Map(routes);
        Inventory.Web.ChangesRoutes.Map(routes);
        Audits.Web.AuditRoutes.Map(routes);
        Operations.Web.DoctorRoutes.Map(routes);
        Operations.Metrics.MetricsRoutes.Map(routes);
        Ui.SearchRoutes.Map(routes);
        Workspaces.Web.WorkspaceApi.Map(routes);
        Connections.Web.ConnectionsApi.Map(routes);
        Inventory.Web.InventoryApi.Map(routes);
        Evidence.Web.EvidenceApi.Map(routes);
        Audits.Web.AuditsApi.Map(routes);
        routes.MapOpenApi("/v1/openapi.json").Needs(Right.SignedIn);
        // To a stranger the API says the same about what is there and what is not.
        routes.MapFallback("/v1/{**rest}", RefuseUnknown).Needs(Right.SignedIn);
        routes.MapFallback(RefuseUnknown).Needs(Right.None);
    }

    private static void RefuseUnknown() => throw new RefusedException("NOT_FOUND");

    /// <summary>A route about which nobody decided who may call it does not start.</summary>
    public static void RefuseUndecided(IEndpointRouteBuilder routes)
    {
        var undecided = routes.DataSources.SelectMany(source => source.Endpoints).Where(endpoint => endpoint.Metadata.GetMetadata<NeedsRight>() is null).ToArray();
        if (undecided.Length > 0)
            throw new InvalidOperationException($"Nobody decided who may call {string.Join(", ", undecided.Select(endpoint => endpoint.DisplayName))}.");
    }
}
