using Layer.Azure;

namespace Layer.Connections;

/// <summary>Names of the clouds in the database, JSON and options; those of the Azure CLI, Terraform and the SDKs are understood.</summary>
internal static class CloudName
{
    public const string Allowed = "public, usgov, china";

    public static string Of(AzureCloud cloud) => cloud switch
    {
        AzureCloud.UsGovernment => "usgov",
        AzureCloud.China => "china",
        _ => "public",
    };

    public static bool TryParse(string text, out AzureCloud cloud)
    {
        (var known, cloud) = text.Trim().TrimEnd('/').ToLowerInvariant() switch
        {
            "public" or "azurecloud" or "azurepubliccloud" or "azurepublic" or "https://login.microsoftonline.com" or "https://management.azure.com"
                => (true, AzureCloud.Public),
            "usgov" or "usgovernment" or "azureusgovernment" or "azureusgovernmentcloud" or "https://login.microsoftonline.us"
                or "https://management.usgovcloudapi.net" => (true, AzureCloud.UsGovernment),
            "china" or "azurechinacloud" or "azurechina" or "https://login.chinacloudapi.cn" or "https://login.partner.microsoftonline.cn"
                or "https://management.chinacloudapi.cn" => (true, AzureCloud.China),
            _ => (false, AzureCloud.Public),
        };
        return known;
    }

    /// <summary>For text that was stored by <see cref="Of"/>.</summary>
    public static AzureCloud Parse(string stored) =>
        TryParse(stored, out var cloud) ? cloud : throw new FormatException($"'{stored}' is not one of {Allowed}.");
}
