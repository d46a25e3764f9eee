using Layer.Evidence.Errors;

namespace Layer.Azure.Errors;

/// <summary>Sign-in worked; a right is missing, or more is held than needed.</summary>
internal static class RightErrors
{
    private const string WhoMayGrant = "You need Owner, User Access Administrator or Role Based Access Control Administrator on the subscription.";

    // ARM 403 AuthorizationFailed on Microsoft.Resources/subscriptions/read, no complete sync before
    public static ErrorEntry NoReader { get; } = new()
    {
        Code = "NO_READER",
        Title = "The app may not read this subscription yet",
        Why = "Layer's app has no role on /subscriptions/{subscriptionId}, or got it minutes ago and it has not spread yet. Azure takes up to 10 minutes for that, sometimes 30.",
        DoThis = [$"Run the command. {WhoMayGrant}", "Wait a few minutes, then try again; with --wait Layer does that for you."],
        Commands = [Commands.GrantReader],
        Link = Portal.AccessControl,
        Kind = FailureKind.RightMissing,
        Persistence = Persistence.Spreading,
        SafeOnConnect = "The credential is correct; only the role is missing. Nothing was saved.",
        SafeOnSync = Safe.SealedStays,
    };

    // The same on a connection that has read before
    public static ErrorEntry ReaderRemoved { get; } = new()
    {
        Code = "READER_REMOVED",
        Title = "The Reader role was removed (last read {lastRead})",
        Why = "Layer could read subscription {subscriptionId} until {lastRead}; now Azure refuses {action}. Someone removed the app's role assignment, or changed the role.",
        DoThis = ["See who did it with the first command.", $"Grant the role again with the second. {WhoMayGrant}"],
        Commands =
        [
            "az monitor activity-log list --subscription {subscriptionId} --offset 7d --query \"[?operationName.value=='Microsoft.Authorization/roleAssignments/delete'].{when:eventTimestamp,who:caller,what:resourceId}\" -o table",
            Commands.GrantReader,
        ],
        Link = Portal.AccessControl,
        Kind = FailureKind.RightMissing,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = "Evidence up to {lastRead} is sealed and unchanged. Days without the role have no evidence and stay marked as failed.",
    };

    // A single action is missing: ARM 403 on a list, or the permissions answer lacks it
    public static ErrorEntry RightMissing { get; } = new()
    {
        Code = "RIGHT_MISSING",
        Title = "A right is missing at subscription scope",
        Why = "The app has a role on subscription {subscriptionId}, but the role does not grant {action}. Lists read without it would look fine and be incomplete.",
        DoThis =
        [
            "Add what is missing to the custom role, or assign Reader with the command.",
            WhoMayGrant,
            "Wait a few minutes for it to spread, then try again.",
        ],
        Commands = [Commands.GrantReader, Commands.ListRoles],
        Link = Portal.AccessControl,
        Kind = FailureKind.RightMissing,
        Persistence = Persistence.Spreading,
        SafeOnConnect = "The credential is correct; a right is missing. Nothing was saved.",
        SafeOnSync = Safe.NothingPartial,
    };

    // Roles exist, all of them below the subscription
    public static ErrorEntry PartialScope { get; } = new()
    {
        Code = "PARTIAL_SCOPE",
        Title = "Layer sees only part of this subscription",
        Why = "The app's roles are on resource groups or resources (such as {scope}), not on the subscription. Its lists would look fine and be incomplete, so Layer does not seal them.",
        DoThis = ["See what the app has with the first command.", $"Grant Reader on the subscription with the second. {WhoMayGrant}"],
        Commands = [Commands.ListRoles, Commands.GrantReader],
        Link = Portal.AccessControl,
        Kind = FailureKind.RightMissing,
        Persistence = Persistence.Spreading,
        SafeOnConnect = "The credential is correct; the role is too narrow. Nothing was saved.",
        SafeOnSync = Safe.NothingPartial,
    };

    // The subscription is readable only through a delegation to another tenant
    public static ErrorEntry Lighthouse { get; } = new()
    {
        Code = "LIGHTHOUSE",
        Title = "Access through Azure Lighthouse cannot be proven",
        Why = "Subscription {subscriptionId} belongs to tenant {tenantFromAzure} and is delegated to the app's tenant {tenantId}. Azure does not list delegated grants among the role assignments, so nobody could check later that Layer was allowed to see everything.",
        DoThis = ["Create the app in tenant {tenantFromAzure}, where the subscription lives.", "Assign Reader to it there; the command prints how."],
        Commands = ["layer azure setup --subscription {subscriptionId}"],
        Link = Portal.AccessControl,
        Kind = FailureKind.RightMissing,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.NothingPartial,
    };

    // No own row in the population, and assignedTo() named none that is
    public static ErrorEntry WitnessUnknown { get; } = new()
    {
        Code = "WITNESS_UNKNOWN",
        Title = "Layer cannot find its own grant",
        Why = "The app can read, but the list of role assignments holds no grant to the app itself (object ID {objectId}), nor one that Azure says it has through a group. Without it nobody could check later that the list is complete.",
        DoThis = [$"Assign Reader to the app itself with the command; a grant through a group may stay. {WhoMayGrant}"],
        Commands = [Commands.GrantReader],
        Link = Portal.AccessControl,
        Kind = FailureKind.RightMissing,
        Persistence = Persistence.Spreading,
        SafeOnConnect = "The credential is correct; only the proof is missing. Nothing was saved.",
        SafeOnSync = Safe.NothingPartial,
    };

