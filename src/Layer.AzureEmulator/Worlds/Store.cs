namespace Layer.AzureEmulator.Worlds;

/// <summary>The rows of a world. Whoever reads or writes holds the world's gate.</summary>
internal sealed class Store
{
    public readonly Dictionary<Guid, Tenant> Tenants = [];
    public readonly Dictionary<Guid, App> Apps = [];
    public readonly Dictionary<Guid, Principal> Principals = [];
    public readonly Dictionary<Guid, HashSet<Guid>> Members = [];
    public readonly Dictionary<string, ManagementGroup> ManagementGroups = new(StringComparer.OrdinalIgnoreCase);
    public readonly Dictionary<Guid, Subscription> Subscriptions = [];
    public readonly Dictionary<Guid, List<ResourceGroup>> ResourceGroups = [];
    public readonly Dictionary<Guid, RoleDefinition> CustomRoles = [];
    public readonly Dictionary<Guid, RoleAssignment> Assignments = [];

    // Assignments by where they live, so that the list of one subscription does not read those of the others.
    private readonly Dictionary<string, List<Guid>> _assignmentsByPlace = new(StringComparer.OrdinalIgnoreCase);

    public RoleDefinition? FindRole(Guid id) => BuiltInRoles.Find(id) ?? CustomRoles.GetValueOrDefault(id);

    public void Put(RoleAssignment assignment)
    {
        var isNew = !Assignments.ContainsKey(assignment.Name);
        Assignments[assignment.Name] = assignment;
        if (!isNew)
            return;
        var place = Place(assignment.TenantId, assignment.Scope);
        if (!_assignmentsByPlace.TryGetValue(place, out var names))
            _assignmentsByPlace[place] = names = [];
        names.Add(assignment.Name);
    }

    public void Remove(RoleAssignment assignment)
    {
        if (Assignments.Remove(assignment.Name))
            _assignmentsByPlace[Place(assignment.TenantId, assignment.Scope)].Remove(assignment.Name);
    }

    /// <summary>Everything at or below a subscription, then its management groups upwards, then the root.</summary>
    public IEnumerable<RoleAssignment> AssignmentsSeenFrom(Subscription subscription) =>
        At(Place(subscription.TenantId, subscription.Scope))
            .Concat(AssignmentsAbove(subscription.TenantId, subscription.ManagementGroup));

    /// <summary>Those of a management group and its ancestors, then the root's.</summary>
    public IEnumerable<RoleAssignment> AssignmentsAbove(Guid tenant, string managementGroup)
    {
        for (var group = ManagementGroups.GetValueOrDefault(managementGroup); group is not null;
            group = group.Parent is { } parent ? ManagementGroups.GetValueOrDefault(parent) : null)
            foreach (var assignment in At(Place(tenant, group.Id)))
                yield return assignment;
        foreach (var assignment in At(Place(tenant, "/")))
            yield return assignment;
    }

    public IEnumerable<string> Ancestors(string managementGroup)
    {
        for (var group = ManagementGroups.GetValueOrDefault(managementGroup); group is not null;
            group = group.Parent is { } parent ? ManagementGroups.GetValueOrDefault(parent) : null)
            yield return group.Id;
    }

    /// <summary>The principal and every group it is in, directly or through other groups.</summary>
    public HashSet<Guid> WithGroups(Guid principal)
    {
        var found = new HashSet<Guid> { principal };
        for (var grown = true; grown;)
        {
            grown = false;
            foreach (var (group, members) in Members)
                if (!found.Contains(group) && members.Overlaps(found))
                    grown = found.Add(group);
        }
        return found;
    }

    private IEnumerable<RoleAssignment> At(string place) =>
        _assignmentsByPlace.TryGetValue(place, out var names) ? names.Select(n => Assignments[n]) : [];

    private static string Place(Guid tenant, string scope) =>
        Scope.Subscription(scope) is { } subscription ? subscription.ToString() : $"{tenant}{scope}";
}
