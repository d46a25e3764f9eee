using System.Globalization;
using Layer.Evidence.Observations;

namespace Layer.Evidence.Frameworks;

/// <summary>A type of evidence record, version 1 (docs/evidence-format.md §5): which populations it seals, and what it says in one sentence.</summary>
/// <param name="Id">E.g. <c>azure.rbac-role-assignments</c>.</param>
/// <param name="Title">A name for people.</param>
/// <param name="Population">The observation type it is about.</param>
/// <param name="With">Observation types needed to read it, ascending.</param>
public sealed record EvidenceType(string Id, string Title, string Population, IReadOnlyList<string> With)
{
    /// <summary>Id: role assignments with the definitions of their roles.</summary>
    public const string RoleAssignments = "azure.rbac-role-assignments";

    /// <summary>Id: resource groups with their subscription.</summary>
    public const string ResourceGroups = "azure.resource-group-inventory";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<EvidenceType> All { get; } =
    [
        new(RoleAssignments, "Azure role assignments", ObservationType.RoleAssignment, [ObservationType.RoleDefinition]),
        new(ResourceGroups, "Azure resource groups", ObservationType.ResourceGroup, [ObservationType.Subscription]),
    ];

    /// <summary>The type of an id.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public static EvidenceType Get(string id) => Find(id) ?? throw new KeyNotFoundException($"There is no evidence type {id}.");

    /// <summary>The type of an id, or null.</summary>
    public static EvidenceType? Find(string id) => All.FirstOrDefault(t => t.Id == id);

    /// <summary>What a record of this type states: a fact, never a judgement.</summary>
    /// <param name="observedTo">The source's clock at the last answer.</param>
    public string Sentence(DateTimeOffset observedTo)
    {
        var at = observedTo.UtcDateTime.ToString("HH:mm", CultureInfo.InvariantCulture);
        return Id switch
        {
            RoleAssignments => $"Every role assignment Azure returned for this subscription at {at} UTC, with what each role allows.",
            ResourceGroups => $"Every resource group Azure returned for this subscription at {at} UTC, with its location and tags.",
            _ => throw new InvalidOperationException($"{Id} has no sentence."),
        };
    }
}
