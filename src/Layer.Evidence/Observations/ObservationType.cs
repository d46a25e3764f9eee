namespace Layer.Evidence.Observations;

/// <summary>The names of observation types, version 1 (docs/evidence-format.md §2).</summary>
public static class ObservationType
{
    /// <summary>The subscription itself.</summary>
    public const string Subscription = "azure.subscription";

    /// <summary>One resource group.</summary>
    public const string ResourceGroup = "azure.resourceGroup";

    /// <summary>One role assignment that applies in the subscription, inherited ones included.</summary>
    public const string RoleAssignment = "azure.roleAssignment";

    /// <summary>One role definition in use.</summary>
    public const string RoleDefinition = "azure.roleDefinition";

    /// <summary>What one app registration can see on one day.</summary>
    public const string VisibleSubscriptions = "azure.visibleSubscriptions";
}
