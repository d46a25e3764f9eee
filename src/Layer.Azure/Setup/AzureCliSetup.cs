using Layer.Azure.Errors;

namespace Layer.Azure.Setup;

/// <summary>The setup as az lines. They may be run again: what exists is used, and a secret that exists keeps working.</summary>
internal static class AzureCliSetup
{
    /// <summary>A run that names fewer subscriptions would take the role away from the others.</summary>
    public const string AllScopes = "# The role is one for the whole tenant: name every subscription that Layer reads, also those set up before.";

    public static string Render(SetupOrder order, SetupRole role) => string.Join('\n', Lines(order, role));

    /// <summary>The app and its service principal: sets APP and OBJECT.</summary>
    public static IEnumerable<string> App(SetupOrder order)
    {
        if (order.Cloud != AzureCloud.Public)
            yield return $"az cloud set --name {CloudName(order.Cloud)} && az login";
        yield return "export MSYS_NO_PATHCONV=1  # Git Bash on Windows would rewrite /subscriptions/…; elsewhere this does nothing";
        if (order.ClientId is { } known)
        {
            yield return $"APP={known}";
        }
        else
        {
            // `az ad app create` and `create-for-rbac` change an app of the same name; this takes the one that is there, or makes one.
            yield return $"APP=$(az ad app list --filter \"displayName eq '{Commands.AppName}'\" --query \"[0].appId\" -o tsv)";
            yield return $"[ -n \"$APP\" ] || APP=$(az ad app create --display-name \"{Commands.AppName}\" --sign-in-audience AzureADMyOrg --query appId -o tsv)";
        }

        yield return "OBJECT=$(az ad sp show --id \"$APP\" --query id -o tsv 2>/dev/null || az ad sp create --id \"$APP\" --query id -o tsv)";
    }

    /// <summary>A new secret, printed as JSON with the names that <c>layer connect azure</c> takes. An app that is known signs in already.</summary>
    public static IEnumerable<string> Secret(SetupOrder order)
    {
        if (order.ClientId is not null)
            yield break;
        yield return "az ad app credential reset --id \"$APP\" --append --display-name layer --years 1 --query "
            + $"\"{{subscriptionId:'{order.Subscriptions[0]}',tenantId:tenant,clientId:appId,clientSecret:password}}\" -o json";
    }

    private static IEnumerable<string> Lines(SetupOrder order, SetupRole role)
    {
        foreach (var line in App(order))
            yield return line;
        var roleName = "Reader";
        if (role == SetupRole.Custom)
        {
            roleName = LayerRole.Name;
            // A second definition of the same name is refused by Azure, so one that exists gets all scopes instead.
            yield return AllScopes;
            yield return $"ROLE='{RoleJson(order)}'";
            yield return $"if [ -z \"$(az role definition list --custom-role-only --name \"{LayerRole.Name}\" --query \"[].name\" -o tsv)\" ]; "
                + "then az role definition create --role-definition \"$ROLE\" -o none; else az role definition update --role-definition \"$ROLE\" -o none; fi";
        }

        foreach (var subscription in order.Subscriptions)
        {
            yield return $"az role assignment create --assignee-object-id \"$OBJECT\" --assignee-principal-type ServicePrincipal --role \"{roleName}\" "
                + $"--scope /subscriptions/{subscription} -o none";
        }

        foreach (var line in Secret(order))
            yield return line;
    }

    private static string RoleJson(SetupOrder order) =>
        $"{{\"Name\":\"{LayerRole.Name}\",\"IsCustom\":true,\"Description\":\"{LayerRole.Description}\","
        + $"\"Actions\":[{Quoted(LayerRole.Actions)}],\"NotActions\":[],\"DataActions\":[],\"NotDataActions\":[],"
        + $"\"AssignableScopes\":[{Quoted(order.Subscriptions.Select(s => $"/subscriptions/{s}"))}]}}";

    private static string Quoted(IEnumerable<string> texts) => string.Join(',', texts.Select(text => $"\"{text}\""));

    private static string CloudName(AzureCloud cloud) => cloud == AzureCloud.China ? "AzureChinaCloud" : "AzureUSGovernment";
}
