namespace Layer.Storage;

/// <summary>A table whose rows are written once.</summary>
/// <param name="Name">The table.</param>
/// <param name="Key">Columns of its primary key.</param>
/// <param name="Closing">True when an open row may be closed, once; see <see cref="ClosedRows"/>.</param>
internal sealed record GuardedTable(string Name, string[] Key, bool Closing = false)
{
    public static IReadOnlyList<GuardedTable> All { get; } =
    [
        new("log_leaf", ["workspace", "idx"]),
        new("log_node", ["workspace", "level", "idx"]),
        new("evidence", ["workspace", "idx"]),
        new("exception", ["workspace", "idx"]),
        new("sync", ["id"]),
        new("observation", ["workspace", "digest"]),
        new("observation_version", ["connection", "digest", "from_seq"], Closing: true),
        new("population", ["connection", "type", "seq"]),
        new("page", ["workspace", "sha256"]),
        new("checkpoint", ["workspace", "size"]),
        new("visible", ["workspace", "client", "cloud", "tenant", "day"]),
        new("timestamp_token", ["workspace", "size"]),
    ];

    /// <summary>True of the one update that is allowed: an open interval is closed and nothing else changes.</summary>
    public const string ClosedRows =
        "OLD.to_seq IS NULL AND OLD.to_at IS NULL AND NEW.to_seq IS NOT NULL AND NEW.to_at IS NOT NULL"
        + " AND NEW.workspace = OLD.workspace AND NEW.connection = OLD.connection AND NEW.type = OLD.type"
        + " AND NEW.digest = OLD.digest AND NEW.from_seq = OLD.from_seq AND NEW.from_at = OLD.from_at"
        + " AND NEW.source_id = OLD.source_id";
}
