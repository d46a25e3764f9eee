using System.Collections.Frozen;
using System.Text.Json;

namespace Layer.AzureEmulator.Worlds;

/// <summary>Microsoft's roles with their real ids, names and actions (recording arm-list-role-definitions-200).</summary>
public static class BuiltInRoles
{
    private static readonly Lazy<FrozenDictionary<Guid, RoleDefinition>> ById = new(Read);
    private static readonly Lazy<FrozenDictionary<string, RoleDefinition>> ByName =
        new(() => ById.Value.Values.ToFrozenDictionary(r => r.Name, StringComparer.OrdinalIgnoreCase));

    /// <summary>All of them, by name.</summary>
    public static IEnumerable<RoleDefinition> All => ById.Value.Values.OrderBy(r => r.Name, StringComparer.Ordinal);

    /// <summary>The role with this id, or null.</summary>
    public static RoleDefinition? Find(Guid id) => ById.Value.GetValueOrDefault(id);

    /// <summary>The role with this name, or null.</summary>
    public static RoleDefinition? Find(string name) => ByName.Value.GetValueOrDefault(name);

    private static FrozenDictionary<Guid, RoleDefinition> Read()
    {
        using var stream = typeof(BuiltInRoles).Assembly.GetManifestResourceStream("built-in-roles.json")!;
        var rows = JsonSerializer.Deserialize<Row[]>(stream, JsonSerializerOptions.Web)!;
        return rows.Select(r => new RoleDefinition(r.Id, null, r.Name, "BuiltInRole", r.Description)
        {
            Permissions = r.Permissions,
            CreatedOn = r.CreatedOn,
            UpdatedOn = r.UpdatedOn,
        }).ToFrozenDictionary(r => r.Id);
    }

    private sealed record Row(
        Guid Id, string Name, string Description, DateTimeOffset CreatedOn, DateTimeOffset UpdatedOn, RolePermission[] Permissions);
}
