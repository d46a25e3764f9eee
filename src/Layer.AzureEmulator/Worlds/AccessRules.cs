namespace Layer.AzureEmulator.Worlds;

/// <summary>Who may do what: Azure RBAC over the rows of a world (wildcards, notActions, inheritance, groups in groups).</summary>
internal sealed class AccessRules(Store store, DateTimeOffset now)
{
    public bool Allows(Guid principal, Subscription subscription, string action, string? scope = null) =>
        Effective(principal, subscription, scope ?? subscription.Scope).Any(r => r.Permissions.Any(p => p.Allows(action)));

    /// <summary>The roles that reach a scope inside the subscription, one per assignment.</summary>
    public IEnumerable<RoleDefinition> Effective(Guid principal, Subscription subscription, string scope) =>
        Grants(principal, store.AssignmentsSeenFrom(subscription))
            .Where(a => Scope.IsManagementGroup(a.Scope) || Scope.Contains(a.Scope, scope))
            .Select(a => a.RoleId)
            .Concat(Delegated(principal, subscription))
            .Select(store.FindRole)
            .OfType<RoleDefinition>();

    public bool AllowsOnManagementGroup(Guid principal, ManagementGroup group, string action) =>
        Grants(principal, store.AssignmentsAbove(group.TenantId, group.Name))
            .Any(a => store.FindRole(a.RoleId)?.Permissions.Any(p => p.Allows(action)) == true);

    /// <summary>True when any grant at, above or below the subscription reaches it: that is enough to be listed.</summary>
    public bool Sees(Guid principal, Subscription subscription) =>
        Grants(principal, store.AssignmentsSeenFrom(subscription)).Any() || Delegated(principal, subscription).Any();

    /// <summary>Scopes below the subscription where the principal may do this.</summary>
    public List<string> ScopesAllowing(Guid principal, Subscription subscription, string action) =>
        [.. Grants(principal, store.AssignmentsSeenFrom(subscription))
            .Where(a => store.FindRole(a.RoleId)?.Permissions.Any(p => p.Allows(action)) == true)
            .Select(a => Scope.IsManagementGroup(a.Scope) ? "/" : a.Scope)];

    private static IEnumerable<Guid> Delegated(Guid principal, Subscription subscription) =>
        subscription.Delegations.Where(d => d.PrincipalId == principal).Select(d => d.RoleId);

    private IEnumerable<RoleAssignment> Grants(Guid principal, IEnumerable<RoleAssignment> assignments)
    {
        var holders = store.WithGroups(principal);
        return assignments.Where(a => holders.Contains(a.PrincipalId) && a.EffectiveFrom <= now);
    }
}
