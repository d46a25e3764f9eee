using System.Buffers.Binary;
using System.Text;

namespace Layer.Secrets;

/// <summary>Where a sealed value belongs. It is bound into the seal: a value carried to another place does not open.</summary>
/// <param name="Workspace">The workspace's id.</param>
/// <param name="Row">Table and id of the row, e.g. <c>credential/0192…</c>.</param>
/// <param name="Field">The column, e.g. <c>secret</c>.</param>
internal readonly record struct SealedPlace(Guid Workspace, string Row, string Field)
{
    /// <summary>Associated data. Lengths come first, so that no two places share their bytes.</summary>
    public byte[] Bind(ReadOnlySpan<byte> header)
    {
        var row = Encoding.UTF8.GetBytes(Row);
        var field = Encoding.UTF8.GetBytes(Field);
        var bytes = new byte[header.Length + 16 + 4 + row.Length + 4 + field.Length];
        var rest = bytes.AsSpan();
        header.CopyTo(rest);
        rest = rest[header.Length..];
        Workspace.TryWriteBytes(rest, bigEndian: true, out _);
        rest = rest[16..];
        BinaryPrimitives.WriteInt32BigEndian(rest, row.Length);
        row.CopyTo(rest[4..]);
        rest = rest[(4 + row.Length)..];
        BinaryPrimitives.WriteInt32BigEndian(rest, field.Length);
        field.CopyTo(rest[4..]);
        return bytes;
    }
}
