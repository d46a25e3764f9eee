using System.Text.RegularExpressions;

namespace Layer.Azure.Http;

/// <summary>Everything this connector may send; <see cref="Outbound"/> throws on the rest.</summary>
internal static partial class AllowedRequests
{
    private const string Guid = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";

    public static bool Contains(HttpMethod method, Uri uri, IReadOnlyCollection<CloudEndpoints> clouds)
    {
        if (uri.UserInfo.Length > 0)
            return false;
        if (uri is { Scheme: "http", Host: "169.254.169.254", Port: 80 })
            return method == HttpMethod.Get && uri.AbsolutePath == "/metadata/identity/oauth2/token";
        if (uri.Scheme != "https" || uri.Port != 443)
            return false;
        if (clouds.Any(cloud => cloud.Arm.Host == uri.Host))
            return method == HttpMethod.Get && ArmPath.IsMatch(uri.AbsolutePath);
        if (clouds.Any(cloud => cloud.Login.Host == uri.Host))
            return method == HttpMethod.Post && TokenPath.IsMatch(uri.AbsolutePath);
        if (clouds.Any(cloud => cloud.Graph.Host == uri.Host))
            return (method == HttpMethod.Get && ApplicationPath.IsMatch(uri.AbsolutePath))
                || (method == HttpMethod.Post && uri.AbsolutePath == "/v1.0/directoryObjects/getByIds");
        return false;
    }

    [GeneratedRegex(
        $"^/subscriptions(/{Guid}(/resourcegroups|/providers/Microsoft\\.Authorization/(permissions|roleAssignments|roleDefinitions(/{Guid})?))?)?$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ArmPath { get; }

    [GeneratedRegex($"^/{Guid}/oauth2/v2\\.0/token$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TokenPath { get; }

    [GeneratedRegex($"^/v1\\.0/applications\\(appId='{Guid}'\\)$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ApplicationPath { get; }
}
