namespace Layer.Workspaces;

/// <summary>One customer's world: its connections, credentials and its own evidence log.</summary>
internal sealed class Workspace
{
    public required Guid Id { get; init; }

    public required string Name { get; set; }

    /// <summary>The log's origin, e.g. <c>layer/0198…</c>; fixed by the first leaf.</summary>
    public required string Origin { get; init; }

    /// <summary>Made by the demo: nothing in it is evidence about a real subscription, and every view says so.</summary>
    public required bool Sample { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
