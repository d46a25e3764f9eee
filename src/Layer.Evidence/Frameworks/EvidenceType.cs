namespace Layer.Evidence.Frameworks;

/// <summary>The types of evidence records, version 1 (docs/evidence-format.md §5).</summary>
public static class EvidenceType
{
    /// <summary>Role assignments with the definitions of their roles.</summary>
    public const string RoleAssignments = "azure.rbac-role-assignments";

    /// <summary>Resource groups with their subscription.</summary>
    public const string ResourceGroups = "azure.resource-group-inventory";
}
