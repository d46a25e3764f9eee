namespace Layer.Inventory;

/// <summary>The names that were looked up, by tenant: what one directory says about an id is no answer about the same id in another.</summary>
internal sealed class KnownNames(IEnumerable<PrincipalName> names)
{
    private const string ForeignGroup = "ForeignGroup";

    private readonly Dictionary<(Guid Tenant, string Principal), PrincipalName> _names = names.ToDictionary(name => (name.TenantId, name.PrincipalId));

    /// <summary>Null: not looked up.</summary>
    public PrincipalName? Find(Seen assignment)
    {
        var name = _names.GetValueOrDefault((assignment.Reading.Tenant, assignment.Text("principalId").ToLowerInvariant()));
        // A group of another tenant is in no place this directory could have looked.
        return IsOfAnotherTenant(assignment) && name is not { State: NameState.Resolved } ? null : name;
    }

    /// <summary>Those whose id, name or detail is the text, in any case; all when it is null.</summary>
    public IEnumerable<PrincipalName> Matching(string? text) => _names.Values.Where(name =>
        text is null || ((string?[])[name.PrincipalId, name.Name, name.Detail]).Contains(text, StringComparer.OrdinalIgnoreCase));

    /// <summary>Whether the assignment says that its principal is not of this directory.</summary>
    public static bool IsOfAnotherTenant(Seen assignment) => assignment.Text("principalType").Equals(ForeignGroup, StringComparison.OrdinalIgnoreCase);
}
