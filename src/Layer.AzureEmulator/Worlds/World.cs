using System.Text.RegularExpressions;
using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator;

/// <summary>
/// A made-up Azure: tenants, subscriptions, groups, people, apps and grants. Ids follow from names. Thread safe, and may change while
/// an emulator serves it.
/// </summary>
public sealed partial class World
{
    private readonly Store _store = new();
    private long _version;

    private World()
    {
    }

    /// <summary>An empty world.</summary>
    public static World Create() => new();

    /// <summary>What a principal without the right to a list gets: 403 (false) or 200 with an empty list (true). Azure does both (azure-wire §4).</summary>
    public bool RefusesListsSilently { get; set; }

    /// <summary>True: a role on one resource group lets its holder read the subscription itself. Reports differ (azure-wire §4).</summary>
    public bool GroupRoleReadsSubscription { get; set; }

    /// <summary>True: lists write the GUIDs within their rows' ids in upper case. Azure's ids compare without case, and keep none (azure-wire §3.1).</summary>
    public bool WritesIdsInUpperCase
    {
        get;
        set
        {
            field = value;
            Interlocked.Increment(ref _version);
        }
    }

    /// <summary>How long a grant made from now on gives no right yet (azure-wire §6: up to ten minutes).</summary>
    public TimeSpan GrantDelay { get; set; }

    internal string Written(string id) => WritesIdsInUpperCase ? GuidOfId().Replace(id, guid => guid.Value.ToUpperInvariant()) : id;

    internal Lock Gate { get; } = new();

    internal Store Store => _store;

    internal TimeProvider? Clock { get; set; }

    /// <summary>Grows with every change; answers prepared for an older version are thrown away.</summary>
    internal long Version => Interlocked.Read(ref _version);

    /// <summary>Adds a tenant, or adds to the one of this name.</summary>
    public World Tenant(string name, Action<TenantBuilder> build)
    {
        lock (Gate)
        {
            var tenant = _store.Tenants.Values.FirstOrDefault(t => t.Name == name) ?? AddTenant(name);
            build(new TenantBuilder(this, tenant));
            return this;
        }
    }

    /// <summary>The tenant of this name. Throws when there is none.</summary>
    public Tenant Tenant(string name) => Get(_store.Tenants.Values, t => t.Name == name, "tenant", name);

    /// <summary>The subscription of this name. Throws when there is none.</summary>
    public Subscription Subscription(string name) => Get(_store.Subscriptions.Values, s => s.Name == name, "subscription", name);

    /// <summary>The subscription with this id. Throws when there is none.</summary>
    public Subscription Subscription(Guid id) => Get(_store.Subscriptions.Values, s => s.Id == id, "subscription", id.ToString());

    /// <summary>The app registration of this name. Throws when there is none.</summary>
    public App App(string name) => Get(_store.Apps.Values, a => a.Name == name, "app", name);

    /// <summary>The user, group, service principal or managed identity of this name. Throws when there is none.</summary>
    public Principal Principal(string name) => Get(_store.Principals.Values, p => p.Name == name, "principal", name);

    /// <summary>The resource group of this name. Throws when there is none.</summary>
    public ResourceGroup ResourceGroup(string subscription, string name)
    {
        lock (Gate)
            return Get(_store.ResourceGroups[Subscription(subscription).Id], g => g.Name == name, "resource group", name);
    }

    /// <summary>The management group of this name. Throws when there is none.</summary>
    public ManagementGroup ManagementGroup(string name) =>
        Get(_store.ManagementGroups.Values, g => g.Name == name || g.DisplayName == name, "management group", name);

    /// <summary>The role of this name, Microsoft's or one of this world. Throws when there is none.</summary>
    public RoleDefinition Role(string name)
    {
        lock (Gate)
            return _store.CustomRoles.Values.FirstOrDefault(r => r.Name == name) ?? BuiltInRoles.Find(name)
                ?? throw new KeyNotFoundException($"The world has no role '{name}'.");
    }

    /// <summary>
    /// A scope by names: "production", "production/rg-shop", "landing-zones"; what begins with a slash is taken as it is.
    /// Throws when there is nothing of that name.
    /// </summary>
    public string Scope(string names)
    {
        if (names.StartsWith('/'))
            return names;
        var parts = names.Split('/', 2);
        lock (Gate)
        {
            if (_store.Subscriptions.Values.FirstOrDefault(s => s.Name == parts[0]) is not { } subscription)
                return ManagementGroup(names).Id;
            return parts.Length == 1 ? subscription.Scope : ResourceGroup(subscription.Name, parts[1]).Id;
        }
    }

    /// <summary>All subscriptions.</summary>
    public IReadOnlyList<Subscription> Subscriptions => Copy(_store.Subscriptions.Values);

    /// <summary>All app registrations.</summary>
    public IReadOnlyList<App> Apps => Copy(_store.Apps.Values);

    /// <summary>All resource groups of a subscription.</summary>
    public IReadOnlyList<ResourceGroup> ResourceGroupsOf(string subscription)
    {
        lock (Gate)
            return [.. _store.ResourceGroups[Subscription(subscription).Id]];
    }

    /// <summary>What the unfiltered list of a subscription holds: assignments at, above and below it.</summary>
    public IReadOnlyList<RoleAssignment> AssignmentsOf(string subscription)
    {
        lock (Gate)
            return [.. _store.AssignmentsSeenFrom(Subscription(subscription))];
    }

    /// <summary>The grant of a role to a principal at a scope, all by name, or null.</summary>
    public RoleAssignment? FindAssignment(string scope, string role, string principal)
    {
        lock (Gate)
        {
            var (at, roleId, principalId) = (Scope(scope), Role(role).Id, Principal(principal).Id);
            return _store.Assignments.Values.FirstOrDefault(a =>
                a.PrincipalId == principalId && a.RoleId == roleId && string.Equals(a.Scope, at, StringComparison.OrdinalIgnoreCase));
        }
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex GuidOfId();

    private T Get<T>(IEnumerable<T> rows, Func<T, bool> matches, string kind, string name)
    {
        lock (Gate)
        {
            foreach (var row in rows)
                if (matches(row))
                    return row;
            throw new KeyNotFoundException($"The world has no {kind} '{name}'.");
        }
    }

    private T[] Copy<T>(IEnumerable<T> rows)
    {
        lock (Gate)
            return [.. rows];
    }
}
