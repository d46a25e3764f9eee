namespace Layer.AzureEmulator.Worlds;

/// <summary>One permission block of a role.</summary>
public sealed record RolePermission(
    IReadOnlyList<string> Actions, IReadOnlyList<string> NotActions, IReadOnlyList<string> DataActions, IReadOnlyList<string> NotDataActions);

/// <summary>A role definition; <c>TenantId</c> is null for Microsoft's own.</summary>
public sealed record RoleDefinition(Guid Id, Guid? TenantId, string Name, string Type, string Description)
{
    /// <summary>Where it can be assigned.</summary>
    public IReadOnlyList<string> AssignableScopes { get; init; } = ["/"];

    /// <summary>What it allows.</summary>
    public IReadOnlyList<RolePermission> Permissions { get; init; } = [];

    /// <summary>UTC.</summary>
    public DateTimeOffset CreatedOn { get; init; }

    /// <summary>UTC.</summary>
    public DateTimeOffset UpdatedOn { get; init; }

    /// <summary>Object id, or null for built-in roles.</summary>
    public string? CreatedBy { get; init; }
}

/// <summary>A role assignment as stored; the answer prefixes the role id with the queried subscription (azure-wire §3.4).</summary>
public sealed record RoleAssignment(Guid Name, Guid TenantId, string Scope, Guid RoleId, Guid PrincipalId, string PrincipalType)
{
    /// <summary>ABAC expression, or null.</summary>
    public string? Condition { get; init; }

    /// <summary>"2.0" with a condition, else null.</summary>
    public string? ConditionVersion { get; init; }

    /// <summary>Free text, or null.</summary>
    public string? Description { get; init; }

    /// <summary>For delegated managed identities, or null.</summary>
    public string? DelegatedManagedIdentityResourceId { get; init; }

    /// <summary>UTC.</summary>
    public DateTimeOffset CreatedOn { get; init; }

    /// <summary>UTC.</summary>
    public DateTimeOffset UpdatedOn { get; init; }

    /// <summary>Object id, null or an empty string: all three occur.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>Object id, null or an empty string.</summary>
    public string? UpdatedBy { get; init; }

    /// <summary>UTC; before it the grant is listed but gives no right: Azure takes up to ten minutes (azure-wire §6).</summary>
    public DateTimeOffset EffectiveFrom { get; init; }

    /// <summary>The ARM id; at the root it has no prefix.</summary>
    public string Id => $"{(Scope == "/" ? "" : Scope)}/providers/Microsoft.Authorization/roleAssignments/{Name}";
}
