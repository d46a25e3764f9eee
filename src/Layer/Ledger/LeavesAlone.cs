using Layer.Evidence;
using Layer.Evidence.Audits;

namespace Layer.Ledger;

/// <summary>The source of tables that are made of leaves alone: a connected subscription has its name from its connection leaf.</summary>
internal sealed class LeavesAlone : IAuditSource
{
    public IReadOnlyList<PopulationStep> Steps(Guid connection) => throw new InvalidOperationException("Coverage needs no population.");

    public ReadOnlyMemory<byte> Observation(Digest digest) => throw new InvalidOperationException("Coverage of connected subscriptions needs no observation.");
}
