namespace Layer.Evidence.Audits;

/// <summary>A row of <c>changes.csv</c>: one observation that a record shows as added, changed or removed (docs/evidence-format.md §8.7).</summary>
public sealed record ChangeRow
{
    /// <summary><see cref="Change"/> of an observation that the record before did not have.</summary>
    public const string Added = "added";

    /// <summary><see cref="Change"/> of an observation that has other facts than before.</summary>
    public const string Changed = "changed";

    /// <summary><see cref="Change"/> of an observation that only the record before had.</summary>
    public const string Removed = "removed";

    /// <summary><see cref="Note"/> of an assignment that existed before the first reading, dated by Azure alone.</summary>
    public const string DrawnFromCreatedOn = "drawn from createdOn";

    /// <summary><see cref="Note"/> of an inherited assignment that is gone: taken away above, or the subscription was moved.</summary>
    public const string NoLongerAppliesHere = "no longer applies here";

    /// <summary><see cref="Note"/> where several assignments of one management group came or went at once.</summary>
    public const string HierarchyChanged = "hierarchy changed";

    /// <summary>The source's clock at the first answer of this reading, UTC.</summary>
    public required DateTimeOffset Observed { get; init; }

    /// <summary>That of the reading before; null when the row was drawn from <c>createdOn</c>.</summary>
    public DateTimeOffset? Previous { get; init; }

    /// <summary>The subscription.</summary>
    public required Guid Subscription { get; init; }

    /// <summary>The connection.</summary>
    public required Guid Connection { get; init; }

    /// <summary>Number of the sync within the connection.</summary>
    public required long Seq { get; init; }

    /// <summary>Leaf index of the record. Not a column.</summary>
    public required long Record { get; init; }

    /// <summary>The observation type.</summary>
    public required string Type { get; init; }

    /// <summary><see cref="Added"/>, <see cref="Changed"/> or <see cref="Removed"/>.</summary>
    public required string Change { get; init; }

    /// <summary>The observation's key.</summary>
    public required string Key { get; init; }

    /// <summary>A name for people; of an assignment that of its role; empty when unknown.</summary>
    public string Label { get; init; } = "";

    /// <summary><c>yes</c>, <c>no</c> or <c>unknown</c>; null of what cannot be privileged.</summary>
    public string? Privileged { get; init; }

    /// <summary>Of an assignment: Azure's <c>createdOn</c>, as it is.</summary>
    public string? Created { get; init; }

    /// <summary>When the state was first seen, with <c>&lt;=</c> in front when it may be older than what is at hand.</summary>
    public required string FirstSeen { get; init; }

    /// <summary>When the state before was last seen, UTC; null of what was added.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>What stands out; null when nothing does.</summary>
    public string? Note { get; init; }

    /// <summary>The canonical facts before; null of what was added.</summary>
    public string? Before { get; init; }

    /// <summary>The canonical facts after; null of what was removed.</summary>
    public string? After { get; init; }
}
