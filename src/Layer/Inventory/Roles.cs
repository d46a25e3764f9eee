using System.Text.Json;

namespace Layer.Inventory;

/// <summary>The role definitions of one reading: names and powers of the roles in use.</summary>
internal sealed class Roles(IReadOnlyList<Seen> definitions)
{
    private readonly Dictionary<string, Seen> _byGuid = definitions.ToDictionary(d => d.Key[(d.Key.LastIndexOf('/') + 1)..], StringComparer.OrdinalIgnoreCase);

    public string? FindName(string guid) => _byGuid.TryGetValue(guid, out var definition) ? definition.Text("name") : null;

    /// <summary>The role can change anything or give rights to others. A role whose definition could not be read counts: unknown is never harmless.</summary>
    public bool IsPrivileged(string guid) => !_byGuid.TryGetValue(guid, out var definition) || IsPrivileged(definition.Facts);

    public static bool IsPrivileged(JsonElement definitionFacts)
    {
        if (!definitionFacts.TryGetProperty("permissions", out var permissions) || permissions.ValueKind != JsonValueKind.Array)
            return true;
        return permissions.EnumerateArray().Any(permission =>
            Actions(permission, "actions").Contains("*") ||
            (Actions(permission, "actions").Any(GivesRights) && !Actions(permission, "notActions").Any(GivesRights)));
    }

    private static IEnumerable<string> Actions(JsonElement permission, string name) =>
        permission.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Select(action => action.GetString() ?? "") : [];

    // RBAC patterns: * stands for any run of characters.
    private static bool GivesRights(string pattern) =>
        System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, "Microsoft.Authorization/roleAssignments/write", ignoreCase: true);
}
