namespace Layer.AzureEmulator.Worlds;

/// <summary>Arithmetic of ARM scopes: they are paths, compared without regard to case (azure-wire §3.1).</summary>
internal static class Scope
{
    /// <summary>True when the inner scope is the outer one or lies below it by its path alone. Management groups have no path to their children.</summary>
    public static bool Contains(string outer, string inner) =>
        outer == "/" ||
        inner.StartsWith(outer, StringComparison.OrdinalIgnoreCase) && (inner.Length == outer.Length || inner[outer.Length] == '/');

    public static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    public static bool IsManagementGroup(string scope) =>
        scope.StartsWith("/providers/Microsoft.Management/managementGroups/", StringComparison.OrdinalIgnoreCase);

    /// <summary>The subscription a scope belongs to, or null at a management group or the root.</summary>
    public static Guid? Subscription(string scope)
    {
        const string Prefix = "/subscriptions/";
        return scope.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && scope.Length >= Prefix.Length + 36 &&
            Guid.TryParse(scope.AsSpan(Prefix.Length, 36), out var id) ? id : null;
    }
}
