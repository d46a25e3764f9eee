namespace Layer.Ledger;

/// <summary>One attempt to read a connection, as it is known before the first request.</summary>
/// <param name="Id">UUIDv7, made by the caller: committing the same attempt twice stores it once.</param>
/// <param name="Workspace">The workspace.</param>
/// <param name="Connection">The connection.</param>
/// <param name="Fence">The connection's fence when the lease was taken; when it has grown since, the commit is refused.</param>
/// <param name="Trigger">Why.</param>
/// <param name="Actor">Who: <c>schedule</c>, <c>user:ID</c>, <c>token:ID</c> or <c>os:NAME@HOST</c>.</param>
/// <param name="Node">The machine.</param>
/// <param name="StartedAt">By this machine's clock, UTC.</param>
internal sealed record SyncAttempt(
    Guid Id, Guid Workspace, Guid Connection, long Fence, SyncTrigger Trigger, string Actor, string Node, DateTimeOffset StartedAt);
