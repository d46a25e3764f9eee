using System.IO.Enumeration;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Layer.Inventory;

/// <summary>Whether a role is privileged: from what it grants, never from its name. The rule has a version, because lists made under another rule differ.</summary>
internal static partial class Privilege
{
    /// <summary>Changes with every change of the rule below.</summary>
    public const string Version = "privileged/1";

    // Whoever holds one of these can change whole subscriptions.
    private static readonly string[] Broad = ["*", "*/write", "*/delete", "*/action"];

    // Whoever may do one of these can give rights, or read what opens data without any role.
    private static readonly string[] Decisive =
    [
        "Microsoft.Authorization/roleAssignments/write",
        "Microsoft.Authorization/roleDefinitions/write",
        "Microsoft.Authorization/elevateAccess/action",
        "Microsoft.ContainerRegistry/registries/listCredentials/action",
        "Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action",
        "Microsoft.DocumentDB/databaseAccounts/listKeys/action",
        "Microsoft.EventHub/namespaces/authorizationRules/listkeys/action",
        "Microsoft.ServiceBus/namespaces/authorizationRules/listkeys/action",
        "Microsoft.Storage/storageAccounts/listKeys/action",
        "Microsoft.Web/sites/publishxml/action",
    ];

    [GeneratedRegex("/list[a-z]*(keys?|secrets?|credentials?|sas|connectionstrings?)/action$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HandsOutKeys { get; }

    /// <param name="definitionFacts">The facts of an azure.roleDefinition. Without readable permissions the answer is yes: unknown is never harmless.</param>
    public static bool IsGrantedBy(JsonElement definitionFacts) =>
        !definitionFacts.TryGetProperty("permissions", out var permissions) || permissions.ValueKind != JsonValueKind.Array
        || permissions.EnumerateArray().Any(IsPrivileged);

    // Azure subtracts notActions within one permission, not across them.
    private static bool IsPrivileged(JsonElement permission)
    {
        var actions = List(permission, "actions");
        var notActions = List(permission, "notActions");
        return actions.Any(action => (Broad.Contains(action, StringComparer.OrdinalIgnoreCase) || HandsOutKeys.IsMatch(action)) && !Matches(notActions, action))
            || Decisive.Any(operation => Matches(actions, operation) && !Matches(notActions, operation));
    }

    // In Azure's patterns * stands for any run of characters, slashes too.
    private static bool Matches(List<string> patterns, string operation) =>
        patterns.Exists(pattern => FileSystemName.MatchesSimpleExpression(pattern, operation, ignoreCase: true));

    private static List<string> List(JsonElement permission, string name) =>
        permission.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(action => action.ValueKind == JsonValueKind.String).Select(action => action.ToString())]
            : [];
}
