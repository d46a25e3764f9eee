using System.Text.RegularExpressions;
using Layer.AzureEmulator;

namespace Layer.Tests.Syncing;

/// <summary>Everything that connecting, checking and syncing may send, written down once more: method, host, path and query, each whole.</summary>
internal static partial class OutboundTemplates
{
    private const string Id = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";

    public static bool Hold(AnsweredRequest request) => Template().IsMatch($"{request.Method} {request.Host}{request.PathAndQuery}");

    // A page after the first repeats its list's address and adds $skiptoken.
    [GeneratedRegex(
        $@"^(POST\ login\.microsoftonline\.com/{Id}/oauth2/v2\.0/token
        |POST\ graph\.microsoft\.com/v1\.0/directoryObjects/getByIds(\?(\$|%24)select=[a-zA-Z,]+)?
        |GET\ graph\.microsoft\.com/v1\.0/applications\(appId='{Id}'\)\?(\$|%24)select=[a-zA-Z,]+
        |GET\ management\.azure\.com/subscriptions\?api-version=2022-12-01(&(\$|%24)skiptoken=[^&]+)*
        |GET\ management\.azure\.com/subscriptions/{Id}(
            \?api-version=2022-12-01
            |/resourcegroups\?api-version=2022-09-01
            |/providers/Microsoft\.Authorization/permissions\?api-version=2022-04-01
            |/providers/Microsoft\.Authorization/roleAssignments\?api-version=2022-04-01(&(\$|%24)filter=assignedTo(\(|%28)%27{Id}%27(\)|%29))?
            |/providers/Microsoft\.Authorization/roleDefinitions\?api-version=2022-04-01(&(\$|%24)filter=type%20eq%20%27CustomRole%27)?
            |/providers/Microsoft\.Authorization/roleDefinitions/{Id}\?api-version=2022-04-01
        )(&(\$|%24)skiptoken=[^&]+)*)$",
        RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Template();
}
