using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Evidence.Frameworks;

namespace Layer.Audits;

/// <summary>Which kept pages of Azure's answers go with a bundle (docs/evidence-format.md §8.10).</summary>
internal static class BundlePages
{
    /// <summary>The kept pages of the manifests of bases, window's records and last changed records; of the last, the leaves are added to the plan.</summary>
    public static IReadOnlyList<Digest> Of(AuditDatabase database, BundlePlan plan, AuditLog log, IReadOnlyList<Guid> connections)
    {
        var manifests = new SortedSet<long>();
        foreach (var connection in connections)
        {
            foreach (var type in EvidenceType.All)
            {
                var (before, records) = WindowRecords.Of(log, connection, type.Id, plan.Window, plan.Size);
                manifests.UnionWith(records.Select(record => record.Manifest));
                if (before is not { } first)
                    continue;
                manifests.Add(first.Manifest);
                // A base without changes was read from pages that nobody kept: the sync that last changed something kept them.
                foreach (var index in database.RecordsWithChanges(connection, type.Id, first.Seq))
                {
                    var record = database.Record(index);
                    if (record.Changes.All(change => change is { Added: 0, Changed: 0, Removed: 0 }))
                        continue;
                    plan.DiscloseRecord(database, index);
                    manifests.Add(record.Manifest);
                    break;
                }
            }
        }

        var read = new HashSet<Digest>();
        foreach (var index in manifests)
        {
            var manifest = database.Manifest(index);
            read.UnionWith(manifest.Lists.SelectMany(list => list.Pages).Select(page => page.Sha256).OfType<Digest>());
            if (manifest.Cached is { } cached)
                read.Add(cached.Sha256);
        }

        return [.. database.KeptPages().Where(read.Contains)];
    }
}
