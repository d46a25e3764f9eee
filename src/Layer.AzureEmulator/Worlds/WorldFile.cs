using System.Text.Json;
using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator;

/// <content>Worlds from JSON; docs/azure-emulator.md has an example with every property.</content>
public sealed partial class World
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>Reads a world. Throws <see cref="JsonException"/> for what is no world, <see cref="KeyNotFoundException"/> for a name nobody has.</summary>
    public static World FromJson(string json)
    {
        var file = JsonSerializer.Deserialize<WorldDocument>(json, Strict);
        if (file?.Tenants is null)
            throw new JsonException("A world is an object with 'tenants'.");
        var world = Create();
        world.RefusesListsSilently = file.RefusesListsSilently;
        world.GroupRoleReadsSubscription = file.GroupRoleReadsSubscription;
        foreach (var tenant in file.Tenants)
            world.Tenant(tenant.Name, tenant.Build);
        return world;
    }

    /// <summary>Reads a world from a file.</summary>
    public static async Task<World> FromFileAsync(string path, CancellationToken ct = default) => FromJson(await File.ReadAllTextAsync(path, ct));
}
