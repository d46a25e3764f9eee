namespace Layer.Ledger;

/// <summary>Points at which a commit or a signature can be cut off; tests stop the ledger at each of them.</summary>
internal enum CommitStep
{
    /// <summary>The head is locked, nothing is written.</summary>
    HeadLocked,

    /// <summary>Observations, intervals, populations and pages are written.</summary>
    ObservationsWritten,

    /// <summary>The sync row, evidence and exception rows are written.</summary>
    RowsWritten,

    /// <summary>Leaves and nodes are written.</summary>
    LeavesWritten,

    /// <summary>The head names them; only the commit is missing.</summary>
    HeadMoved,

    /// <summary>The database has committed; the caller does not know it yet.</summary>
    Committed,

    /// <summary>A checkpoint is signed and stands nowhere.</summary>
    Signed,

    /// <summary>It stands in checkpoints.log, not in the database.</summary>
    Appended,

    /// <summary>It stands in both; the caller does not know it yet.</summary>
    Stored,
}
