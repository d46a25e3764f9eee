namespace Layer.Evidence.Audits;

/// <summary>The CRC-32 of zip files (ISO 3309, polynomial 0xEDB88320). It guards against damage, never against intent.</summary>
internal struct Crc32
{
    private static readonly uint[] Table = MakeTable();
    private uint _inverted;

    public readonly uint Value => _inverted;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var crc = ~_inverted;
        foreach (var each in bytes)
            crc = Table[(byte)(crc ^ each)] ^ crc >> 8;
        _inverted = ~crc;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            var entry = i;
            for (var bit = 0; bit < 8; bit++)
                entry = (entry & 1) == 1 ? entry >> 1 ^ 0xEDB88320 : entry >> 1;
            table[i] = entry;
        }

        return table;
    }
}
