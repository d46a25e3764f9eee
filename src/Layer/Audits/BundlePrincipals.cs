using System.Text.Json;
using Layer.Evidence.Audits;
using Layer.Evidence.Canonical;
using Layer.Evidence.Observations;
using Layer.Inventory;

namespace Layer.Audits;

/// <summary>What the principals of a bundle's role assignments are called: <c>principals.csv</c> (docs/evidence-format.md §8.9).</summary>
internal sealed class BundlePrincipals
{
    private static readonly string[] Header =
        ["id", "tenant", "type", "name", "upnOrAppId", "userType", "enabled", "state", "firstLookedUp", "lastLookedUp", "salt", "commitment", "leaf"];

    private readonly Dictionary<Guid, Guid> _tenants;
    private readonly IReadOnlyList<StoredNameRecord> _records;
    private readonly Dictionary<(Guid Tenant, string Id), NameRecord> _newest = [];

    private BundlePrincipals(Dictionary<Guid, Guid> tenants, IReadOnlyList<StoredNameRecord> records)
    {
        _tenants = tenants;
        _records = records;
        foreach (var record in records)
            _newest[(record.Tenant, record.PrincipalId)] = NameRecord.Parse(record.Bytes);
    }

    /// <summary>The records that were not erased, sealed below the checkpoint's size, of principals that hold a role in the bundle; their leaves are added to the plan.</summary>
    public static BundlePrincipals Of(AuditDatabase database, BundlePlan plan, AuditSource source, IReadOnlyList<Guid> connections)
    {
        // What one directory says about an id is no answer about the same id in another.
        var tenants = plan.Standing.Connections.Where(leaf => connections.Contains(leaf.Leaf.Connection)).GroupBy(leaf => leaf.Leaf.Connection)
            .ToDictionary(leaves => leaves.Key, leaves => leaves.Last().Leaf.Tenant);
        var principals = new HashSet<(Guid, string)>();
        foreach (var connection in connections)
        {
            foreach (var digest in source.Steps(connection).Where(step => step.Type == ObservationType.RoleAssignment).SelectMany(step => step.Add))
            {
                using var observation = JsonDocument.Parse(source.Observation(digest));
                if (observation.RootElement.GetProperty("facts").GetProperty("principalId") is { ValueKind: JsonValueKind.String } id)
                    principals.Add((tenants[connection], id.ToString().ToLowerInvariant()));
            }
        }

        var records = database.NameRecords().Where(record => record.Leaf < plan.Size && principals.Contains((record.Tenant, record.PrincipalId)))
            .OrderBy(record => record.PrincipalId, StringComparer.Ordinal).ThenBy(record => record.Leaf).ToList();
        plan.Disclose(records.Select(record => record.Leaf));
        return new BundlePrincipals(tenants, records);
    }

    /// <summary>The newest record of a principal in the directory of a connection; null when none is known.</summary>
    public NameRecord? Find(Guid connection, string principal) => _newest.GetValueOrDefault((_tenants.GetValueOrDefault(connection), principal.ToLowerInvariant()));

    public void WriteCsv(CsvWriter csv)
    {
        csv.Row(Header);
        foreach (var row in _records)
        {
            var record = NameRecord.Parse(row.Bytes);
            csv.Row(
                row.PrincipalId, record.Tenant.ToString("D"), record.Type, record.Name, record.UpnOrAppId, record.UserType,
                record.Enabled switch { true => "true", false => "false", null => null }, record.State, Instant.Format(row.FirstLookedUp),
                Instant.Format(row.LastLookedUp), Convert.ToHexStringLower(row.Salt.Span), row.Commitment.ToString(), row.Leaf.ToString());
        }
    }
}
