namespace Layer.Azure.RoleAssignments;

/// <summary>Where a scope lies, from its ARM id.</summary>
internal static class ScopeLevel
{
    public const string Root = "root";
    public const string ManagementGroup = "managementGroup";
    public const string Subscription = "subscription";
    public const string ResourceGroup = "resourceGroup";
    public const string Resource = "resource";

    /// <param name="lowerScope">In lower case.</param>
    public static string Of(string lowerScope)
    {
        if (lowerScope == "/")
            return Root;
        var parts = lowerScope.Count('/');
        if (lowerScope.StartsWith("/providers/microsoft.management/managementgroups/", StringComparison.Ordinal))
            return parts == 4 ? ManagementGroup : Resource;
        if (!lowerScope.StartsWith("/subscriptions/", StringComparison.Ordinal))
            return Resource;
        return parts switch
        {
            2 => Subscription,
            4 when lowerScope.Contains("/resourcegroups/", StringComparison.Ordinal) => ResourceGroup,
            _ => Resource,
        };
    }

    /// <summary>Whether a grant there reaches the whole subscription.</summary>
    public static bool CoversSubscription(string level) => level is Root or ManagementGroup or Subscription;
}
