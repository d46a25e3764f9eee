using System.Text;
using System.Text.Json;
using CsCheck;
using Layer.Evidence.Canonical;

namespace Layer.Tests.Evidence;

public sealed class CanonicalJsonSpecs
{
    [Fact]
    public void Public_vectors_of_RFC_8785_come_out_byte_for_byte()
    {
        var inputs = Directory.GetFiles(SharedFolder.Find("vectors", "jcs", "input"));
        Assert.Equal(6, inputs.Length);
        Assert.All(inputs, input =>
        {
            var expected = File.ReadAllText(SharedFolder.Find("vectors", "jcs", "output", Path.GetFileName(input)));
            Assert.Equal(expected, Canonicalize(File.ReadAllBytes(input)));
            Assert.Equal(expected, Canonicalize(Encoding.UTF8.GetBytes(expected)));
        });
    }

    [Theory] // RFC 8785, appendix B
    [InlineData(0x0000000000000000, "0")]
    [InlineData(0x8000000000000000, "0")]
    [InlineData(0x0000000000000001, "5e-324")]
    [InlineData(0x8000000000000001, "-5e-324")]
    [InlineData(0x7fefffffffffffff, "1.7976931348623157e+308")]
    [InlineData(0xffefffffffffffff, "-1.7976931348623157e+308")]
    [InlineData(0x4340000000000000, "9007199254740992")]
    [InlineData(0xc340000000000000, "-9007199254740992")]
    [InlineData(0x4430000000000000, "295147905179352830000")]
    [InlineData(0x44b52d02c7e14af5, "9.999999999999997e+22")]
    [InlineData(0x44b52d02c7e14af6, "1e+23")]
    [InlineData(0x44b52d02c7e14af7, "1.0000000000000001e+23")]
    [InlineData(0x444b1ae4d6e2ef4e, "999999999999999700000")]
    [InlineData(0x444b1ae4d6e2ef4f, "999999999999999900000")]
    [InlineData(0x444b1ae4d6e2ef50, "1e+21")]
    [InlineData(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7")]
    [InlineData(0x3eb0c6f7a0b5ed8d, "0.000001")]
    [InlineData(0x41b3de4355555553, "333333333.3333332")]
    [InlineData(0x41b3de4355555554, "333333333.33333325")]
    [InlineData(0x41b3de4355555555, "333333333.3333333")]
    [InlineData(0x41b3de4355555556, "333333333.3333334")]
    [InlineData(0x41b3de4355555557, "333333333.33333343")]
    [InlineData(0xbecbf647612f3696, "-0.0000033333333333333333")]
    [InlineData(0x43143ff3c1cb0959, "1424953923781206.2")]
    public void Numbers_are_written_as_ECMAScript_writes_them(ulong bits, string expected) =>
        Assert.Equal(expected, Encoding.ASCII.GetString(EcmaScriptNumber.Format(BitConverter.UInt64BitsToDouble(bits))));

    [Fact]
    public void Every_double_reads_back_from_its_shortest_digits() =>
        Gen.Double.Where(double.IsFinite).Sample(
            d => double.Parse(EcmaScriptNumber.Format(d)) == d, Property.Print, iter: 20_000, threads: 1);

    [Theory]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"a\":1,\"\\u0061\":2}")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\udc00\\ud800\"")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("1e400")]
    [InlineData("NaN")]
    [InlineData("01")]
    [InlineData("[1,]")]
    [InlineData("{} {}")]
    [InlineData("// c\n1")]
    [InlineData("")]
    public void What_has_no_canonical_form_is_refused(string json)
    {
        Assert.Throws<MalformedTextException>(() => Canonicalize(Encoding.UTF8.GetBytes(json)));
        Assert.False(CanonicalJson.IsCanonicalProfile(Encoding.UTF8.GetBytes(json)));
    }

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_refused_also_where_nobody_looks_at_the_string()
    {
        Assert.Throws<MalformedTextException>(() => Canonicalize([(byte)'"', 0xC3, (byte)'"']));
        Assert.Throws<MalformedTextException>(() => Canonicalize([(byte)'"', 0xED, 0xA0, 0x80, (byte)'"']));
        Assert.False(CanonicalJson.IsCanonicalProfile(new byte[] { (byte)'"', 0xC0, 0x80, (byte)'"' }));
    }

    [Theory]
    [InlineData("{\"a\":[1,-2,\"ü\",null,true,{}]}", true)]
    [InlineData("9007199254740991", true)]
    [InlineData("-9007199254740991", true)]
    [InlineData("9007199254740992", false)]
    [InlineData("1.5", false)]
    [InlineData("1e3", false)]
    [InlineData("1.0", false)]
    [InlineData("-0", false)]
    [InlineData("{\"ü\":1}", false)]
    [InlineData("{\"b\":1,\"a\":1}", false)]
    [InlineData("{ \"a\":1}", false)]
    [InlineData("\"\\u00fc\"", false)]
    [InlineData("\"\\/\"", false)]
    [InlineData("\"\\u000A\"", false)]
    [InlineData("\"\\n\"", true)]
    [InlineData("\"\\u001f\"", true)]
    [InlineData("\"\\u001F\"", false)]
    public void The_profile_has_one_spelling_and_no_fractions(string json, bool canonical) =>
        Assert.Equal(canonical, CanonicalJson.IsCanonicalProfile(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void The_writer_spells_any_text_as_a_reader_of_the_standard_library_understands_it_and_as_the_RFC_says() =>
        Gen.Char['\0', '\uffff'].Array.Select(chars => new string(chars)).Sample(
            text =>
            {
                var writer = new CanonicalWriter();
                if (HasLoneSurrogate(text))
                {
                    Assert.Throws<MalformedTextException>(() => writer.String(text));
                    return true;
                }

                writer.String(text);
                return Encoding.UTF8.GetString(writer.WrittenSpan) == Reference(text) && JsonSerializer.Deserialize<string>(writer.WrittenSpan) == text;
            },
            Property.Print, iter: 5_000, threads: 1);

    [Fact]
    public void The_writer_refuses_names_out_of_order()
    {
        var writer = new CanonicalWriter();
        writer.StartObject();
        writer.Property("b", 1L);
        Assert.Throws<InvalidOperationException>(() => writer.Name("a"));
        Assert.Throws<InvalidOperationException>(() => writer.Name("b"));
        Assert.Throws<InvalidOperationException>(() => writer.Name("ü"));
    }

    // RFC 8785 §3.2.2.2, written out again.
    private static string Reference(string text)
    {
        var json = new StringBuilder("\"");
        foreach (var c in text)
        {
            json.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\f' => "\\f",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' => $"\\u{(int)c:x4}",
                _ => c.ToString(),
            });
        }

        return json.Append('"').ToString();
    }

    private static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                return true;
        }

        return false;
    }

    private static string Canonicalize(byte[] json) => Encoding.UTF8.GetString(CanonicalJson.Canonicalize(json));
}
