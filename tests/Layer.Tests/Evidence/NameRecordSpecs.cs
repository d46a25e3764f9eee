using System.Security.Cryptography;
using System.Text;
using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Evidence.Canonical;

namespace Layer.Tests.Evidence;

public sealed class NameRecordSpecs
{
    private const string Ada =
        """{"enabled":true,"id":"44444444-4444-4444-8444-444444444444","name":"Ada Lovelace","state":"resolved","tenant":"22222222-2222-4222-8222-222222222222","type":"user","upnOrAppId":"ada@contoso.example","userType":"Member"}""";

    private const string Gone =
        """{"enabled":null,"id":"44444444-4444-4444-8444-444444444444","name":null,"state":"not-found","tenant":"22222222-2222-4222-8222-222222222222","type":null,"upnOrAppId":null,"userType":null}""";

    private static NameRecord Of(string text) => NameRecord.Parse(Encoding.UTF8.GetBytes(text));

    [Theory]
    [InlineData(Ada)]
    [InlineData(Gone)]
    public void A_record_reads_back_to_the_bytes_it_was_read_from(string text)
    {
        var record = Of(text);

        Assert.Equal(text, Encoding.UTF8.GetString(record.ToBytes()));
        Assert.True(CanonicalJson.IsCanonicalProfile(record.ToBytes()));
        Assert.Equal(record, Of(text));
    }

    [Fact]
    public void A_record_says_what_the_directory_said()
    {
        var ada = Of(Ada);

        Assert.Equal(
            ("resolved", "user", "Ada Lovelace", "ada@contoso.example", "Member", true), (ada.State, ada.Type, ada.Name, ada.UpnOrAppId, ada.UserType, ada.Enabled));
        Assert.Equal(("not-found", null, null, null, null, null), (Of(Gone).State, Of(Gone).Type, Of(Gone).Name, Of(Gone).UpnOrAppId, Of(Gone).UserType, Of(Gone).Enabled));
    }

    [Fact]
    public void A_commitment_is_the_hash_of_salt_and_bytes_and_another_salt_makes_another_one()
    {
        byte[] salt = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];

        var commitment = Of(Ada).Commitment(salt);

        Assert.Equal(new Digest(SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(Ada)])), commitment);
        salt[0]++;
        Assert.NotEqual(commitment, Of(Ada).Commitment(salt));
        Assert.Throws<ArgumentException>(() => Of(Ada).Commitment(salt.AsSpan(1)));
    }

    [Fact]
    public void The_specification_shows_a_record_and_its_commitment()
    {
        var page = File.ReadAllText(Path.Combine(Golden.Path(""), "../../../../docs/evidence-format.md"));
        var example = page.Split("```json name-record\n")[1].Split("\n```")[0];

        var commitment = Of(example).Commitment(Convert.FromHexString("000102030405060708090a0b0c0d0e0f"));

        Assert.Equal(Ada, example);
        Assert.Contains($"With the salt `000102030405060708090a0b0c0d0e0f` its commitment is `{commitment}`.", page, StringComparison.Ordinal);
    }

    public static TheoryData<string> Others =>
    [
        Ada.Replace("\"enabled\":true,", "", StringComparison.Ordinal),
        Ada.Replace("\"enabled\":true", "\"enabled\":\"true\"", StringComparison.Ordinal),
        Ada.Replace("{\"enabled\"", "{ \"enabled\"", StringComparison.Ordinal),
        Ada.Replace("\"resolved\"", "\"known\"", StringComparison.Ordinal),
        Ada.Replace("44444444-4444-4444-8444-444444444444", "ABCDEFAB-4444-4444-8444-444444444444", StringComparison.Ordinal),
        Ada.Replace("\"userType\":\"Member\"}", "\"userType\":\"Member\",\"z\":1}", StringComparison.Ordinal),
        Ada.Replace("\"name\":\"Ada Lovelace\"", "\"name\":\"\\u0041da Lovelace\"", StringComparison.Ordinal),
        Ada + " ",
        "[]",
        "",
    ];

    [Theory]
    [MemberData(nameof(Others))]
    public void What_is_not_exactly_a_record_is_refused(string text) => Assert.ThrowsAny<FormatException>(() => Of(text));
}
