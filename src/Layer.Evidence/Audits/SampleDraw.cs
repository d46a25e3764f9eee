using System.Buffers.Binary;
using System.Text;
using Layer.Evidence.Leaves;

namespace Layer.Evidence.Audits;

/// <summary>Draws members of a population so that anybody who knows the seed draws the same (docs/evidence-format.md §8.8).</summary>
public static class SampleDraw
{
    /// <summary>Changes with every change of what is drawn.</summary>
    public const string Algorithm = SampleLeaf.CurrentAlgorithm;

    private const char Separator = '\n';

    /// <summary>The members drawn, in the order in which they are drawn; all of them when there are fewer than asked for.</summary>
    /// <param name="method">One of <see cref="SampleMethod"/>.</param>
    /// <param name="n">How many, at least 1.</param>
    /// <param name="seed">Any text.</param>
    /// <param name="members">What is drawn from.</param>
    /// <exception cref="ArgumentException">There is no such method, or it cannot draw from these members: days are not privileged.</exception>
    public static IReadOnlyList<string> Draw(string method, int n, string seed, SampleMembers members)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        return method switch
        {
            SampleMethod.Random => Random(n, seed, members.Ordered),
            SampleMethod.Privileged when members.Ordered.Any(member => member.Privileged is null) =>
                throw new ArgumentException("Nothing is known to be privileged or not among these members.", nameof(members)),
            SampleMethod.Privileged => Random(n, seed, members.Ordered.Where(member => member.Privileged is Privilege.Yes or Privilege.Unknown)),
            SampleMethod.EveryKth => EveryKth(n, seed, members.Ordered),
            _ => throw new ArgumentException($"'{method}' is no way to draw.", nameof(method)),
        };
    }

    private static string[] Random(int n, string seed, IEnumerable<SampleMember> members) =>
    [
        .. members.Select(member => (Hash: Hash(seed, member.Text), member.Text)).OrderBy(member => member.Hash).Take(n).Select(member => member.Text),
    ];

    private static List<string> EveryKth(int n, string seed, IReadOnlyList<SampleMember> members)
    {
        var k = Math.Max(1, members.Count / n);
        var start = (int)(BinaryPrimitives.ReadUInt64BigEndian(Hash("start", seed).ToArray()) % (ulong)k);
        var drawn = new List<string>();
        for (long i = start; i < members.Count && drawn.Count < n; i += k)
            drawn.Add(members[(int)i].Text);
        return drawn;
    }

    private static Digest Hash(string first, string second) => Digest.Of(Encoding.UTF8.GetBytes($"{Algorithm}{Separator}{first}{Separator}{second}"));
}
