using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Layer.Evidence;
using Layer.Evidence.Audits;

namespace Layer.Tests.Evidence.Audits;

public sealed class StoredZipSpecs
{
    private static readonly (string Name, string Text)[] Files =
    [
        ("README.txt", "read me\n"), ("assertion.md", ""), ("raw/0a.json.gz", "packed"), ("tiles/0", "0 x\n"), ("tiles/10", "1 x\n"), ("tiles/2", "2 x\n"),
        ("files.sha256", "sums\n"), ("files.sha256.sig", "note\n"),
    ];

    [Fact]
    public void What_is_written_is_a_zip_file_that_others_read_too()
    {
        using var zip = new ZipArchive(new MemoryStream(Write(Files)), ZipArchiveMode.Read);
        Assert.Equal(Files.Select(f => f.Name), zip.Entries.Select(e => e.FullName));
        Assert.All(zip.Entries, entry => Assert.Equal(entry.Length, entry.CompressedLength));
        Assert.All(zip.Entries, entry => Assert.Equal(1980, entry.LastWriteTime.Year));
        Assert.Equal(Files.Select(f => f.Text), zip.Entries.Select(e => new StreamReader(e.Open()).ReadToEnd()));
    }

    [Fact]
    public void The_same_files_give_the_same_bytes_and_are_read_back_with_their_hashes()
    {
        var bytes = Write(Files);
        Assert.Equal(bytes, Write(Files));
        var zip = StoredZip.Open(new MemoryStream(bytes));
        Assert.Equal(Files.Select(f => (f.Name, (long)f.Text.Length)), zip.Entries.Select(e => (e.Name, e.Length)));
        Assert.Equal(Files.Select(f => new StoredZipSum(f.Name, Digest.Of(Encoding.UTF8.GetBytes(f.Text)))), zip.ReadSums());
        Assert.Equal("packed", new StreamReader(zip.OpenEntry("raw/0a.json.gz")).ReadToEnd());
        Assert.Equal("ack"u8.ToArray(), zip.ReadPart(zip.Find("raw/0a.json.gz")!, 1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => zip.ReadPart(zip.Find("raw/0a.json.gz")!, 4, 3));
        Assert.Throws<FormatException>(() => zip.ReadEntry("raw/0a.json.gz", most: 5));
        Assert.Null(zip.Find("raw"));
    }

    [Fact]
    public void The_sums_of_the_writer_are_the_list_that_sha256sum_reads()
    {
        using var writer = new StoredZipWriter(new MemoryStream());
        using (var entry = writer.Begin("a"))
            entry.Write("abc"u8);
        Assert.Equal(
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a\n", Encoding.ASCII.GetString(BundleSums.Write(writer.Sums)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("a/../b")]
    [InlineData(".a")]
    [InlineData("a b")]
    [InlineData("a\\b")]
    [InlineData("ä")]
    public void A_name_that_is_not_made_of_plain_parts_is_neither_written_nor_read(string name)
    {
        using var writer = new StoredZipWriter(new MemoryStream());
        Assert.Throws<InvalidOperationException>(() => writer.Begin(name));
        Assert.Throws<FormatException>(() => Open(ByHand((name, "x"), ("files.sha256", ""), ("files.sha256.sig", ""))));
    }

    [Fact]
    public void Two_hundred_characters_are_a_name_and_one_more_is_none()
    {
        string longest = new('a', 200), longer = new('a', 201);
        Assert.Equal(longest, Open(Write((longest, "x"), ("files.sha256", ""), ("files.sha256.sig", ""))).Entries[0].Name);
        using var writer = new StoredZipWriter(new MemoryStream());
        Assert.Throws<InvalidOperationException>(() => writer.Begin(longer));
        Assert.Throws<FormatException>(() => Open(ByHand((longer, "x"), ("files.sha256", ""), ("files.sha256.sig", ""))));
    }

    [Theory]
    [InlineData("b,a,files.sha256,files.sha256.sig")]
    [InlineData("a,a,files.sha256,files.sha256.sig")]
    [InlineData("a,files.sha256.sig,files.sha256")]
    [InlineData("files.sha256,a,files.sha256.sig")]
    [InlineData("files.sha256,files.sha256.sig,z")]
    [InlineData("files.sha256,files.sha256,files.sha256.sig")]
    [InlineData("a,files.sha256")]
    [InlineData("a,files.sha256.sig")]
    [InlineData("a,b")]
    [InlineData("files.sha256.sig")]
    [InlineData("tiles/2,tiles/10,files.sha256,files.sha256.sig")]
    public void Another_order_or_a_name_that_comes_twice_is_neither_written_nor_read(string names)
    {
        var files = names.Split(',').Select(name => (name, "x")).ToArray();
        Assert.Throws<InvalidOperationException>(() => Write(files));
        Assert.Throws<FormatException>(() => Open(ByHand(files)));
    }

    [Fact]
    public void An_entry_at_a_time_is_written_and_nothing_after_the_end()
    {
        using var writer = new StoredZipWriter(new MemoryStream());
        var entry = writer.Begin("a");
        Assert.Throws<InvalidOperationException>(() => writer.Begin("b"));
        Assert.Throws<InvalidOperationException>(writer.Finish);
        entry.Dispose();
        entry.Dispose();
        Assert.Throws<ObjectDisposedException>(() => entry.WriteByte(1));
        writer.Begin("files.sha256").Dispose();
        writer.Begin("files.sha256.sig").Dispose();
        writer.Finish();
        Assert.Throws<InvalidOperationException>(writer.Finish);
        Assert.Throws<InvalidOperationException>(() => writer.Begin("z"));
    }

    [Fact]
    public void The_file_written_by_hand_is_the_one_of_the_writer()
    {
        Assert.Equal(Write(Files), ByHand(Files));
    }

    // Every single bit outside of the contents is fixed by the specification or by the contents, but those of a content are found by its CRC-32.
    [Fact]
    public void A_changed_bit_anywhere_is_noticed()
    {
        var bytes = Write(Files);
        for (var i = 0; i < bytes.Length * 8; i++)
        {
            var changed = bytes.ToArray();
            changed[i / 8] ^= (byte)(1 << i % 8);
            Assert.Throws<FormatException>(() => Open(changed).ReadSums());
        }
    }

    [Fact]
    public void A_file_that_is_cut_off_or_goes_on_is_refused()
    {
        var bytes = Write(Files);
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<FormatException>(() => Open(bytes[..length]));
        Assert.Throws<FormatException>(() => Open([.. bytes, 0]));
        Assert.Throws<FormatException>(() => Open([0, .. bytes]));
        Assert.Throws<FormatException>(() => Open([.. bytes, .. bytes]));
    }

    public static TheoryData<string, int, int> Deviations => new()
    {
        { "local version needed", 4, 10 }, { "local flags", 6, 1 << 11 }, { "local data descriptor", 6, 8 }, { "local method", 8, 8 },
        { "local time", 10, 1 }, { "local date", 12, 34 }, { "local extra", 28, 4 },
        { "central made by", -42, 3 << 8 | 20 }, { "central version needed", -40, 45 }, { "central flags", -38, 1 << 11 }, { "central method", -36, 8 },
        { "central time", -34, 1 }, { "central date", -32, 34 }, { "central extra", -16, 4 }, { "central comment", -14, 1 },
        { "central disk", -12, 1 }, { "central internal attributes", -10, 1 }, { "central external attributes", -8, 1 }, { "central offset", -4, 1 },
    };

    [Theory]
    [MemberData(nameof(Deviations))]
    public void A_field_with_another_value_is_refused(string field, int at, int value)
    {
        var bytes = Write(Files);
        var central = bytes.AsSpan().IndexOf("PK\u0001\u0002"u8);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at < 0 ? central + 46 + at : at), (ushort)value);
        Assert.True(Assert.Throws<FormatException>(() => Open(bytes)).Message.Contains("README.txt", StringComparison.Ordinal), field);
    }

    [Fact]
    public void An_end_record_that_says_something_else_is_refused()
    {
        foreach (var (at, value) in new[] { (4, 1), (6, 1), (8, 7), (10, 9), (12, 1), (16, 1), (20, 1) })
        {
            var bytes = Write(Files);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(bytes.Length - 22 + at), (ushort)value);
            Assert.Throws<FormatException>(() => Open(bytes));
        }
    }

