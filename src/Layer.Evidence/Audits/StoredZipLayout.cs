using System.Buffers.Binary;
using System.Text;

namespace Layer.Evidence.Audits;

/// <summary>The one layout of a bundle's zip file (docs/evidence-format.md §8.1), so that writer and reader cannot differ.</summary>
internal static class StoredZipLayout
{
    public const int LocalHeaderSize = 30;
    public const int CentralHeaderSize = 46;
    public const int EndRecordSize = 22;
    public const int MostEntries = 65_534;
    public const int LongestName = 200;

    /// <summary>A bundle is smaller than this.</summary>
    public const long SizeLimit = 1L << 32;

    public const string Sums = "files.sha256";
    public const string SumsSignature = "files.sha256.sig";

    private const ushort Version = 20;
    private const ushort Date = 33; // 1980-01-01

    /// <summary>Null when the name may be an entry's, else why it may not.</summary>
    public static string? RefuseName(string name)
    {
        if (name.Length is 0 or > LongestName)
            return $"a name has 1 to {LongestName} characters";
        return name.Split('/').All(IsPart) ? null : "a name is made of parts of letters, digits, '.', '_' and '-' that begin with a letter or digit, joined by '/'";
    }

    /// <summary>Null when an entry of this name may follow one of that name (null for the first), else why it may not.</summary>
    public static string? RefuseOrder(string? before, string name) => (before, name) switch
    {
        (Sums, SumsSignature) => null,
        (SumsSignature, _) => $"nothing may follow {SumsSignature}",
        (Sums, _) => $"only {SumsSignature} may follow {Sums}",
        (_, SumsSignature) => $"{SumsSignature} must follow {Sums}",
        (_, Sums) or (null, _) => null,
        _ => string.CompareOrdinal(before, name) < 0 ? null : $"it must come before '{before}', and once",
    };

    public static void WriteLocalHeader(Span<byte> header, string name, uint crc, uint size)
    {
        header[..LocalHeaderSize].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0x04034B50);
        WriteCommon(header[4..], name, crc, size);
        Encoding.ASCII.GetBytes(name, header[LocalHeaderSize..]);
    }

    public static void WriteCentralHeader(Span<byte> header, string name, uint crc, uint size, uint offset)
    {
        header[..CentralHeaderSize].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0x02014B50);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], Version);
        WriteCommon(header[6..], name, crc, size);
        BinaryPrimitives.WriteUInt32LittleEndian(header[42..], offset);
        Encoding.ASCII.GetBytes(name, header[CentralHeaderSize..]);
    }

    public static void WriteEndRecord(Span<byte> record, int entries, uint size, uint offset)
    {
        record[..EndRecordSize].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(record, 0x06054B50);
        BinaryPrimitives.WriteUInt16LittleEndian(record[8..], (ushort)entries);
        BinaryPrimitives.WriteUInt16LittleEndian(record[10..], (ushort)entries);
        BinaryPrimitives.WriteUInt32LittleEndian(record[12..], size);
        BinaryPrimitives.WriteUInt32LittleEndian(record[16..], offset);
    }

    // Version needed, flags, method, time, date, CRC-32, packed size, size, length of the name: the same run of fields in both headers.
    private static void WriteCommon(Span<byte> fields, string name, uint crc, uint size)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(fields, Version);
        BinaryPrimitives.WriteUInt16LittleEndian(fields[8..], Date);
        BinaryPrimitives.WriteUInt32LittleEndian(fields[10..], crc);
        BinaryPrimitives.WriteUInt32LittleEndian(fields[14..], size);
        BinaryPrimitives.WriteUInt32LittleEndian(fields[18..], size);
        BinaryPrimitives.WriteUInt16LittleEndian(fields[22..], (ushort)name.Length);
    }

    private static bool IsPart(string part) =>
        part.Length > 0 && char.IsAsciiLetterOrDigit(part[0]) && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
