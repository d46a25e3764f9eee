using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;

namespace Layer.Audits;

/// <summary>What a report tells of the leaves of a window that no table of the bundle needs: second thoughts, anomalies, limits of single runs, and what people did.</summary>
internal sealed class WindowNotes(AuditWindow window)
{
    private const int Most = 200;

    private readonly SortedDictionary<string, int> _anomalies = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _limits = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _products = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _readers = new(StringComparer.Ordinal);
    private readonly SortedSet<(string Host, string Issuer, bool PublicTrust)> _hosts = [];

    /// <summary>Second thoughts recorded in the window.</summary>
    public Newest<Placed<ExceptionLeaf>> Exceptions { get; } = new(Most);

    /// <summary>What people and the program's operators did in the window, in the order of the log.</summary>
    public Newest<(DateTimeOffset At, LeafBody Leaf)> Deeds { get; } = new(Most);

    /// <summary>What was odd in the window's records and did not forbid evidence: how many of each code.</summary>
    public IReadOnlyDictionary<string, int> Anomalies => _anomalies;

    /// <summary>Limits that single runs added: how many of the window's records carry each.</summary>
    public IReadOnlyDictionary<string, int> Limits => _limits;

    /// <summary>Versions of the program that read, with what they were built from.</summary>
    public IReadOnlyCollection<string> Products => _products;

    /// <summary>App registrations that read: application id and tenant.</summary>
    public IReadOnlyCollection<string> Readers => _readers;

    /// <summary>Who answered, with the issuer of the certificate, and whether its trust anchor is public.</summary>
    public IReadOnlyCollection<(string Host, string Issuer, bool PublicTrust)> Hosts => _hosts;

    /// <summary>Takes who read and who answered, of a manifest that says it.</summary>
    public void Add(ManifestSetting setting)
    {
        _products.Add($"{setting.Product.Version} ({setting.Product.Build})");
        if (setting.Reader is { } reader)
            _readers.Add($"{reader.ClientId} of tenant {reader.TenantId}");
        _hosts.UnionWith(setting.Hosts.Select(host => (host.Host, host.Issuer, host.PublicTrust)));
    }

    /// <param name="index">The leaf's index.</param>
    /// <param name="leaf">A leaf of the range.</param>
    /// <param name="inScope">Whether a connection's subscription is in scope.</param>
    public void Add(long index, Leaf leaf, Func<Guid, bool> inScope)
    {
        switch (leaf.Body)
        {
            case EvidenceRecord record when window.Contains(record.ObservedAt.From) && inScope(record.Connection):
                foreach (var anomaly in record.Anomalies)
                    _anomalies[anomaly.Code] = _anomalies.GetValueOrDefault(anomaly.Code) + 1;
                _ = Evidence.Frameworks.Limits.TryParse(record.Limits, out var run); // a leaf with other limits is not parsed
                foreach (var limit in run)
                    _limits[limit] = _limits.GetValueOrDefault(limit) + 1;
                break;
            case ExceptionLeaf exception when window.Contains(leaf.At) && inScope(exception.Connection):
                Exceptions.Add(new Placed<ExceptionLeaf>(index, leaf.At, exception));
                break;
            case ConnectionLeaf or KeyLeaf or EpochLeaf or AuditLeaf or MappingLeaf or ScopeLeaf when window.Contains(leaf.At):
                Deeds.Add((leaf.At, leaf.Body));
                break;
        }
    }
}
