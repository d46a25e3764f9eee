using System.Diagnostics.Metrics;
using Layer.Storage;

namespace Layer.Ledger;

/// <summary>What this process stored, counted.</summary>
internal static class LedgerMeter
{
    public const string Name = "Layer";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Syncs = Meter.CreateCounter<long>("layer_sync_total", description: "Syncs that this process stored, by result and, when failed, by code of the error catalog.");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("layer_sync_duration_seconds", description: "From the first request of a sync to its last answer.");

    public static void Ended(Sync sync)
    {
        Syncs.Add(1, new("result", KebabCaseText.Of(sync.Status)), new("cause", sync.Code ?? ""));
        Duration.Record((sync.EndedAt - sync.StartedAt).TotalSeconds);
    }
}
