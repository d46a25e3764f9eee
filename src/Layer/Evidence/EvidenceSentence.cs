using Layer.Evidence.Frameworks;

namespace Layer.Evidence;

/// <summary>What people read of a record, the same in terminal and browser.</summary>
internal static class EvidenceSentence
{
    /// <summary>What a record of a type states.</summary>
    public static string Of(string type) => type == EvidenceType.RoleAssignments
        ? "Every role assignment Azure returned for this subscription, with what each role allows."
        : "Every resource group Azure returned for this subscription.";

    /// <summary>What asks Azure the same today. A path without a host goes to the cloud az is signed in to.</summary>
    public static string PerformAgain(string type, string subscription) => type == EvidenceType.RoleAssignments
        ? $"az rest --method get --url \"/subscriptions/{subscription}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01\" --query \"length(value)\""
        : $"az rest --method get --url \"/subscriptions/{subscription}/resourcegroups?api-version=2022-09-01\" --query \"length(value)\"";
}
