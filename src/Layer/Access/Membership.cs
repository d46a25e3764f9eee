namespace Layer.Access;

/// <summary>What a person is in a workspace.</summary>
internal enum Role
{
    /// <summary>Reads the windows shared with them, until the share ends.</summary>
    Auditor,

    /// <summary>Connects, syncs, states scopes, builds bundles.</summary>
    Editor,

    /// <summary>All of that, and people, tokens and settings.</summary>
    Administrator,
}

/// <summary>A person's role in a workspace.</summary>
internal sealed class Membership
{
    public required Guid Workspace { get; init; }

    public required Guid Person { get; init; }

    public required Role Role { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From then on they are nobody here; null when it does not end by itself.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }
}

/// <summary>A window that an auditor may read.</summary>
internal sealed class Share
{
    public required Guid Id { get; init; }

    public required Guid Workspace { get; init; }

    public required Guid Person { get; init; }

    /// <summary>The first UTC day.</summary>
    public required DateOnly FromDay { get; init; }

    /// <summary>The UTC day after the last.</summary>
    public required DateOnly ToDay { get; init; }

    /// <summary>Actor, e.g. <c>user:0192…</c>.</summary>
    public required string CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }
}

/// <summary>A link by which one person becomes a member. The link itself is shown once; only its hash is kept.</summary>
internal sealed class Invitation
{
    public required Guid Id { get; init; }

    public required Guid Workspace { get; init; }

    /// <summary>SHA-256 of the 128-bit code in the link.</summary>
    public required byte[] CodeHash { get; init; }

    /// <summary>Null for the set-up link of a first start.</summary>
    public string? Email { get; init; }

    public required Role Role { get; init; }

    /// <summary>The window an auditor is given; null for other roles.</summary>
    public DateOnly? FromDay { get; init; }

    public DateOnly? ToDay { get; init; }

    /// <summary>When an auditor's access ends; null for other roles.</summary>
    public DateTimeOffset? AccessUntil { get; init; }

    public required string CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? UsedAt { get; set; }

    public Guid? UsedBy { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }
}

/// <summary>A token for programs, <c>lyr_…</c>. It can do what its scope says, and never more than its owner can.</summary>
internal sealed class ApiToken
{
    public required Guid Id { get; init; }

    public required Guid Workspace { get; init; }

    public required Guid Person { get; init; }

    public required string Name { get; init; }

    /// <summary>SHA-256 of the whole token.</summary>
    public required byte[] Hash { get; init; }

    public required TokenScope Scope { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }
}

/// <summary>What a token may be used for, at most.</summary>
internal enum TokenScope
{
    Read,

    /// <summary>Reads and changes.</summary>
    Change,

    /// <summary>Everything its owner may do.</summary>
    Administer,
}
