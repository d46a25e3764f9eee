namespace Layer.Azure.Errors;

/// <summary>The facts every failure carries once it is known what to read: they fill commands and links.</summary>
internal static class AzureFacts
{
    public static Dictionary<string, string> Of(AzureTarget target, Guid clientId)
    {
        var facts = Of(target.Cloud);
        facts["subscriptionId"] = target.SubscriptionId.ToString();
        facts["tenantId"] = target.TenantId.ToString();
        // A system-assigned identity is signed in without naming it.
        facts["clientId"] = clientId == Guid.Empty ? "system-assigned" : clientId.ToString();
        return facts;
    }

    public static Dictionary<string, string> Of(AzureCloud cloud)
    {
        var hosts = CloudEndpoints.Of(cloud);
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["cloud"] = cloud switch
            {
                AzureCloud.UsGovernment => "Azure US Government",
                AzureCloud.China => "Azure China",
                _ => "Azure's public cloud",
            },
            ["loginHost"] = hosts.Login.Host,
            ["armHost"] = hosts.Arm.Host,
            ["graphHost"] = hosts.Graph.Host,
            ["portal"] = hosts.Portal,
        };
    }
}
