namespace Layer.Evidence.Frameworks;

/// <summary>What records cannot show: a closed list with a version, and what a single run adds to it. Printed with every record.</summary>
/// <remarks>A record holds <c>v1</c>, or <c>v1+a+b</c> with the ids its run added, in ascending order.</remarks>
public static class Limits
{
    /// <summary>The version that new records carry.</summary>
    public const string CurrentVersion = "v1";

    /// <summary>The server's certificate leads to an anchor that is not in the platform's default store: no verifier returns 0.</summary>
    public const string TrustAnchorNotPublic = "trust-anchor-not-public";

    /// <summary>A role in use could not be read; the manifest names it.</summary>
    public const string DefinitionUnknown = "definition-unknown";

    /// <summary>The permissions API did not answer; the right to read was computed from the reader's own rows.</summary>
    public const string PermissionsUnreadable = "permissions-unreadable";

    private static readonly string[] Roles = [EvidenceType.RoleAssignments];
    private static readonly string[] Both = [EvidenceType.RoleAssignments, EvidenceType.ResourceGroups];

    /// <summary>What holds for every record of version 1.</summary>
    public static IReadOnlyList<Limit> Standing { get; } =
    [
        new("lighthouse-delegations", "Access delegated to a service provider through Azure Lighthouse is not listed by Azure and not covered.", Roles),
        new("group-members", "Where a role is held by a group, its members are not covered.", Roles),
        new("pim-eligible", "Roles that somebody may activate (PIM eligibility) and has not activated are not covered.", Roles),
        new("pim-activations", "A role that is active for some hours cannot be told apart from a standing one.", Roles),
        new("deny-assignments", "Deny assignments are not read; somebody may be able to do less than shown.", Roles),
        new("entra-roles", "Entra directory roles are not read; a Global Administrator can give himself access to everything.", Roles),
        new("keys-and-local-users",
            "Access by account keys, shared access signatures, Key Vault access policies and users inside resources is not covered.", Roles),
        new("between-readings", "What came and went between two readings is not covered.", Both),
    ];

    /// <summary>What single runs add.</summary>
    public static IReadOnlyList<Limit> OfRuns { get; } =
    [
        new(DefinitionUnknown, "What some roles in use allow could not be read; the sync manifest names them.", Roles),
        new(PermissionsUnreadable,
            "Azure's permissions API did not answer; that the reader could see everything was computed from its own role assignments and their definitions.", Both),
        new(TrustAnchorNotPublic,
            "The certificate of the server that answered leads to a trust anchor that is not public: the answers may come from somebody else than Azure.", Both),
    ];

    /// <summary>What a record carries.</summary>
    /// <param name="run">Ids that the run adds.</param>
    /// <exception cref="ArgumentException">An id is not on the list.</exception>
    public static string Compose(IEnumerable<string> run)
    {
        var ids = run.Distinct().Order(StringComparer.Ordinal).ToArray();
        var unknown = ids.FirstOrDefault(id => OfRuns.All(limit => limit.Id != id));
        if (unknown is not null)
            throw new ArgumentException($"There is no limit '{unknown}'.", nameof(run));
        return string.Join('+', ids.Prepend(CurrentVersion));
    }

    /// <summary>Whether the text is what <see cref="Compose"/> writes, and the ids that the run added.</summary>
    public static bool TryParse(string text, out IReadOnlyList<string> run)
    {
        var ids = text.Split('+');
        run = ids[1..];
        return ids[0] == CurrentVersion
            && run.All(id => OfRuns.Any(limit => limit.Id == id))
            && run.SequenceEqual(run.Distinct().Order(StringComparer.Ordinal));
    }

    /// <summary>Everything a record cannot show: the standing limits of its type, then those of its run.</summary>
    /// <exception cref="FormatException">The text is not what <see cref="Compose"/> writes.</exception>
    public static IReadOnlyList<Limit> Of(string evidenceType, string text)
    {
        if (!TryParse(text, out var run))
            throw new FormatException($"'{text}' is not a list of limits this program knows.");
        return [.. Standing.Concat(OfRuns.Where(limit => run.Contains(limit.Id))).Where(limit => limit.Evidence.Contains(evidenceType))];
    }
}
