using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator;

/// <summary>Fills a subscription.</summary>
public sealed class SubscriptionBuilder
{
    private readonly World _world;
    private Subscription _subscription;

    internal SubscriptionBuilder(World world, Subscription subscription) => (_world, _subscription) = (world, subscription);

    /// <summary>The ARM id of the subscription.</summary>
    public string Scope => _subscription.Scope;

    /// <summary>Puts it under a management group.</summary>
    public SubscriptionBuilder Under(string managementGroup) => With(s => s with { ManagementGroup = _world.ManagementGroup(managementGroup).Name });

    /// <summary>Enabled, Warned, PastDue, Disabled, Deleted.</summary>
    public SubscriptionBuilder State(string state) => With(s => s with { State = state });

    /// <summary>Adds a tag.</summary>
    public SubscriptionBuilder Tag(string name, string value) =>
        With(s => s with { Tags = new Dictionary<string, string>(s.Tags ?? new Dictionary<string, string>()) { [name] = value } });

    /// <summary>A managing tenant (Lighthouse).</summary>
    public SubscriptionBuilder ManagedBy(Guid tenant) => With(s => s with { ManagedByTenants = [.. s.ManagedByTenants, tenant] });

    /// <summary>Delegates a role to a principal of another tenant (Lighthouse).</summary>
    public SubscriptionBuilder Delegate(string role, string principal)
    {
        var to = _world.Principal(principal);
        return ManagedBy(to.TenantId).With(s => s with { Delegations = [.. s.Delegations, new Delegation(to.TenantId, to.Id, _world.Role(role).Id)] });
    }

    /// <summary>A grant on the subscription; principal by name.</summary>
    public SubscriptionBuilder Grant(string role, string principal, Func<RoleAssignment, RoleAssignment>? with = null)
    {
        _world.Grant(Scope, role, principal, with);
        return this;
    }

    /// <summary>A resource group.</summary>
    public SubscriptionBuilder ResourceGroup(
        string name, string location = "westeurope", Func<ResourceGroup, ResourceGroup>? with = null, params (string Role, string Principal)[] grants)
    {
        var group = new ResourceGroup(_subscription.Id, name, location);
        group = _world.Put(with?.Invoke(group) ?? group);
        foreach (var (role, principal) in grants)
            _world.Grant(group.Id, role, principal);
        return this;
    }

    /// <summary>A custom role assignable on this subscription.</summary>
    public SubscriptionBuilder CustomRole(string name, params string[] actions)
    {
        _world.Tenant(_world.Store.Tenants[_subscription.TenantId].Name, t => t.CustomRole(name, actions, [Scope]));
        return this;
    }

    private SubscriptionBuilder With(Func<Subscription, Subscription> change)
    {
        _subscription = _world.Change(_subscription, change);
        return this;
    }
}
