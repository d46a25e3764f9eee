namespace Layer.Serving;

/// <summary>Long work that somebody started from a page or over HTTP: its progress is in the database, so any node can tell it.</summary>
internal sealed class Operation
{
    public required Guid Id { get; init; }

    public required Guid Workspace { get; init; }

    /// <summary>What is done: <c>check</c>, <c>connect</c>, <c>sync</c>, <c>rotate</c>, <c>bundle</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>What it is about: an id of that kind's choosing.</summary>
    public required string Subject { get; init; }

    /// <summary>Who started it.</summary>
    public required string Actor { get; init; }

    /// <summary><c>running</c>, <c>succeeded</c> or <c>failed</c>.</summary>
    public required string State { get; set; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>JSON array of what happened so far, oldest first.</summary>
    public required string Events { get; set; }

    /// <summary>JSON of what it came to; null until it ended.</summary>
    public string? Result { get; set; }
}

/// <summary>A key that protects cookies and forms, sealed; all nodes share them.</summary>
internal sealed class WebKey
{
    public required Guid Id { get; init; }

    /// <summary>The name that ASP.NET Core gave it.</summary>
    public required string Name { get; init; }

    /// <summary>Sealed XML.</summary>
    public required byte[] Xml { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}
