using System.Collections.Frozen;

namespace Layer.AzureEmulator.Proxy;

internal enum HostKind
{
    Unknown,
    Login,
    Arm,
    Graph,
    InstanceMetadata,
}

/// <summary>A sovereign cloud as its host names tell it apart.</summary>
internal sealed record Cloud(string Name, string Login, string Arm, string Graph, string Portal, string[] ArmAudiences)
{
    public static readonly Cloud Public = new(
        "AzureCloud", "login.microsoftonline.com", "management.azure.com", "graph.microsoft.com", "https://portal.azure.com",
        ["https://management.core.windows.net", "https://management.azure.com"]);

    public static readonly Cloud UsGovernment = new(
        "AzureUSGovernment", "login.microsoftonline.us", "management.usgovcloudapi.net", "graph.microsoft.us", "https://portal.azure.us",
        ["https://management.core.usgovcloudapi.net", "https://management.usgovcloudapi.net"]);

    public static readonly Cloud China = new(
        "AzureChinaCloud", "login.chinacloudapi.cn", "management.chinacloudapi.cn", "microsoftgraph.chinacloudapi.cn", "https://portal.azure.cn",
        ["https://management.core.chinacloudapi.cn", "https://management.chinacloudapi.cn"]);
}

/// <summary>The public host names that are answered (azure-wire §1.6, §1.8). Every other host is refused.</summary>
internal static class PublicHosts
{
    private static readonly FrozenDictionary<string, (HostKind Kind, Cloud Cloud)> Known = new Dictionary<string, (HostKind, Cloud)>
    {
        ["login.microsoftonline.com"] = (HostKind.Login, Cloud.Public),
        ["login.windows.net"] = (HostKind.Login, Cloud.Public),
        ["login.microsoft.com"] = (HostKind.Login, Cloud.Public),
        ["sts.windows.net"] = (HostKind.Login, Cloud.Public),
        ["management.azure.com"] = (HostKind.Arm, Cloud.Public),
        ["graph.microsoft.com"] = (HostKind.Graph, Cloud.Public),
        ["login.microsoftonline.us"] = (HostKind.Login, Cloud.UsGovernment),
        ["login.usgovcloudapi.net"] = (HostKind.Login, Cloud.UsGovernment),
        ["management.usgovcloudapi.net"] = (HostKind.Arm, Cloud.UsGovernment),
        ["graph.microsoft.us"] = (HostKind.Graph, Cloud.UsGovernment),
        ["dod-graph.microsoft.us"] = (HostKind.Graph, Cloud.UsGovernment),
        ["login.partner.microsoftonline.cn"] = (HostKind.Login, Cloud.China),
        ["login.chinacloudapi.cn"] = (HostKind.Login, Cloud.China),
        ["management.chinacloudapi.cn"] = (HostKind.Arm, Cloud.China),
        ["microsoftgraph.chinacloudapi.cn"] = (HostKind.Graph, Cloud.China),
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static IEnumerable<string> All => Known.Keys;

    public static (HostKind Kind, Cloud Cloud) Find(string host) =>
        Known.TryGetValue(host, out var found) ? found
        : host == "169.254.169.254" ? (HostKind.InstanceMetadata, Cloud.Public)
        : (HostKind.Unknown, Cloud.Public);
}
