using System.Text.Json;
using Layer.Evidence.Canonical;
using Layer.Evidence.Observations;

namespace Layer.Evidence.Audits;

/// <summary>The rows of <c>principals.csv</c> are commitments of the leaves they name (docs/evidence-format.md §8.9).</summary>
internal sealed class BundlePrincipals
{
    private const string Place = BundleFiles.Principals;

    private static readonly string[] Header =
        ["id", "tenant", "type", "name", "upnOrAppId", "userType", "enabled", "state", "firstLookedUp", "lastLookedUp", "salt", "commitment", "leaf"];

    private readonly BundleLeaves _leaves;
    private readonly HashSet<string> _assigned;
    private readonly HashSet<long> _used = [];

    private BundlePrincipals(BundleLeaves leaves, HashSet<string> assigned)
    {
        _leaves = leaves;
        _assigned = assigned;
    }

    /// <summary>Checks all rows, when there are names.</summary>
    public static void Check(BundleContainer bundle, BundleLeaves leaves, BundlePopulations populations)
    {
        if (!bundle.Head.Names)
            return;
        var principals = new BundlePrincipals(leaves, AssignedIn(populations));
        try
        {
            using var content = bundle.Zip.OpenEntry(Place);
            principals.Check(new CsvReader(content));
        }
        catch (FormatException malformed)
        {
            throw BundleProblemException.Broken(Place, malformed.Message, malformed);
        }

        if (leaves.NamesToUse.Where(index => !principals._used.Contains(index)).Order().FirstOrDefault(-1) is >= 0 and var needless)
            throw BundleProblemException.Broken(BundleHead.Name, $"Leaf {needless} is among the earlier leaves, and no row of {Place} needs it.");
    }

    private void Check(CsvReader csv)
    {
        if (!csv.Next() || !csv.Fields.SequenceEqual(Header))
            throw new FormatException("Its header is another one.");
        (string Id, long Leaf)? before = null;
        while (csv.Next())
        {
            if (csv.Fields.Count != Header.Length)
                throw new FormatException("A row has another number of fields than the header.");
            var row = (csv.Fields[0], CheckRow(csv.Fields));
            if (before is { } last && (string.CompareOrdinal(last.Id, row.Item1), last.Leaf.CompareTo(row.Item2)) is ( > 0, _) or (0, >= 0))
                throw new FormatException("Its rows are not ascending by id, then leaf.");
            before = row;
        }
    }

    private long CheckRow(IReadOnlyList<string> fields)
    {
        if (!_assigned.Contains(fields[0]))
            throw new FormatException($"{fields[0]} is the principal of no role assignment of this bundle.");
        if (!long.TryParse(fields[12], out var leaf) || fields[12] != leaf.ToString() || !_leaves.Names.TryGetValue(leaf, out var names))
            throw new FormatException($"'{fields[12]}' is no disclosed leaf of names.");
        if (!Guid.TryParseExact(fields[0], "D", out var id) || id.ToString("D") != fields[0])
            throw new FormatException($"'{fields[0]}' is no id.");
        var enabled = fields[6] switch { "true" => true, "false" => false, "" => (bool?)null, _ => throw new FormatException($"'{fields[6]}' is neither true nor false.") };
        if (!Digest.TryParse(fields[11], out var commitment) || fields[11] != commitment.ToString() || !names.Commitments.Contains(commitment))
            throw new FormatException($"The commitment {fields[11]} is not in leaf {leaf}.");
        if (!NameRecord.States.Contains(fields[7]) || names.Tenant.ToString("D") != fields[1])
            throw new FormatException($"The name of {fields[0]} has another state or tenant than a name of leaf {leaf} can have.");
        if (fields.Skip(8).Take(2).FirstOrDefault(time => time.Length > 0 && !Instant.TryParse(time, out _)) is { } wrong)
            throw new FormatException($"'{wrong}' is no point in time.");
        var salt = new byte[NameRecord.SaltSize];
        if (Convert.FromHexString(fields[10], salt, out _, out var written) != System.Buffers.OperationStatus.Done || written != salt.Length
            || Convert.ToHexStringLower(salt) != fields[10])
            throw new FormatException($"'{fields[10]}' is no salt of {salt.Length} bytes.");
        var known = new NameRecord { Id = id, Tenant = names.Tenant, State = fields[7], Enabled = enabled };
        if (!RecordsOf(known, fields).Any(record => record.Commitment(salt) == commitment))
            throw new FormatException($"The name of {fields[0]} is not what the commitment in leaf {leaf} is of.");
        _used.Add(leaf);
        return leaf;
    }

    // CSV does not tell an apostrophe put in front from one that was there: the commitment does. An empty text is null in a record.
    private static IEnumerable<NameRecord> RecordsOf(NameRecord known, IReadOnlyList<string> fields) =>
        from type in MeaningsOf(fields[2])
        from name in MeaningsOf(fields[3])
        from upn in MeaningsOf(fields[4])
        from userType in MeaningsOf(fields[5])
        select known with { Type = type, Name = name, UpnOrAppId = upn, UserType = userType };

    private static string?[] MeaningsOf(string field) => field switch
    {
        "" => [null],
        ['\'', var first, ..] when CsvWriter.IsFormula(first) => [field[1..], field],
        [var first, ..] when CsvWriter.IsFormula(first) => [],
        _ => [field],
    };

    private static HashSet<string> AssignedIn(BundlePopulations populations)
    {
        var assigned = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var digest in populations.ObservationsOf(ObservationType.RoleAssignment))
        {
            using var document = JsonDocument.Parse(populations.Observation(digest)); // it is canonical
            if (document.RootElement.GetProperty("facts").GetProperty("principalId").GetString() is { } principal)
                assigned.Add(principal);
        }

        return assigned;
    }
}
