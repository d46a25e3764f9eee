using System.Text;
using Layer.Azure.RawPages;
using Layer.Evidence.Audits;

namespace Layer.Tests.Evidence.Audits;

/// <summary>Whatever the bytes are, the answer is a verdict, and never a better one than the truth.</summary>
public sealed class BundleFuzzSpecs
{
    private static readonly string[] OnlyListed = ["README.txt", "assertion.md", "limits.md", "mapping.json", "report.html", "verify.py", "controls/CC6.1.md"];

    [Fact]
    public void Every_byte_of_the_file_matters()
    {
        var bytes = BundleKit.Of(BundleStory.Complete(), "2026-03-01..2026-03-03").Build();
        for (var i = 0; i < bytes.Length; i += 3)
        {
            var changed = bytes.ToArray();
            changed[i] ^= (byte)(1 << i % 8);
            Assert.Equal(4, Verify(changed).Verdict.ExitCode);
        }
    }

    [Fact]
    public void Cut_off_anywhere_it_is_malformed()
    {
        var bytes = BundleKit.Of(BundleStory.Complete(), "2026-03-01..2026-03-03").Build();
        for (var length = 0; length < bytes.Length; length += 97)
            Assert.Equal(4, Verify(bytes[..length]).Verdict.ExitCode);
    }

    // With the log's key: whoever has it can sign any list of files, and still the files must fit one another.
    [Fact]
    public void A_changed_byte_of_a_signed_file_is_noticed_if_anything_is_made_from_that_file()
    {
        const int Seed = 20260301;
        var random = new Random(Seed);
        var kit = BundleKit.Of(BundleStory.Usual(), BundleStory.Window);
        foreach (var (name, bytes) in kit.Files.ToArray())
        {
            for (var i = 0; i < 60; i++)
            {
                var changed = bytes.ToArray();
                var at = random.Next(changed.Length);
                changed[at] = (byte)(random.Next(3) switch { 0 => changed[at] ^ 1 << random.Next(8), 1 => "\"\\{}[],:0\n"[random.Next(10)], _ => random.Next(256) });
                kit.Files[name] = changed;
                var verdict = Verify(kit.Build());
                if (changed.AsSpan().SequenceEqual(bytes) || OnlyListed.Contains(name))
                    Assert.Equal(1, verdict.Verdict.ExitCode);
                else
                    Assert.True(verdict.Verdict.ExitCode is 2 or 3 or 4, $"{name} at {at} (seed {Seed}): {verdict.Verdict.LastLine}");
            }

            kit.Files[name] = bytes;
        }
    }

    [Theory]
    [InlineData("bundle.json", 4)]
    [InlineData("leaves.jsonl", 2)]
    [InlineData("observations.jsonl", 2)]
    [InlineData("populations.jsonl", 2)]
    public void Hostile_json_is_refused_in_words(string name, int code)
    {
        string[] lines =
        [
            "", "\n", "null\n", "[]\n", "{}\n", "1e999\n", $"{new string('[', 100_000)}\n", $"{string.Concat(Enumerable.Repeat("{\"a\":", 5_000))}\n", "{\"\\ud800\":1}\n",
            "\"\\udfff\"\n", "\u00ff\n", "{\"a\":1,\"a\":2}\n", $"{{\"checkpoint\":{new string('9', 500)}}}\n",
        ];
        foreach (var line in lines.Append("\0\0\0").Append("\uFEFF{}\n"))
        {
            var kit = BundleKit.Of(BundleStory.Complete(), "2026-03-01..2026-03-03");
            kit.Files[name] = Encoding.UTF8.GetBytes(line);
            Assert.Equal(code, Verify(kit.Build()).Verdict.ExitCode);
        }
    }

    [Fact]
    public void Numbers_in_leaves_that_lead_beyond_everything_are_refused_in_words()
    {
        (string What, string Instead)[] lies =
        [
            ("\"seq\":1,", "\"seq\":9007199254740991,"), ("\"seq\":1,", "\"seq\":9007199254740992,"), ("\"count\":2,", "\"count\":2147483647,"),
            ("\"added\":2,", "\"added\":2147483647,"), ("2026-02-28T06", "9999-12-31T23"), ("2026-02-28T06", "0001-01-01T00"), ("2026-03-01", "9999-12-31"),
            ("[200,342,", "[200,9007199254740991,"), (",47,", ",2147483647,"), (",47,", ",47,99"), ("daily@06:00Z", "daily@99:99Z"),
            ("\"to\":\"2026-03-03\"", "\"to\":\"9999-12-31\""),
        ];
        foreach (var (what, instead) in lies)
        {
            var kit = BundleKit.Of(BundleStory.Complete(), "2026-03-01..2026-03-03");
            kit.Replace("leaves.jsonl", what, instead);
            Assert.Equal(2, Verify(kit.Build()).Verdict.ExitCode);
        }
    }

    private static BundleVerdict Verify(byte[] bytes) => BundleVerifier.Verify(new MemoryStream(bytes), derive: DerivedObservations.Of);
}
