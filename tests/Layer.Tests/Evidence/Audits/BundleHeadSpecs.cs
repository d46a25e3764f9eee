using System.Text;
using Layer.Evidence.Audits;
using Layer.Evidence.Log;

namespace Layer.Tests.Evidence.Audits;

public sealed class BundleHeadSpecs
{
    private const string Written =
        """{"checkpoint":1951,"earlier":[0,3,17],"first":18,"format":"layer-bundle/1","from":"2026-01-01","keys":["KEY"],"names":false,"origin":"ORIGIN","raw":true,"to":"2027-01-01"}""";

    private static readonly BundleHead Head = new()
    {
        Origin = Samples.Origin, From = new DateOnly(2026, 1, 1), To = new DateOnly(2027, 1, 1), Checkpoint = 1951, First = 18, Earlier = [0, 3, 17],
        Keys = [Samples.Key.Public], Names = false, Raw = true,
    };

    [Fact]
    public void It_is_written_as_specified_and_read_back()
    {
        Assert.Equal(Text(Written), Encoding.UTF8.GetString(Head.ToBytes()));
        var read = BundleHead.Parse(Head.ToBytes());
        Assert.Equal(Head.ToBytes(), read.ToBytes());
        Assert.Equal(Head.Keys, read.Keys);
        Assert.Equal(3 + 1951 - 18, read.Disclosed.Count());
    }

    [Theory]
    [InlineData("\"first\":18", "\"first\": 18")]
    [InlineData("\"first\":18", "\"first\":18.0")]
    [InlineData("\"first\":18", "\"first\":-1")]
    [InlineData("\"first\":18", "\"first\":null")]
    [InlineData("\"first\":18", "\"first\":18,\"first\":18")]
    [InlineData("\"first\":18", "\"first\":9007199254740992")]
    [InlineData("\"first\":18,", "")]
    [InlineData("[0,3,17]", "[0,3,\"17\"]")]
    [InlineData("[0,3,17]", "[0,3,-17]")]
    [InlineData("[0,3,17]", "[0,17,3]")]
    [InlineData("[0,3,17]", "[0,3,3]")]
    [InlineData("[0,3,17]", "[0,3,18]")]
    [InlineData("\"first\":18", "\"first\":1952")]
    [InlineData("\"checkpoint\":1951,\"earlier\":[0,3,17],\"first\":18", "\"checkpoint\":0,\"earlier\":[],\"first\":0")]
    [InlineData("[\"KEY\"]", "[\"KEY\",\"KEY\"]")]
    [InlineData("[\"KEY\"]", "[\"PEER\"]")]
    [InlineData("[0,3,17]", "{}")]
    [InlineData("bundle/1", "bundle/2")]
    [InlineData("2026-01-01", "2026-1-1")]
    [InlineData("2026-01-01", "2027-01-01")]
    [InlineData("2027-01-01", "2026-02-30")]
    [InlineData("2027-01-01", "2036-01-10")]
    [InlineData("[\"KEY\"]", "[]")]
    [InlineData("[\"KEY\"]", "[\"KEY \"]")]
    [InlineData("\"raw\":true", "\"raw\":1")]
    [InlineData("\"raw\":true", "\"raw\":true,\"ready\":true")]
    [InlineData("ORIGIN", "a b")]
    [InlineData("}", "}\n")]
    public void Anything_else_is_refused(string what, string instead)
    {
        Assert.Throws<FormatException>(() => BundleHead.Parse(Encoding.UTF8.GetBytes(Text(Written.Replace(what, instead, StringComparison.Ordinal)))));
    }

    private static string Text(string template) =>
        template.Replace("KEY", $"{Samples.Key.Public}", StringComparison.Ordinal)
        .Replace("PEER", $"{SigningKey.FromSeed("layer/other", new byte[32]).Public}", StringComparison.Ordinal).Replace("ORIGIN", Samples.Origin, StringComparison.Ordinal);
}
