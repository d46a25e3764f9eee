using Layer.Evidence.Observations;

namespace Layer.Evidence.Audits;

/// <summary>Names and powers of the role definitions of one reading.</summary>
internal sealed class RolesOfReading
{
    public static RolesOfReading None { get; } = new([]);

    private readonly Dictionary<string, (string Name, string Privileged)> _byGuid;

    private RolesOfReading(Dictionary<string, (string Name, string Privileged)> byGuid) => _byGuid = byGuid;

    /// <summary>Empty when the definition is not there.</summary>
    public string NameOf(string? guid) => guid is not null && _byGuid.TryGetValue(guid, out var role) ? role.Name : "";

    /// <summary>Whether an assignment of the role is privileged.</summary>
    public string PrivilegedOf(string? guid) => guid is not null && _byGuid.TryGetValue(guid, out var role) ? role.Privileged : Privilege.Unknown;

    /// <summary>The definitions of the next reading.</summary>
    public RolesOfReading After(IReadOnlyList<Difference> differences, IAuditSource source)
    {
        if (differences.Count == 0)
            return this;
        var byGuid = new Dictionary<string, (string, string)>(_byGuid, StringComparer.Ordinal);
        foreach (var gone in differences.Where(difference => difference.After is null))
            byGuid.Remove(GuidOf(gone.Key));
        foreach (var difference in differences)
        {
            if (difference.After is not { } after)
                continue;
            using var definition = ReadObservation.Of(source, after.Digest, ObservationType.RoleDefinition);
            byGuid[GuidOf(difference.Key)] = (definition.Facts.FindText("name") ?? "", Privilege.Of(definition.FactsElement));
        }

        return new RolesOfReading(byGuid);
    }

    private static string GuidOf(string key) => key[(key.LastIndexOf('/') + 1)..];
}
