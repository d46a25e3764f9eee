using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator;

/// <content>What may happen to a world while it is being served.</content>
public sealed partial class World
{
    private static readonly DateTimeOffset Beginning = new(2025, 3, 1, 8, 0, 0, TimeSpan.Zero);

    /// <summary>Gives a role at a scope; the same grant again changes nothing. All by name (<see cref="Scope"/>).</summary>
    public RoleAssignment Grant(string scope, string role, string principal, Func<RoleAssignment, RoleAssignment>? with = null)
    {
        lock (Gate)
            return Grant(Scope(scope), Role(role), Principal(principal), with);
    }

    /// <summary>Removes one assignment. Throws when it is not there.</summary>
    public void Remove(RoleAssignment assignment) => Change(() =>
        _store.Remove(_store.Assignments.TryGetValue(assignment.Name, out var stored) ? stored
            : throw new KeyNotFoundException($"The world has no role assignment {assignment.Name}.")));

    /// <summary>Removes every assignment a principal holds directly; says how many there were.</summary>
    public int RemoveGrants(string principal) => Change(() =>
    {
        var id = Principal(principal).Id;
        var held = _store.Assignments.Values.Where(a => a.PrincipalId == id).ToList();
        held.ForEach(_store.Remove);
        return held.Count;
    });

    /// <summary>Replaces one assignment by a changed one of the same name and scope.</summary>
    public RoleAssignment Change(RoleAssignment assignment, Func<RoleAssignment, RoleAssignment> change) => Change(() =>
    {
        var changed = change(_store.Assignments[assignment.Name]) with { UpdatedOn = Now(assignment.Name) };
        _store.Put(changed);
        return changed;
    });

    /// <summary>Adds or replaces a resource group.</summary>
    public ResourceGroup Put(ResourceGroup group) => Change(() =>
    {
        var groups = _store.ResourceGroups[group.SubscriptionId];
        var index = groups.FindIndex(g => Worlds.Scope.Same(g.Name, group.Name));
        if (index < 0)
            groups.Add(group);
        else
            groups[index] = group;
        return group;
    });

    /// <summary>Removes a resource group and every assignment at or below it.</summary>
    public void Remove(ResourceGroup group) => Change(() =>
    {
        _store.ResourceGroups[group.SubscriptionId].RemoveAll(g => Worlds.Scope.Same(g.Name, group.Name));
        foreach (var gone in _store.Assignments.Values.Where(a => a.Scope != "/" && Worlds.Scope.Contains(group.Id, a.Scope)).ToList())
            _store.Remove(gone);
    });

    /// <summary>Replaces a subscription: state, name, tags, management group.</summary>
    public Subscription Change(Subscription subscription, Func<Subscription, Subscription> change) => Change(() =>
        _store.Subscriptions[subscription.Id] = change(_store.Subscriptions[subscription.Id]));

    /// <summary>Deletes a subscription: it answers 404 from now on.</summary>
    public void Remove(Subscription subscription) => Change(() => _store.Subscriptions.Remove(subscription.Id));

    /// <summary>Moves a subscription to another tenant, which deletes all its assignments (azure-wire §6).</summary>
    public void Move(Subscription subscription, string toTenant) => Change(() =>
    {
        var tenant = Tenant(toTenant);
        foreach (var gone in _store.Assignments.Values.Where(a => Worlds.Scope.Subscription(a.Scope) == subscription.Id).ToList())
            _store.Remove(gone);
        _store.Subscriptions[subscription.Id] =
            _store.Subscriptions[subscription.Id] with { TenantId = tenant.Id, ManagementGroup = tenant.Id.ToString() };
    });

    /// <summary>Adds or replaces a custom role.</summary>
    public RoleDefinition Put(RoleDefinition role) => Change(() => _store.CustomRoles[role.Id] = role);

    /// <summary>Replaces an app registration: secrets, enabled, permissions.</summary>
    public App Change(App app, Func<App, App> change) => Change(() => _store.Apps[app.ClientId] = change(_store.Apps[app.ClientId]));

    /// <summary>Gives an app one more secret; its <c>Secret</c> is the new one from now on.</summary>
    public App AddSecret(App app, string? value = null, DateTimeOffset? expires = null) => Change(app, a => new AppBuilder(a).Secret(value, expires).App);

    /// <summary>Lets every secret of an app end at an instant.</summary>
    public App ExpireSecrets(App app, DateTimeOffset at) =>
        Change(app, a => a with { Secrets = [.. a.Secrets.Select(s => s with { Expires = at })] });

    /// <summary>Makes a group's member of a principal, or no longer one.</summary>
    public void SetMember(string group, string principal, bool member = true) => Change(() =>
    {
        var members = _store.Members[Principal(group).Id];
        return member ? members.Add(Principal(principal).Id) : members.Remove(Principal(principal).Id);
    });

    /// <summary>Replaces a principal: its name, its user principal name, whether it may sign in.</summary>
    public Principal Change(Principal principal, Func<Principal, Principal> change) => Change(() =>
        _store.Principals[principal.Id] = change(_store.Principals[principal.Id]));

    /// <summary>Deletes a principal from the directory; its assignments stay, as they do in Azure.</summary>
    public void Delete(Principal principal) => Change(() =>
    {
        _store.Principals[principal.Id] = _store.Principals[principal.Id] with { Deleted = true };
        foreach (var members in _store.Members.Values)
            members.Remove(principal.Id);
    });

    internal RoleAssignment Grant(string scope, RoleDefinition role, Principal principal, Func<RoleAssignment, RoleAssignment>? with) => Change(() =>
    {
        var name = StableId.From("assignment", principal.TenantId.ToString(), scope, role.Id.ToString(), principal.Id.ToString());
        if (_store.Assignments.TryGetValue(name, out var existing) && with is null)
            return existing;
        var now = Now(name);
        var assignment = new RoleAssignment(name, principal.TenantId, scope, role.Id, principal.Id, principal.Type)
        {
            CreatedOn = now,
            UpdatedOn = now,
            EffectiveFrom = GrantDelay > TimeSpan.Zero ? now + GrantDelay : DateTimeOffset.MinValue,
        };
        assignment = with?.Invoke(assignment) ?? assignment;
        _store.Put(assignment);
        return assignment;
    });

    internal Tenant AddTenant(string name) => Change(() =>
    {
        var tenant = new Tenant(StableId.From("tenant", name), name, name + ".onmicrosoft.com");
        _store.Tenants[tenant.Id] = tenant;
        _store.ManagementGroups[tenant.Id.ToString()] = new ManagementGroup(tenant.Id, tenant.Id.ToString(), "Tenant Root Group", null);
        return tenant;
    });

    internal T Change<T>(Func<T> change)
    {
        lock (Gate)
        {
            var result = change();
            Interlocked.Increment(ref _version);
            return result;
        }
    }

    internal void Change(Action change) => Change(() =>
    {
        change();
        return 0;
    });

    // A world that nobody serves yet has no clock: its past is fixed, and differs from row to row.
    private DateTimeOffset Now(Guid row) =>
        Clock?.GetUtcNow() ?? Beginning.AddTicks(Math.Abs(BitConverter.ToInt64(row.ToByteArray()) % TimeSpan.FromDays(200).Ticks));
}
