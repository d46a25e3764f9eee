using Layer.Azure.Lists;
using Layer.Evidence.Collecting;

namespace Layer.Azure.Permissions;

/// <summary>Azure's own account of what the caller may do at subscription scope.</summary>
// https://learn.microsoft.com/rest/api/authorization/permissions/list-for-resource-group documents the group's form; the subscription's
// is the same without the group, and some servers lack it.
internal static class OwnPermissions
{
    public const string Action = "Microsoft.Authorization/permissions/read";

    public static ArmList List(CloudEndpoints cloud, Guid subscription) => new(
        "permissions", UrlTemplate.Permissions, "2022-04-01", null,
        new Uri(cloud.Arm, $"/subscriptions/{subscription}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01"), Action);

    /// <summary>The server does not tell, and says so; the rights are computed from role definitions instead.</summary>
    public static bool IsUntold(int status) => status is 403 or 404 or 405;
}
