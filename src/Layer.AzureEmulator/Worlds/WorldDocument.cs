namespace Layer.AzureEmulator.Worlds;

/// <summary>The form of a world file. Absent lists are empty.</summary>
internal sealed record WorldDocument(IReadOnlyList<TenantDocument> Tenants, bool RefusesListsSilently = false, bool GroupRoleReadsSubscription = false);

internal sealed record AppDocument(
    string Name, IReadOnlyList<SecretDocument>? Secrets, IReadOnlyList<string>? GraphPermissions, bool Enabled = true, bool ServicePrincipal = true);

internal sealed record SecretDocument(string? Value, DateTimeOffset? Expires);

internal sealed record GroupDocument(string Name, IReadOnlyList<string>? Members);

internal sealed record ManagementGroupDocument(string Name, string? Under);

internal sealed record RoleDocument(
    string Name, IReadOnlyList<string> Actions, IReadOnlyList<string> AssignableScopes, IReadOnlyList<string>? NotActions);

internal sealed record ResourceGroupDocument(
    string Name, Dictionary<string, string>? Tags, string? ManagedBy, string Location = "westeurope", string State = "Succeeded");

internal sealed record SubscriptionDocument(
    string Name, string? Under, Dictionary<string, string>? Tags, IReadOnlyList<ResourceGroupDocument>? ResourceGroups, string State = "Enabled");

internal sealed record AssignmentDocument(string Scope, string Role, string Principal, string? Condition, string? Description);

internal sealed record TenantDocument(
    string Name,
    IReadOnlyList<AppDocument>? Apps,
    IReadOnlyList<string>? Users,
    IReadOnlyList<string>? Guests,
    IReadOnlyList<string>? DeletedUsers,
    IReadOnlyList<string>? ServicePrincipals,
    IReadOnlyList<string>? ManagedIdentities,
    IReadOnlyList<string>? ForeignGroups,
    IReadOnlyList<GroupDocument>? Groups,
    IReadOnlyList<ManagementGroupDocument>? ManagementGroups,
    IReadOnlyList<SubscriptionDocument>? Subscriptions,
    IReadOnlyList<RoleDocument>? CustomRoles,
    IReadOnlyList<AssignmentDocument>? Assignments,
    string Cloud = "AzureCloud")
{
    public void Build(TenantBuilder tenant)
    {
        tenant.Cloud(Cloud);
        foreach (var app in Apps ?? [])
            tenant.App(app.Name, a => Build(a, app));
        Each(Users, tenant.User);
        Each(Guests, tenant.Guest);
        Each(DeletedUsers, tenant.DeletedUser);
        Each(ServicePrincipals, tenant.ServicePrincipal);
        Each(ManagedIdentities, tenant.ManagedIdentity);
        Each(ForeignGroups, tenant.ForeignGroup);
        foreach (var group in Groups ?? [])
            tenant.Group(group.Name, [.. group.Members ?? []]);
        foreach (var group in ManagementGroups ?? [])
            tenant.ManagementGroup(group.Name, group.Under);
        foreach (var subscription in Subscriptions ?? [])
            tenant.Subscription(subscription.Name, s => Build(s, subscription));
        foreach (var role in CustomRoles ?? [])
            tenant.CustomRole(role.Name, role.Actions, role.AssignableScopes, role.NotActions);
        foreach (var row in Assignments ?? [])
            tenant.Grant(row.Scope, row.Role, row.Principal, a => a with
            {
                Condition = row.Condition,
                ConditionVersion = row.Condition is null ? null : "2.0",
                Description = row.Description,
            });
    }

    private static void Build(AppBuilder builder, AppDocument app)
    {
        foreach (var secret in app.Secrets ?? [new SecretDocument(null, null)])
            builder.Secret(secret.Value, secret.Expires);
        builder.GraphPermissions([.. app.GraphPermissions ?? []]);
        if (!app.Enabled)
            builder.Disabled();
        if (!app.ServicePrincipal)
            builder.WithoutServicePrincipal();
    }

    private static void Build(SubscriptionBuilder builder, SubscriptionDocument subscription)
    {
        builder.State(subscription.State);
        if (subscription.Under is { } under)
            builder.Under(under);
        foreach (var (name, value) in subscription.Tags ?? [])
            builder.Tag(name, value);
        foreach (var group in subscription.ResourceGroups ?? [])
            builder.ResourceGroup(group.Name, group.Location, g => g with { Tags = group.Tags, ManagedBy = group.ManagedBy, ProvisioningState = group.State });
    }

    private static void Each(IReadOnlyList<string>? names, Func<string, TenantBuilder> add)
    {
        foreach (var name in names ?? [])
            add(name);
    }
}
