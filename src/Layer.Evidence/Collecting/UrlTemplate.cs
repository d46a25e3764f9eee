namespace Layer.Evidence.Collecting;

/// <summary>What exactly was asked of Azure Resource Manager. A manifest names the id; the table is part of docs/evidence-format.md §4 and never changes, it only grows.</summary>
/// <param name="Id">E.g. <c>arm.roleAssignments/1</c>.</param>
/// <param name="Path">The path; <c>{subscription}</c> is the connection's, <c>{id}</c> a reading's <see cref="ListReading.Argument"/>.</param>
/// <param name="ApiVersion">Azure's api-version.</param>
/// <param name="Filter">The $filter; <c>{reader}</c> is the reader's object id; null when none is sent.</param>
public sealed record UrlTemplate(string Id, string Path, string ApiVersion, string? Filter = null)
{
    private const string Authorization = "/subscriptions/{subscription}/providers/Microsoft.Authorization/";

    /// <summary>Id of the subscription itself.</summary>
    public const string Subscription = "arm.subscription/1";

    /// <summary>Id of the list of subscriptions that the reader can see.</summary>
    public const string Subscriptions = "arm.subscriptions/1";

    /// <summary>Id of the list of resource groups.</summary>
    public const string ResourceGroups = "arm.resourceGroups/1";

    /// <summary>Id of the unfiltered list of role assignments: at, above and below the subscription.</summary>
    public const string RoleAssignments = "arm.roleAssignments/1";

    /// <summary>Id of the list of role assignments that reach the reader, directly or through groups.</summary>
    public const string AssignedTo = "arm.roleAssignments.assignedTo/1";

    /// <summary>Id of the list of all role definitions.</summary>
    public const string RoleDefinitions = "arm.roleDefinitions/1";

    /// <summary>Id of the list of custom role definitions.</summary>
    public const string CustomRoleDefinitions = "arm.roleDefinitions.custom/1";

    /// <summary>Id of one role definition, by its GUID.</summary>
    public const string RoleDefinition = "arm.roleDefinition/1";

    /// <summary>Id of the reader's own permissions.</summary>
    public const string Permissions = "arm.permissions/1";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<UrlTemplate> All { get; } =
    [
        new(AssignedTo, Authorization + "roleAssignments", "2022-04-01", "assignedTo('{reader}')"),
        new(CustomRoleDefinitions, Authorization + "roleDefinitions", "2022-04-01", "type eq 'CustomRole'"),
        new(Permissions, Authorization + "permissions", "2022-04-01"),
        new(ResourceGroups, "/subscriptions/{subscription}/resourcegroups", "2022-09-01"),
        new(RoleAssignments, Authorization + "roleAssignments", "2022-04-01"),
        new(RoleDefinition, Authorization + "roleDefinitions/{id}", "2022-04-01"),
        new(RoleDefinitions, Authorization + "roleDefinitions", "2022-04-01"),
        new(Subscription, "/subscriptions/{subscription}", "2022-12-01"),
        new(Subscriptions, "/subscriptions", "2022-12-01"),
    ];

    /// <summary>The template of an id.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public static UrlTemplate Get(string id) =>
        All.FirstOrDefault(t => t.Id == id) ?? throw new KeyNotFoundException($"There is no URL template {id}.");
}
