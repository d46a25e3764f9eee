using System.Text;
using CsCheck;
using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;

namespace Layer.Tests.Evidence.Audits;

/// <summary>
/// The expected members were computed by this program, which shares nothing with ours:
/// <code>
/// from hashlib import sha256
/// def h(*parts): return sha256("\n".join(("layer-sample/1",) + parts).encode()).digest()
/// def random(members, n, seed): return sorted(members, key=lambda m: h(seed, m))[:n]
/// def every_kth(members, n, seed):
///     members = sorted(members, key=lambda m: m.encode()); k = max(1, len(members) // n)
///     return members[int.from_bytes(h("start", seed)[:8], "big") % k::k][:n]
/// def leaf(m): return sha256(b"\0" + m.encode()).digest()
/// def root(hs):
///     if len(hs) &lt; 2: return hs[0] if hs else sha256(b"").digest()
///     k = 1 &lt;&lt; (len(hs) - 1).bit_length() - 1
///     return sha256(b"\1" + root(hs[:k]) + root(hs[k:])).digest()
/// january = [f"2026-01-{d:02}" for d in range(1, 32)]
/// </code>
/// </summary>
public sealed class SampleDrawSpecs
{
    private static readonly SampleMembers January = new(Enumerable.Range(1, 31).Select(day => new SampleMember($"2026-01-{day:d2}", null)));

    [Theory]
    [InlineData("random", 5, "20260630", "19 31 04 26 06")]
    [InlineData("random", 3, "", "03 12 31")]
    [InlineData("every-kth", 5, "20260630", "05 11 17 23 29")]
    [InlineData("every-kth", 7, "étude 7", "03 07 11 15 19 23 27")]
    [InlineData("every-kth", 1, "20260630", "25")]
    [InlineData("every-kth", 2, "20260630", "05 20")]
    [InlineData("every-kth", 16, "x", "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16")]
    public void Seed_and_population_alone_decide_what_is_drawn(string method, int n, string seed, string days)
    {
        Assert.Equal(days.Split(' ').Select(day => $"2026-01-{day}"), SampleDraw.Draw(method, n, seed, January));
    }

    [Fact]
    public void When_more_are_asked_for_than_there_are_all_are_drawn()
    {
        Assert.Equal(["2026-01-13", "2026-01-11", "2026-01-12"], SampleDraw.Draw("random", 40, "x", January).Take(3));
        Assert.Equal(31, SampleDraw.Draw("random", 40, "x", January).Count);
        Assert.Equal(January.Ordered.Select(member => member.Text), SampleDraw.Draw("every-kth", 40, "x", January));
        Assert.Equal(January.Ordered.Select(member => member.Text), SampleDraw.Draw("every-kth", 31, "x", January));
        Assert.All(SampleMethod.All, method => Assert.Empty(SampleDraw.Draw(method, 5, "x", new SampleMembers([]))));
    }

    [Fact]
    public void Members_are_ordered_and_sealed_by_their_UTF_8_bytes()
    {
        Assert.Equal("748d189462d0af41aed7f17e542be1a8525f6d393f50e404e4b4d7fb6cc50f63", $"{January.Root}");
        var far = new SampleMembers(new[] { "\U00010000", "z", "\uffff" }.Select(text => new SampleMember(text, null)));
        Assert.Equal(["z", "\uffff", "\U00010000"], far.Ordered.Select(member => member.Text));
        Assert.Equal("f9172f4ae0c74249f600f45ae235e7f74b968b05d5ebe430bcc4512ce9102a99", $"{far.Root}");
        Assert.Equal(MerkleTree.EmptyRoot, new SampleMembers([]).Root);
    }

    [Fact]
    public void Privileged_ones_are_drawn_at_random_among_those_that_are_or_may_be()
    {
        var members = new SampleMembers(
        [
            new("a yes", Privilege.Yes), new("b no", Privilege.No), new("c unknown", Privilege.Unknown), new("d no", Privilege.No), new("e yes", Privilege.Yes),
            new("f yes", Privilege.Yes),
        ]);

        Assert.Equal(["f yes", "e yes", "a yes"], SampleDraw.Draw("privileged", 3, "7", members));
        Assert.Equal(["f yes", "e yes", "a yes", "c unknown"], SampleDraw.Draw("privileged", 9, "7", members));
        Assert.Equal(["b no", "f yes", "e yes"], SampleDraw.Draw("random", 3, "7", members));
    }

    [Fact]
    public void Days_are_not_privileged_and_a_method_nobody_knows_draws_nothing()
    {
        Assert.Throws<ArgumentException>(() => SampleDraw.Draw("privileged", 3, "7", January));
        Assert.Throws<ArgumentException>(() => SampleDraw.Draw("favourites", 3, "7", January));
        Assert.Throws<ArgumentOutOfRangeException>(() => SampleDraw.Draw("random", 0, "7", January));
    }

    [Fact]
    public void In_whatever_order_the_members_come_the_sample_and_the_root_are_the_same()
    {
        var lists = Gen.Char['a', 'é'].Array[1, 3].Select(chars => new string(chars)).List[1, 40];
        Gen.Select(lists, Gen.String, Gen.Int[1, 50], Gen.Int[0, 1000]).Sample((texts, seed, n, turn) =>
        {
            seed = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(seed)); // no half of a surrogate pair: such a seed cannot be sealed
            var members = new SampleMembers(texts.Select(text => new SampleMember(text, Privilege.Yes)));
            var turned = new SampleMembers(texts.Skip(turn % texts.Count).Concat(texts.Take(turn % texts.Count)).Reverse().Select(text => new SampleMember(text, Privilege.Yes)));

            return members.Root == turned.Root
                && SampleMethod.All.All(method => SampleDraw.Draw(method, n, seed, members).SequenceEqual(SampleDraw.Draw(method, n, seed, turned)))
                && SampleDraw.Draw("random", n, seed, members).Count == Math.Min(n, texts.Count)
                && SampleDraw.Draw("every-kth", n, seed, members).Count == Math.Min(n, texts.Count);
        }, writeLine: Property.Print, iter: 500);
    }
}
