using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator;

/// <summary>Fills a tenant. Names must be declared before they are granted anything.</summary>
public sealed class TenantBuilder
{
    private readonly World _world;
    private readonly Tenant _tenant;

    internal TenantBuilder(World world, Tenant tenant) => (_world, _tenant) = (world, tenant);

    /// <summary>An app registration with its service principal.</summary>
    public TenantBuilder App(string name, Action<AppBuilder>? build = null)
    {
        var principal = Add(name, PrincipalKind.ServicePrincipal, p => p with { AppId = StableId.From("client", _tenant.Name, name) });
        var app = new App(principal.AppId!.Value, StableId.From("application", _tenant.Name, name), _tenant.Id, name) { ServicePrincipalId = principal.Id };
        var builder = new AppBuilder(app);
        build?.Invoke(builder);
        if (builder.App.ServicePrincipalId is null)
            _world.Change(() => _world.Store.Principals.Remove(principal.Id));
        _world.Change(() => _world.Store.Apps[app.ClientId] = builder.App);
        return this;
    }

    /// <summary>A person.</summary>
    public TenantBuilder User(string name) => With(name, PrincipalKind.User, p => p with { UserPrincipalName = $"{name}@{_tenant.Domain}", UserType = "Member" });

    /// <summary>A person of another directory who was invited into this one.</summary>
    public TenantBuilder Guest(string name) =>
        With(name, PrincipalKind.User, p => p with { UserPrincipalName = $"{name}_partner.example#EXT#@{_tenant.Domain}", UserType = "Guest" });

    /// <summary>A person who is gone; grants to this name stay behind.</summary>
    public TenantBuilder DeletedUser(string name) => With(name, PrincipalKind.User, p => p with { Deleted = true, UserType = "Member" });

    /// <summary>A managed identity.</summary>
    public TenantBuilder ManagedIdentity(string name) =>
        With(name, PrincipalKind.ManagedIdentity, p => p with { AppId = StableId.From("client", _tenant.Name, name) });

    /// <summary>A service principal whose app lives in another tenant.</summary>
    public TenantBuilder ServicePrincipal(string name) =>
        With(name, PrincipalKind.ServicePrincipal, p => p with { AppId = StableId.From("client", _tenant.Name, name) });

    /// <summary>A partner's group.</summary>
    public TenantBuilder ForeignGroup(string name) => With(name, PrincipalKind.ForeignGroup);

    /// <summary>A group; members by name, groups included.</summary>
    public TenantBuilder Group(string name, params string[] members)
    {
        var group = Add(name, PrincipalKind.Group, p => p);
        _world.Change(() => _world.Store.Members[group.Id] = [.. members.Select(m => _world.Principal(m).Id)]);
        return this;
    }

    /// <summary>A management group under another one, or under the tenant's root group.</summary>
    public TenantBuilder ManagementGroup(string name, string? under = null)
    {
        var parent = under ?? _tenant.Id.ToString();
        _world.Change(() => _world.Store.ManagementGroups[name] = new ManagementGroup(_tenant.Id, name, name, parent));
        return this;
    }

    /// <summary>A custom role, assignable where given: scopes as ARM writes them, or names as <see cref="World.Scope"/> reads them.</summary>
    public TenantBuilder CustomRole(string name, IEnumerable<string> actions, IEnumerable<string> assignableScopes, IEnumerable<string>? notActions = null)
    {
        var id = StableId.From("role", _tenant.Name, name);
        _world.Put(new RoleDefinition(id, _tenant.Id, name, "CustomRole", "")
        {
            AssignableScopes = [.. assignableScopes.Select(_world.Scope)],
            Permissions = [new RolePermission([.. actions], [.. notActions ?? []], [], [])],
            CreatedOn = new DateTimeOffset(2025, 2, 1, 9, 30, 0, TimeSpan.Zero),
            UpdatedOn = new DateTimeOffset(2025, 2, 1, 9, 30, 0, TimeSpan.Zero),
            CreatedBy = StableId.From("principal", _tenant.Name, "administrator").ToString(),
        });
        return this;
    }

    /// <summary>A subscription.</summary>
    public TenantBuilder Subscription(string name, Action<SubscriptionBuilder>? build = null)
    {
        var subscription = new Subscription(StableId.From("subscription", _tenant.Name, name), _tenant.Id, name, "Enabled", _tenant.Id.ToString());
        _world.Change(() =>
        {
            _world.Store.Subscriptions[subscription.Id] = subscription;
            _world.Store.ResourceGroups[subscription.Id] = [];
        });
        build?.Invoke(new SubscriptionBuilder(_world, subscription));
        return this;
    }

    /// <summary>A grant at any scope of this tenant: "/", a management group, …</summary>
    public TenantBuilder Grant(string scope, string role, string principal, Func<RoleAssignment, RoleAssignment>? with = null)
    {
        _world.Grant(scope, role, principal, with);
        return this;
    }

    /// <summary>The cloud it lives in: AzureCloud, AzureUSGovernment, AzureChinaCloud.</summary>
    public TenantBuilder Cloud(string name)
    {
        _world.Change(() => _world.Store.Tenants[_tenant.Id] = _world.Store.Tenants[_tenant.Id] with { Cloud = name });
        return this;
    }

    private TenantBuilder With(string name, PrincipalKind kind, Func<Principal, Principal>? with = null)
    {
        Add(name, kind, with ?? (p => p));
        return this;
    }

    private Principal Add(string name, PrincipalKind kind, Func<Principal, Principal> with) => _world.Change(() =>
    {
        var principal = with(new Principal(StableId.From("principal", _tenant.Name, name), _tenant.Id, name, kind));
        return _world.Store.Principals[principal.Id] = principal;
    });
}
