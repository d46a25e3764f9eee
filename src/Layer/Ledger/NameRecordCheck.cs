using System.Data.Common;
using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;
using Layer.Storage;

namespace Layer.Ledger;

/// <summary>Checks that every name record that was not erased opens a commitment of its leaf. One that was erased is missing, and that is no fault.</summary>
internal sealed class NameRecordCheck(StorageEngine engine, DbConnection connection, Guid workspace, CancellationToken cancellationToken)
{
    private readonly Dictionary<long, (Guid Tenant, HashSet<Digest> Commitments)> _leaves = [];

    /// <summary>Takes the leaves that hold commitments; all others are none of its business.</summary>
    public void Add(long index, LeafBody body)
    {
        if (body is NamesLeaf leaf)
            _leaves.Add(index, (leaf.Tenant, [.. leaf.Commitments]));
    }

    /// <exception cref="BrokenLogException">A record is not the one that was sealed.</exception>
    public async Task RunAsync()
    {
        var rows = connection.QueryAsync(
            "SELECT tenant_id, principal_id, commitment, salt, bytes, leaf FROM name_record WHERE workspace = @workspace", cancellationToken,
            ("@workspace", engine.Id(workspace)));
        await foreach (var row in rows)
        {
            var (commitment, salt, bytes) = (new Digest(row.GetFieldValue<byte[]>(2)), row.GetFieldValue<byte[]>(3), row.GetFieldValue<byte[]>(4));
            if (!_leaves.TryGetValue(row.GetInt64(5), out var leaf) || leaf.Tenant != engine.ReadId(row, 0) || !leaf.Commitments.Contains(commitment))
                throw new BrokenLogException($"The name record {commitment} is not in the leaf it names.");
            if (!Opens(commitment, salt, bytes, leaf.Tenant, row.GetString(1)))
                throw new BrokenLogException($"The name record {commitment} does not open the commitment that was sealed.");
        }
    }

    private static bool Opens(Digest commitment, byte[] salt, byte[] bytes, Guid tenant, string principal)
    {
        if (salt.Length != NameRecord.SaltSize || NameRecord.Commitment(salt, bytes) != commitment)
            return false;
        try
        {
            var record = NameRecord.Parse(bytes);
            return record.Tenant == tenant && record.Id.ToString() == principal;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
