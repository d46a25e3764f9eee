using Layer.AzureEmulator.Entra;
using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator.Graph;

/// <summary>Which application permission opens what (azure-wire §7).</summary>
internal static class DirectoryRights
{
    public static bool MayReadAll(Caller caller) => Has(caller, "Directory.Read.All");

    public static bool MayReadAny(Caller caller) =>
        MayReadAll(caller) || Has(caller, "User.Read.All") || MayReadGroups(caller) || MayReadApps(caller);

    public static bool MayReadApps(Caller caller) => MayReadAll(caller) || Has(caller, "Application.Read.All");

    public static bool MayReadApp(Caller caller, App app) =>
        MayReadApps(caller) || Has(caller, "Application.ReadWrite.OwnedBy") && app.ClientId == caller.ClientId;

    public static bool MayRead(Caller caller, Principal principal) => MayReadAll(caller) || principal.Kind switch
    {
        PrincipalKind.User => Has(caller, "User.Read.All"),
        PrincipalKind.Group or PrincipalKind.ForeignGroup => MayReadGroups(caller),
        PrincipalKind.ServicePrincipal or PrincipalKind.ManagedIdentity => Has(caller, "Application.Read.All"),
        _ => false,
    };

    private static bool MayReadGroups(Caller caller) => Has(caller, "Group.Read.All") || Has(caller, "GroupMember.Read.All");

    private static bool Has(Caller caller, string permission) => caller.Roles.Contains(permission, StringComparer.Ordinal);
}
