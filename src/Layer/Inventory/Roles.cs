using System.Text.Json;
using Layer.Evidence.Audits;

namespace Layer.Inventory;

/// <summary>The role definitions of one reading: names and powers of the roles in use.</summary>
internal sealed class Roles(IReadOnlyList<Seen> definitions)
{
    private readonly Dictionary<string, Seen> _byGuid = definitions.ToDictionary(d => d.Key[(d.Key.LastIndexOf('/') + 1)..], StringComparer.OrdinalIgnoreCase);

    public string? FindName(string guid) => _byGuid.TryGetValue(guid, out var definition) ? definition.Text("name") : null;

    /// <summary>A role whose definition could not be read counts: unknown is never harmless.</summary>
    public bool IsPrivileged(string guid) => !_byGuid.TryGetValue(guid, out var definition) || Privilege.IsGrantedBy(definition.Facts);

    public static bool IsPrivileged(JsonElement definitionFacts) => Privilege.IsGrantedBy(definitionFacts);
}
