namespace Layer.Azure.Errors;

/// <summary>The az lines that several entries share. Single lines: they are copied from a terminal, a page or a message.</summary>
internal static class Commands
{
    public const string AppName = "Axiom Layer — Azure";

    // --append keeps the other secrets valid, so a second copy of Layer or a running sync goes on.
    public const string NewSecret =
        "az ad app credential reset --id {clientId} --append --display-name layer --years 1 --query password -o tsv";

    public const string ListSecrets =
        "az ad app credential list --id {clientId} --query \"[].{name:displayName,hint:hint,ends:endDateTime,keyId:keyId}\" -o table";

    public const string ListCertificates =
        "az ad app credential list --id {clientId} --cert --query \"[].{name:displayName,thumbprint:customKeyIdentifier,ends:endDateTime}\" -o table";

    public const string SignInToTenant = "az login --tenant {tenantId} --allow-no-subscriptions";

    public const string FindApp =
        $"az ad app list --display-name \"{AppName}\" --query \"[].{{name:displayName,clientId:appId}}\" -o table";

    public const string GrantReader =
        "az role assignment create --assignee-object-id {objectId} --assignee-principal-type ServicePrincipal "
        + "--role Reader --scope /subscriptions/{subscriptionId}";

    public const string ListRoles =
        "az role assignment list --assignee {objectId} --subscription {subscriptionId} --all --include-inherited -o table";

    public const string ShowSubscription =
        "az account list --all --query \"[?id=='{subscriptionId}'].{name:name,tenantId:tenantId,state:state}\" -o table";

}

/// <summary>Pages of the Azure portal, in the cloud of the connection.</summary>
internal static class Portal
{
    public const string Credentials =
        "{portal}/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Credentials/appId/{clientId}";

    public const string ApiPermissions =
        "{portal}/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/CallAnAPI/appId/{clientId}";

    public const string AppRegistrations = "{portal}/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade";

    public const string EnterpriseApps = "{portal}/#view/Microsoft_AAD_IAM/StartboardApplicationsMenuBlade/~/AppAppsPreview";

    public const string Tenant = "{portal}/#view/Microsoft_AAD_IAM/ActiveDirectoryMenuBlade/~/Overview";

    public const string ConditionalAccess = "{portal}/#view/Microsoft_AAD_ConditionalAccess/ConditionalAccessBlade/~/Policies";

    public const string Subscriptions = "{portal}/#view/Microsoft_Azure_Billing/SubscriptionsBladeV2";

    public const string Subscription = "{portal}/#@{tenantId}/resource/subscriptions/{subscriptionId}/overview";

    public const string AccessControl = "{portal}/#@{tenantId}/resource/subscriptions/{subscriptionId}/users";
}

/// <summary>What is safe, in the words that several entries share.</summary>
internal static class Safe
{
    public const string NothingSaved = "Nothing was saved. You can try again as often as you like.";

    public const string NothingSent = "Nothing was sent to Azure, and nothing was saved.";

    public const string SealedStays =
        "Evidence sealed so far is unchanged. Only the failed attempt is recorded; a day without a complete sync has no evidence.";

    public const string NothingPartial =
        "No incomplete answer was sealed. Evidence sealed so far is unchanged; only the failed attempt is recorded.";

    public const string WarningOnly = "This is a warning: evidence is collected and sealed as usual.";
}
