using System.Data.Common;
using Layer.Evidence.Leaves;
using Layer.Operations;
using Layer.Storage;

namespace Layer.Workspaces;

/// <summary>A person's word that nothing of a workspace may be removed, whatever its retention says. It stands in the log and nowhere else.</summary>
/// <param name="Reason">As it was sealed: <c>PERSON: TEXT</c>.</param>
/// <param name="Since">When it was sealed, UTC.</param>
internal sealed record LegalHold(string Reason, DateTimeOffset Since)
{
    public const string Held = "workspace.held";
    public const string Released = "workspace.released";

    /// <summary>The hold that stands; null when there is none. What a row says about it would be easier to change than a leaf.</summary>
    /// <exception cref="RefusedException">LOG_BROKEN: a leaf cannot be read, so nobody knows.</exception>
    public static async Task<LegalHold?> FindAsync(StorageEngine engine, DbConnection connection, Guid workspace, CancellationToken cancellationToken)
    {
        var leaves = connection.QueryAsync(
            "SELECT idx, bytes FROM log_leaf WHERE workspace = @workspace AND kind = @kind ORDER BY idx DESC", cancellationToken,
            ("@workspace", engine.Id(workspace)), ("@kind", LeafKind.Audit));
        await foreach (var row in leaves)
        {
            var leaf = Read(row.GetInt64(0), row.GetFieldValue<byte[]>(1));
            switch (leaf.Body)
            {
                case AuditLeaf { Action: Held } audit:
                    return new LegalHold(audit.Reason ?? "", leaf.At);
                case AuditLeaf { Action: Released }:
                    return null;
            }
        }

        return null;
    }

    private static Leaf Read(long index, byte[] packed)
    {
        try
        {
            return Leaf.Parse(PackedBytes.Unpack(packed));
        }
        catch (Exception broken) when (broken is FormatException or InvalidDataException)
        {
            throw new RefusedException("LOG_BROKEN", ("item", $"leaf {index}"));
        }
    }
}
