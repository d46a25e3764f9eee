namespace Layer.Inventory;

/// <summary>What a directory calls a principal. Not evidence: kept apart from it and erasable.</summary>
internal sealed class PrincipalName
{
    public required Guid Workspace { get; init; }

    public required Guid TenantId { get; init; }

    /// <summary>The object id, in lower case.</summary>
    public required string PrincipalId { get; init; }

    public required NameState State { get; set; }

    /// <summary>Null unless <see cref="State"/> is resolved.</summary>
    public string? Name { get; set; }

    /// <summary>E.g. a user principal name; null when the directory has none.</summary>
    public string? Detail { get; set; }

    public required DateTimeOffset FirstLookedUpAt { get; init; }

    public required DateTimeOffset LastLookedUpAt { get; set; }
}

/// <summary>"Not looked up" has no row.</summary>
internal enum NameState
{
    Resolved,
    NotFound,
    NotPermitted,
}
