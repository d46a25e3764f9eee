namespace Layer.AzureEmulator.Arm;

/// <summary>Which call a path is, and the scope it asks about.</summary>
internal static class ArmRoute
{
    public static AzureCall Of(Exchange exchange)
    {
        if (exchange.Tail(0, "metadata", "endpoints"))
            return AzureCall.CloudMetadata;
        if (exchange.Method is not ("GET" or "HEAD"))
            return AzureCall.Other;
        if (exchange.Tail(0, "subscriptions"))
            return AzureCall.ListSubscriptions;
        if (exchange.Tail(0, "subscriptions", "*"))
            return exchange.Header("Authorization") is null ? AzureCall.DiscoverTenant : AzureCall.GetSubscription;
        if (exchange.Tail(0, "subscriptions", "*", "resourcegroups"))
            return AzureCall.ListResourceGroups;
        if (exchange.Tail(0, "subscriptions", "*", "resourcegroups", "*"))
            return AzureCall.GetResourceGroup;
        if (exchange.Tail(0, "providers", "Microsoft.Management", "managementGroups", "*"))
            return AzureCall.GetManagementGroup;
        var at = AuthorizationAt(exchange);
        return at < 0 ? AzureCall.Other : Authorization(exchange, at);
    }

    /// <summary>The scope before /providers/Microsoft.Authorization, "/" at the root.</summary>
    public static string Scope(Exchange exchange)
    {
        var at = AuthorizationAt(exchange);
        return at <= 0 ? "/" : "/" + string.Join('/', exchange.Segments.Take(at));
    }

    private static AzureCall Authorization(Exchange exchange, int at)
    {
        var filter = exchange.Query("$filter") ?? "";
        if (exchange.Tail(at + 2, "roleAssignments"))
            return filter.Contains("assignedTo", StringComparison.OrdinalIgnoreCase) || filter.Contains("principalId", StringComparison.OrdinalIgnoreCase)
                ? AzureCall.ListOwnRoleAssignments : AzureCall.ListRoleAssignments;
        if (exchange.Tail(at + 2, "roleAssignments", "*"))
            return AzureCall.GetRoleAssignment;
        if (exchange.Tail(at + 2, "roleDefinitions"))
            return filter.Contains("CustomRole", StringComparison.OrdinalIgnoreCase) ? AzureCall.ListCustomRoleDefinitions : AzureCall.ListRoleDefinitions;
        if (exchange.Tail(at + 2, "roleDefinitions", "*"))
            return AzureCall.GetRoleDefinition;
        return exchange.Tail(at + 2, "permissions") ? AzureCall.ListPermissions : AzureCall.Other;
    }

    private static int AuthorizationAt(Exchange exchange)
    {
        for (var i = exchange.Segments.Length - 3; i >= 0; i--)
            if (exchange.Is(i, "providers") && exchange.Is(i + 1, "Microsoft.Authorization"))
                return i;
        return -1;
    }
}
