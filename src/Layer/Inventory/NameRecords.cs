using Layer.Evidence;
using Layer.Storage;

namespace Layer.Inventory;

/// <summary>The sealed name records of a workspace that were not erased.</summary>
internal static class NameRecords
{
    /// <summary>All of them, in order of principal id, then of leaf.</summary>
    public static async Task<IReadOnlyList<StoredNameRecord>> ListAsync(LayerDatabase database, Guid workspace, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        var records = new List<StoredNameRecord>();
        // A foreign key makes sure that no record is left out for want of its principal's row.
        var rows = connection.QueryAsync(
            """
            SELECT r.tenant_id, r.principal_id, r.salt, r.bytes, r.commitment, r.leaf, n.first_looked_up_at, n.last_looked_up_at
            FROM name_record r JOIN principal_name n
                ON n.workspace = r.workspace AND n.tenant_id = r.tenant_id AND n.principal_id = r.principal_id
            WHERE r.workspace = @workspace
            """,
            cancellationToken, ("@workspace", database.Engine.Id(workspace)));
        await foreach (var row in rows)
        {
            records.Add(new StoredNameRecord(
                database.Engine.ReadId(row, 0), row.GetString(1), row.GetFieldValue<byte[]>(2), row.GetFieldValue<byte[]>(3), new Digest(row.GetFieldValue<byte[]>(4)),
                row.GetInt64(5), new DateTimeOffset(row.GetInt64(6), TimeSpan.Zero), new DateTimeOffset(row.GetInt64(7), TimeSpan.Zero)));
        }

        // Here and not in SQL: PostgreSQL would order text by the locale of its database.
        return [.. records.OrderBy(record => record.PrincipalId, StringComparer.Ordinal).ThenBy(record => record.Leaf)];
    }
}

/// <summary>What opens one commitment.</summary>
/// <param name="Tenant">The directory that was asked.</param>
/// <param name="PrincipalId">The object id, in lower case.</param>
/// <param name="Salt">16 bytes.</param>
/// <param name="Bytes">The canonical bytes of an <see cref="Evidence.Audits.NameRecord"/>.</param>
/// <param name="Commitment">SHA-256(salt ‖ bytes), as the leaf holds it.</param>
/// <param name="Leaf">Index of the leaf.</param>
/// <param name="FirstLookedUp">Of the principal, not of the record: when it was first asked for.</param>
/// <param name="LastLookedUp">Of the principal: when it was last asked for.</param>
internal sealed record StoredNameRecord(
    Guid Tenant, string PrincipalId, ReadOnlyMemory<byte> Salt, ReadOnlyMemory<byte> Bytes, Digest Commitment, long Leaf,
    DateTimeOffset FirstLookedUp, DateTimeOffset LastLookedUp);
