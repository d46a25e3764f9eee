namespace Layer.Azure;

/// <summary>One kind of request the connector may send; there are no others.</summary>
/// <param name="Method">GET or POST.</param>
/// <param name="Address">Scheme, host and path; <c>{…}</c> stands for an id.</param>
/// <param name="Why">What it is for.</param>
public sealed record OutboundRequest(string Method, string Address, string Why)
{
    private const string Subscription = "subscriptions/{subscription}";
    private const string Authorization = Subscription + "/providers/Microsoft.Authorization/";

    /// <summary>All of a cloud, in the order of a first sync.</summary>
    public static IReadOnlyList<OutboundRequest> Of(AzureCloud cloud)
    {
        var hosts = CloudEndpoints.Of(cloud);
        return
        [
            new("GET", $"{hosts.Arm}{Subscription}", "find the tenant, and 'layer doctor': whether Azure answers (both without signing in); read the subscription"),
            new("POST", $"{hosts.Login}{{tenant}}/oauth2/v2.0/token", "sign in"),
            new("GET", "http://169.254.169.254/metadata/identity/oauth2/token", "sign in as a managed identity"),
            new("GET", $"{hosts.Arm}subscriptions", "once a day: list the subscriptions the app registration can see"),
            new("GET", $"{hosts.Arm}{Authorization}permissions", "prove the right to read"),
            new("GET", $"{hosts.Arm}{Subscription}/resourcegroups", "list resource groups"),
            new("GET", $"{hosts.Arm}{Authorization}roleAssignments", "list role assignments; find the app's own grant"),
            new("GET", $"{hosts.Arm}{Authorization}roleDefinitions", "list role definitions"),
            new("GET", $"{hosts.Arm}{Authorization}roleDefinitions/{{role}}", "read one role definition"),
            new("POST", $"{hosts.Graph}v1.0/directoryObjects/getByIds", "if switched on: names of principals; check and connect ask for the app's own"),
            new("GET", $"{hosts.Graph}v1.0/applications(appId='{{client}}')", "check and connect only, if allowed: when the secret ends"),
        ];
    }
}
