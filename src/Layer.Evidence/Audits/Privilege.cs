using System.Text.Json;

namespace Layer.Evidence.Audits;

/// <summary>Whether a role is privileged: from what it grants, never from its name (docs/evidence-format.md §8.8).</summary>
/// <remarks>The rule has a version, because lists made under another rule differ.</remarks>
public static class Privilege
{
    /// <summary>Changes with every change of the rule below.</summary>
    public const string Version = "privileged/1";

    /// <summary>The role is privileged.</summary>
    public const string Yes = "yes";

    /// <summary>The role is not privileged.</summary>
    public const string No = "no";

    /// <summary>The definition of an assignment's role is not there. Whoever draws privileged assignments draws it too.</summary>
    public const string Unknown = "unknown";

    // Whoever holds one of these can change whole subscriptions. Lower case: everything here is compared in it.
    private static readonly string[] Broad = ["*", "*/write", "*/delete", "*/action"];

    // Whoever may do one of these can give rights, or read what opens data without any role.
    private static readonly string[] Decisive =
    [
        .. new[]
        {
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
        }.Select(Fold),
    ];

    private static readonly string[] Openers =
        ["key", "keys", "secret", "secrets", "credential", "credentials", "sas", "connectionstring", "connectionstrings"];

    /// <summary>Whether whoever holds the role can change anything, give rights, or read what opens data without a role.</summary>
    /// <param name="definitionFacts">The facts of an azure.roleDefinition. When its permissions cannot be read the answer is yes: unknown is never harmless.</param>
    public static bool IsGrantedBy(JsonElement definitionFacts) =>
        definitionFacts.ValueKind != JsonValueKind.Object
        || !definitionFacts.TryGetProperty("permissions", out var permissions) || permissions.ValueKind != JsonValueKind.Array
        || permissions.EnumerateArray().Any(IsPrivileged);

    /// <summary><see cref="IsGrantedBy"/> as a word.</summary>
    internal static string Of(JsonElement definitionFacts) => IsGrantedBy(definitionFacts) ? Yes : No;

    // Azure subtracts notActions within one permission, not across them.
    private static bool IsPrivileged(JsonElement permission)
    {
        if (FindList(permission, "actions") is not { } actions || FindList(permission, "notActions") is not { } notActions)
            return true;
        return actions.Exists(action => (Broad.Contains(action) || HandsOutKeys(action)) && !Matches(notActions, action))
            || Decisive.Any(operation => Matches(actions, operation) && !Matches(notActions, operation));
    }

    // Empty when it is absent or null, null when it is anything but a list of strings.
    private static List<string>? FindList(JsonElement permission, string name)
    {
        if (permission.ValueKind != JsonValueKind.Object)
            return null;
        if (!permission.TryGetProperty(name, out var list) || list.ValueKind == JsonValueKind.Null)
            return [];
        if (list.ValueKind != JsonValueKind.Array || list.EnumerateArray().Any(pattern => pattern.ValueKind != JsonValueKind.String))
            return null;
        return [.. list.EnumerateArray().Select(pattern => Fold(pattern.ToString()))];
    }

    // /list[a-z]*(keys?|secrets?|credentials?|sas|connectionstrings?)/action at the end. By hand: patterns come from outside, and an expression would need a time limit.
    private static bool HandsOutKeys(string action)
    {
        const string Verb = "/action";
        const string Prefix = "list";
        if (!action.EndsWith(Verb, StringComparison.Ordinal))
            return false;
        var path = action.AsSpan(0, action.Length - Verb.Length);
        if (path.LastIndexOf('/') is not (>= 0 and var slash) || !path[(slash + 1)..].StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        var rest = path[(slash + 1 + Prefix.Length)..];
        if (rest.ContainsAnyExceptInRange('a', 'z'))
            return false;
        foreach (var opener in Openers)
        {
            if (rest.EndsWith(opener, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    private static bool Matches(List<string> patterns, string operation) => patterns.Exists(pattern => Matches(pattern, operation));

    // In Azure's patterns * stands for any run of characters, slashes too, and nothing else is special.
    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        var (p, t, star, resume) = (0, 0, -1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
                (star, resume, p) = (p, t, p + 1);
            else if (p < pattern.Length && pattern[p] == text[t])
                (p, t) = (p + 1, t + 1);
            else if (star >= 0)
                (p, resume, t) = (star + 1, resume + 1, resume + 1);
            else
                return false;
        }

        return !pattern[p..].ContainsAnyExcept('*');
    }

    // ASCII only, so that every language folds alike.
    private static string Fold(string text) => string.Create(text.Length, text, static (folded, source) =>
    {
        for (var i = 0; i < folded.Length; i++)
            folded[i] = char.IsAsciiLetterUpper(source[i]) ? (char)(source[i] | 0x20) : source[i];
    });
}
