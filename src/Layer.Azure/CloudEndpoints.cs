using Azure.Identity;

namespace Layer.Azure;

/// <summary>The hosts of one cloud (azure-wire 1.8).</summary>
internal sealed record CloudEndpoints(Uri Login, Uri Arm, Uri Graph, string Portal)
{
    public string ArmScope => $"{Arm}.default";

    public string GraphScope => $"{Graph}.default";

    public static CloudEndpoints Of(AzureCloud cloud) => cloud switch
    {
        AzureCloud.UsGovernment => UsGovernment,
        AzureCloud.China => China,
        _ => Public,
    };

    private static CloudEndpoints Public { get; } = new(
        AzureAuthorityHosts.AzurePublicCloud, new Uri("https://management.azure.com/"), new Uri("https://graph.microsoft.com/"), "https://portal.azure.com");

    private static CloudEndpoints UsGovernment { get; } = new(
        AzureAuthorityHosts.AzureGovernment, new Uri("https://management.usgovcloudapi.net/"), new Uri("https://graph.microsoft.us/"), "https://portal.azure.us");

    // Microsoft's pages name this login host since 2025; Azure.Identity's constant is an older alias of it.
    private static CloudEndpoints China { get; } = new(
        new Uri("https://login.partner.microsoftonline.cn/"), new Uri("https://management.chinacloudapi.cn/"),
        new Uri("https://microsoftgraph.chinacloudapi.cn/"), "https://portal.azure.cn");
}
