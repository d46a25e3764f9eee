using System.Text;
using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Evidence.Log;

namespace Layer.Tests.Evidence;

public sealed class TombstoneSpecs
{
    private const string Origin = "layer/0198f000-0000-7000-8000-000000000001";

    private static readonly Tombstone Left = new(
        Origin, 1951, Digest.Of("root"u8), new DateTimeOffset(2033, 11, 24, 9, 0, 0, 5, TimeSpan.Zero), "Ada Lovelace", "retention is over, CHG-2201");

    [Fact]
    public void A_tombstone_is_seven_lines_signed_with_the_logs_key()
    {
        var key = SigningKey.Create(Origin);

        var note = SignedNote.Parse(Encoding.UTF8.GetBytes(Left.Sign(key).Note));

        Assert.Equal(
            $"layer-tombstone/1\n{Origin}\n1951\n{Digest.Of("root"u8).ToBase64()}\n2033-11-24T09:00:00.005Z\nAda Lovelace\nretention is over, CHG-2201\n", note.Text);
        Assert.Equal(SignatureState.Valid, note.Check(key.Public));
        Assert.Equal(SignatureState.NotSigned, note.Check(SigningKey.Create(Origin).Public));
        Assert.Equal(Left, Tombstone.Parse(note.Text));
    }

    [Fact]
    public void The_specification_shows_one_that_its_key_signed()
    {
        var page = File.ReadAllText(Path.Combine(Golden.Path(""), "../../../../docs/evidence-format.md"));
        var note = SignedNote.Parse(Encoding.UTF8.GetBytes(page.Split("```text tombstone\n")[1].Split("```")[0]));
        var key = VerificationKey.Parse(page.Split("```text vkey\n")[1].Split("\n```")[0]);

        Assert.Equal(SignatureState.Valid, note.Check(key));
        Assert.Equal((Origin, 1951L, "Ada Lovelace"), (Tombstone.Parse(note.Text).Origin, Tombstone.Parse(note.Text).Size, Tombstone.Parse(note.Text).By));
    }

    [Theory]
    [InlineData("Ada\nLovelace", "over")]
    [InlineData("Ada", "over\nand more")]
    [InlineData("", "over")]
    [InlineData("Ada", "")]
    [InlineData("Ada", "with a\ttab")]
    public void A_text_that_would_break_a_line_or_is_empty_is_never_signed(string by, string reason) =>
        Assert.Throws<FormatException>(() => (Left with { By = by, Reason = reason }).Sign(SigningKey.Create(Origin)));

    [Fact]
    public void Another_logs_key_does_not_sign_it() => Assert.Throws<ArgumentException>(() => Left.Sign(SigningKey.Create("layer/other")));

    [Theory]
    [InlineData("layer-tombstone/1", "layer-tombstone/2")]
    [InlineData("\n1951\n", "\n01951\n")]
    [InlineData("2033-11-24T09:00:00.005Z", "2033-11-24 09:00")]
    [InlineData("Ada Lovelace\n", "")]
    [InlineData("CHG-2201\n", "CHG-2201\nmore\n")]
    [InlineData("CHG-2201\n", "CHG-2201")]
    public void What_is_no_tombstone_is_refused(string text, string instead) =>
        Assert.Throws<FormatException>(() => Tombstone.Parse(Left.Text.Replace(text, instead, StringComparison.Ordinal)));
}