    [Fact]
    public void An_extra_field_that_the_lengths_allow_is_refused()
    {
        var bytes = Write(Files);
        bytes[28] = 4; // length of the extra field of the first local header
        byte[] grown = [.. bytes[..40], 1, 0, 0, 0, .. bytes[40..]];
        var end = grown.Length - 22;
        BinaryPrimitives.WriteUInt32LittleEndian(grown.AsSpan(end + 16), BinaryPrimitives.ReadUInt32LittleEndian(grown.AsSpan(end + 16)) + 4);
        Assert.Throws<FormatException>(() => Open(grown));
    }

    [Fact]
    public void Bytes_between_two_entries_or_before_the_directory_are_refused()
    {
        Assert.Throws<FormatException>(() => Open(ByHand(gap: 0, Files)));
        Assert.Throws<FormatException>(() => Open(ByHand(gap: 3, Files)));
        Assert.Throws<FormatException>(() => Open(ByHand(gap: Files.Length, Files)));
    }

    [Fact]
    public void A_size_that_lies_is_refused()
    {
        foreach (var size in new[] { 0u, 7u, 9u, 5000u, uint.MaxValue })
        {
            var bytes = Write(Files);
            var central = bytes.AsSpan().IndexOf("PK\u0001\u0002"u8);
            foreach (var at in new[] { 18, 22, central + 20, central + 24 })
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), size);
            Assert.Throws<FormatException>(() => Open(bytes));
        }
    }

    private static StoredZip Open(byte[] bytes) => StoredZip.Open(new MemoryStream(bytes));

    private static byte[] Write(params (string Name, string Text)[] files)
    {
        var zip = new MemoryStream();
        using var writer = new StoredZipWriter(zip);
        foreach (var (name, text) in files)
        {
            using var entry = writer.Begin(name);
            entry.Write(Encoding.UTF8.GetBytes(text));
        }

        writer.Finish();
        return zip.ToArray();
    }

    private static byte[] ByHand(params (string Name, string Text)[] files) => ByHand(-1, files);

    // The layout once more, from the specification and not from the writer; a gap is one byte that belongs to nothing.
    private static byte[] ByHand(int gap, params (string Name, string Text)[] files)
    {
        var (body, directory) = (new List<byte>(), new List<byte>());
        for (var i = 0; i <= files.Length; i++)
        {
            if (i == gap)
                body.Add(0);
            if (i == files.Length)
                break;
            var (name, text) = (Encoding.Latin1.GetBytes(files[i].Name), Encoding.UTF8.GetBytes(files[i].Text));
            byte[] common = [20, 0, 0, 0, 0, 0, 0, 0, 33, 0, .. U32(Crc(text)), .. U32((uint)text.Length), .. U32((uint)text.Length), .. U16(name.Length), 0, 0];
            directory.AddRange([0x50, 0x4B, 1, 2, 20, 0, .. common, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. U32((uint)body.Count), .. name]);
            body.AddRange([0x50, 0x4B, 3, 4, .. common, .. name, .. text]);
        }

        return
        [
            .. body, .. directory, 0x50, 0x4B, 5, 6, 0, 0, 0, 0, .. U16(files.Length), .. U16(files.Length), .. U32((uint)directory.Count), .. U32((uint)body.Count), 0, 0,
        ];
    }

    private static byte[] U16(int value) => [(byte)value, (byte)(value >> 8)];

    private static byte[] U32(uint value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24)];

    // Bit by bit, as the polynomial says.
    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var each in bytes)
        {
            for (var bit = 0; bit < 8; bit++)
                crc = ((crc ^ (uint)(each >> bit)) & 1) == 1 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }
}