    // Neither the permissions API nor the definitions of the own rows can tell what the app may do
    public static ErrorEntry RightUnproven { get; } = new()
    {
        Code = "RIGHT_UNPROVEN",
        Title = "The right to read everything is unproven",
        Why = "Azure would not say what the app may do on subscription {subscriptionId}: its own permissions and the definition of its role are both unreadable. The lists may be complete, but nothing proves it.",
        DoThis = ["Assign Reader with the command, or add Microsoft.Authorization/permissions/read to the custom role.", WhoMayGrant],
        Commands = [Commands.GrantReader],
        Link = Portal.AccessControl,
        Kind = FailureKind.RightMissing,
        Persistence = Persistence.Spreading,
        SafeOnConnect = "The credential is correct; only the proof is missing. Nothing was saved.",
        SafeOnSync = Safe.NothingPartial,
    };

    // ARM 403 with any other code than AuthorizationFailed
    public static ErrorEntry AccessRefused { get; } = new()
    {
        Code = "ACCESS_REFUSED",
        Title = "Azure refused to answer ({microsoftCode})",
        Why = "Sign-in worked, but {host} refuses the app. Microsoft's words: {microsoftText}",
        DoThis = ["Look for a deny assignment or a policy on the subscription.", "If that does not help, ask Microsoft with correlation ID {correlationId}."],
        Commands = [Commands.ListRoles],
        Link = Portal.AccessControl,
        Kind = FailureKind.RightMissing,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.NothingSaved,
        SafeOnSync = Safe.SealedStays,
    };

    // Warning: the fifth action, Microsoft.Authorization/permissions/read
    public static ErrorEntry PermissionsUnreadable { get; } = new()
    {
        Code = "PERMISSIONS_UNREADABLE",
        Title = "The app cannot read its own permissions",
        Why = "The role lacks {action}. Layer computes the app's rights from its role definitions instead, and the record says so.",
        DoThis = ["Optional: add the action to the custom role, or assign Reader with the command."],
        Commands = [Commands.GrantReader],
        Link = Portal.AccessControl,
        Kind = FailureKind.Warning,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.WarningOnly,
        SafeOnSync = Safe.WarningOnly,
    };

    // Warning: some own row grants more than reading
    public static ErrorEntry CanWrite { get; } = new()
    {
        Code = "CAN_WRITE",
        Title = "The app can do more than read",
        Why = "Layer's app holds {action} at {scope}. Layer never writes, but whoever gets hold of its credential could.",
        DoThis = ["See the app's roles with the first command.", "Remove each one but Reader with the second."],
        Commands = [Commands.ListRoles, "az role assignment delete --ids <id of the role assignment>"],
        Link = Portal.AccessControl,
        Kind = FailureKind.Warning,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.WarningOnly,
        SafeOnSync = Safe.WarningOnly,
    };

    // Warning: Graph 403 Authorization_RequestDenied on getByIds
    public static ErrorEntry NamesUnavailable { get; } = new()
    {
        Code = "NAMES_UNAVAILABLE",
        Title = "Names of people and apps are not readable",
        Why = "Azure gives role assignments as IDs; names need three read permissions of Microsoft Graph and an administrator's consent. Evidence is complete without them, reviews are harder to read.",
        DoThis =
        [
            "Optional: add the three permissions with the first command (User.Read.All, GroupMember.Read.All, Application.Read.All).",
            "A Privileged Role Administrator or Global Administrator consents with the second.",
        ],
        Commands =
        [
            "az ad app permission add --id {clientId} --api 00000003-0000-0000-c000-000000000000 --api-permissions "
            + "df021288-bdef-4463-88db-98f22de89214=Role 98830695-27a2-44f7-8c18-0c3ebc9698f6=Role 9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30=Role",
            "az ad app permission admin-consent --id {clientId}",
        ],
        Link = Portal.ApiPermissions,
        Kind = FailureKind.Warning,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.WarningOnly,
        SafeOnSync = Safe.WarningOnly,
    };

    // Warning: Graph would not list the app's secrets
    public static ErrorEntry SecretExpiryUnknown { get; } = new()
    {
        Code = "SECRET_EXPIRY_UNKNOWN",
        Title = "Layer cannot see when the secret ends",
        Why = "Reading the app's secrets needs the Microsoft Graph permission Application.Read.All. Without it Layer cannot warn before the secret expires.",
        DoThis = ["Read the end date with the command and put it in your calendar.", "Or grant Application.Read.All; then Layer warns by itself."],
        Commands = [Commands.ListSecrets],
        Link = Portal.Credentials,
        Kind = FailureKind.Warning,
        Persistence = Persistence.Permanent,
        SafeOnConnect = Safe.WarningOnly,
        SafeOnSync = Safe.WarningOnly,
    };

    public static IReadOnlyList<ErrorEntry> All { get; } =
    [
        NoReader, ReaderRemoved, RightMissing, PartialScope, Lighthouse, WitnessUnknown, RightUnproven, AccessRefused,
        PermissionsUnreadable, CanWrite, NamesUnavailable, SecretExpiryUnknown,
    ];
}
