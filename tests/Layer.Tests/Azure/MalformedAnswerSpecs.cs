using System.Text;
using System.Text.Json;
using CsCheck;
using Layer.Azure.Lists;
using Layer.Azure.ResourceGroups;

namespace Layer.Tests.Azure;

public sealed class MalformedAnswerSpecs
{
    private static readonly string Good = $$$"""
        {"value":[{"id":"/subscriptions/{{{Recording.Subscription}}}/resourceGroups/a","name":"a","location":"x","tags":{"k":"v"},"properties":{"provisioningState":"Succeeded"}}]}
        """;

    [Theory]
    [InlineData("\"value\":[", "\"value\":null,\"v\":[")]
    [InlineData("\"value\":[", "\"valu\":[")]
    [InlineData("\"name\":\"a\"", "\"name\":7")]
    [InlineData("\"name\":\"a\"", "\"name\":null")]
    [InlineData("\"name\":\"a\",", "")]
    [InlineData("\"name\":\"a\"", "\"name\":\"a\",\"name\":\"a\"")]
    [InlineData("\"name\":\"a\"", "\"name\":\"a\",\"n\\u0061me\":\"b\"")]
    [InlineData("\"name\":\"a\"", "\"name\":\"a\\ud800\"")]
    [InlineData("\"k\":\"v\"", "\"k\":\"v\",\"k\":\"w\"")]
    [InlineData("\"k\":\"v\"", "\"k\":{}")]
    [InlineData("\"k\":\"v\"", "\"\\udc00\":\"v\"")]
    [InlineData("\"location\":\"x\"", "\"location\":\"x\",\"other\":{\"deep\":[{\"a\":1,\"a\":2}]}")]
    [InlineData("\"location\":\"x\"", "\"location\":\"x\",\"other\":[\"\\ud800\"]")]
    [InlineData("{\"provisioningState\":\"Succeeded\"}", "null")]
    [InlineData("{\"provisioningState\":\"Succeeded\"}", "{}")]
    [InlineData("/resourceGroups/a", "")]
    public void An_answer_that_is_not_what_Azure_documents_is_refused(string part, string by)
    {
        Assert.Contains(part, Good, StringComparison.Ordinal);
        Read(Encoding.UTF8.GetBytes(Good));

        Assert.Throws<MalformedAnswerException>(() => Read(Encoding.UTF8.GetBytes(Good.Replace(part, by, StringComparison.Ordinal))));
    }

    [Fact]
    public void An_answer_that_is_not_UTF_8_or_goes_on_after_its_end_is_refused()
    {
        Assert.Throws<MalformedAnswerException>(() => Read(Encoding.Latin1.GetBytes(Good.Replace("\"v\"", "\"é\"", StringComparison.Ordinal))));
        Assert.Throws<MalformedAnswerException>(() => Read(Encoding.UTF8.GetBytes(Good + "{}")));
    }

    [Fact]
    public void Whatever_bytes_come_the_reader_gives_rows_or_refuses()
    {
        var good = Encoding.UTF8.GetBytes(Good);
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).List[1, 4].Sample(changes =>
        {
            var bytes = good.ToArray();
            foreach (var (at, by) in changes)
                bytes[at] = by;
            try
            {
                Read(bytes);
                JsonDocument.Parse(bytes).Dispose();
            }
            catch (MalformedAnswerException)
            {
                // Refused, which is always right for bytes that were damaged.
            }
        }, iter: 20_000);
    }

    [Fact]
    public void A_page_cut_anywhere_is_refused()
    {
        var good = Encoding.UTF8.GetBytes(Good.TrimEnd());
        for (var length = 0; length < good.Length; length++)
            Assert.Throws<MalformedAnswerException>(() => Read(good[..length]));
    }

    private static void Read(byte[] page) => ArmPage.Read<ResourceGroup>(page, ResourceGroup.Reader(Recording.Subscription), static _ => { });
}
