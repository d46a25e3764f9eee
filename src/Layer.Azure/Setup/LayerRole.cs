namespace Layer.Azure.Setup;

/// <summary>The smallest role Layer works with. One definition serves all subscriptions of a tenant: custom role names are unique there.</summary>
internal static class LayerRole
{
    public const string Name = "Axiom Layer Reader";
    public const string Description = "Read subscriptions, resource groups and access control (IAM). Nothing else.";

    /// <summary>Read when it is there; without it the record says how the right was proven instead.</summary>
    public const string OptionalAction = "Microsoft.Authorization/permissions/read";

    public static IReadOnlyList<string> Actions { get; } =
    [
        "Microsoft.Resources/subscriptions/read",
        "Microsoft.Resources/subscriptions/resourceGroups/read",
        "Microsoft.Authorization/roleAssignments/read",
        "Microsoft.Authorization/roleDefinitions/read",
        OptionalAction,
    ];
}
