namespace Layer.AzureEmulator.Faults;

/// <summary>The action each call needs, for texts of 403 (azure-wire §4).</summary>
internal static class FaultAction
{
    public static string Of(AzureCall call) => call switch
    {
        AzureCall.ListResourceGroups or AzureCall.GetResourceGroup => "Microsoft.Resources/subscriptions/resourcegroups/read",
        AzureCall.ListRoleAssignments or AzureCall.ListOwnRoleAssignments or AzureCall.GetRoleAssignment => "Microsoft.Authorization/roleAssignments/read",
        AzureCall.ListRoleDefinitions or AzureCall.ListCustomRoleDefinitions or AzureCall.GetRoleDefinition => "Microsoft.Authorization/roleDefinitions/read",
        AzureCall.ListPermissions => "Microsoft.Authorization/permissions/read",
        AzureCall.GetManagementGroup => "Microsoft.Management/managementGroups/read",
        _ => "Microsoft.Resources/subscriptions/read",
    };
}
