namespace Layer.AzureEmulator.Worlds;

/// <summary>An Entra tenant. Its id is also the name of its root management group (azure-wire §3.9).</summary>
public sealed record Tenant(Guid Id, string Name, string Domain)
{
    /// <summary>The cloud it lives in, by the name its metadata gives: AzureCloud, AzureUSGovernment, AzureChinaCloud.</summary>
    public string Cloud { get; init; } = "AzureCloud";
}

/// <summary>A management group; <c>Parent</c> is null only for the tenant's root group.</summary>
public sealed record ManagementGroup(Guid TenantId, string Name, string DisplayName, string? Parent)
{
    /// <summary>The ARM id.</summary>
    public string Id => "/providers/Microsoft.Management/managementGroups/" + Name;
}

/// <summary>A subscription. <c>Tags</c> null means that the answer has no tags property at all (azure-wire §3.2).</summary>
public sealed record Subscription(Guid Id, Guid TenantId, string Name, string State, string ManagementGroup)
{
    /// <summary>The ARM id, which is also the scope.</summary>
    public string Scope => "/subscriptions/" + Id;

    /// <summary>Tags in Azure's order, or null.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>Tenants that manage this one by delegation.</summary>
    public IReadOnlyList<Guid> ManagedByTenants { get; init; } = [];

    /// <summary>Roles given to principals of managing tenants (Lighthouse). They give rights and stand in no list (azure-wire §3.4).</summary>
    public IReadOnlyList<Delegation> Delegations { get; init; } = [];

    /// <summary>Azure's word for how the caller may see it.</summary>
    public string AuthorizationSource { get; init; } = "RoleBased";

    /// <summary>The offer.</summary>
    public string QuotaId { get; init; } = "PayAsYouGo_2014-09-01";
}

/// <summary>One role a customer delegated to a principal of another tenant.</summary>
public sealed record Delegation(Guid TenantId, Guid PrincipalId, Guid RoleId);

/// <summary>A resource group. Tags and ManagedBy are absent from the answer when null (azure-wire §3.3).</summary>
public sealed record ResourceGroup(Guid SubscriptionId, string Name, string Location)
{
    /// <summary>The segment of the id as Azure happened to write it: both cases occur (azure-wire §3.1).</summary>
    public string Segment { get; init; } = "resourceGroups";

    /// <summary>Tags in Azure's order, or null.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>The resource that owns the group, or null.</summary>
    public string? ManagedBy { get; init; }

    /// <summary>An open string: Succeeded, Deleting, …</summary>
    public string ProvisioningState { get; init; } = "Succeeded";

    /// <summary>The ARM id in Azure's own case.</summary>
    public string Id => $"/subscriptions/{SubscriptionId}/{Segment}/{Name}";
}

/// <summary>What a principal is in the directory.</summary>
public enum PrincipalKind
{
    /// <summary>A person.</summary>
    User,
    /// <summary>A group of principals, groups included.</summary>
    Group,
    /// <summary>The face of an app registration.</summary>
    ServicePrincipal,
    /// <summary>A managed identity; ARM calls it ServicePrincipal.</summary>
    ManagedIdentity,
    /// <summary>A group of a partner's tenant.</summary>
    ForeignGroup,
    /// <summary>A device.</summary>
    Device,
}

/// <summary>A directory object. A deleted one stays in role assignments with its old type (azure-wire §7).</summary>
public sealed record Principal(Guid Id, Guid TenantId, string Name, PrincipalKind Kind)
{
    /// <summary>Client id, for service principals and managed identities.</summary>
    public Guid? AppId { get; init; }

    /// <summary>For users.</summary>
    public string? UserPrincipalName { get; init; }

    /// <summary>For users: Member or Guest.</summary>
    public string? UserType { get; init; }

    /// <summary>Whether it may sign in. An app's own switch is its registration's; groups have none.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>True: Graph no longer knows it.</summary>
    public bool Deleted { get; init; }

    /// <summary>The word used in role assignments (azure-wire §3.4).</summary>
    public string Type => Kind == PrincipalKind.ManagedIdentity ? nameof(PrincipalKind.ServicePrincipal) : Kind.ToString();
}
