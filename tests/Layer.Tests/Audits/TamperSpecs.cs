using System.IO.Compression;
using System.Text;
using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Tests.Evidence;
using Layer.Tests.Evidence.Audits;

namespace Layer.Tests.Audits;

/// <summary>What somebody might do to a bundle, without the key and with it; each is caught, and the first bad place is named.</summary>
public sealed class TamperSpecs
{
    private const string Window = BundleStory.Window;

    private static readonly string[] Derived = ["index.csv", "coverage.csv", "subscriptions.csv", "changes.csv", "samples.csv"];

    public static TheoryData<string> WithoutTheKey => [.. Derived, "leaves.jsonl", "populations.jsonl", "observations.jsonl", "report.html", "limits.md", "tiles/0"];

    [Theory]
    [MemberData(nameof(WithoutTheKey))]
    public void Without_the_key_a_changed_file_does_not_fit_its_hash(string name)
    {
        var kit = BundleKit.Of(BundleStory.Usual(), Window);
        var list = ListOf(kit);
        kit.List = _ => list;
        Flip(kit, name);
        Assert.Equal((2, name), kit.Outcome());
    }

    [Theory]
    [MemberData(nameof(WithoutTheKey))]
    public void Without_the_key_a_changed_file_and_its_hash_do_not_fit_the_signature(string name)
    {
        var kit = BundleKit.Of(BundleStory.Usual(), Window);
        var note = kit.Sign(BundleSums.SignedText(kit.Head.Origin, Layer.Evidence.Digest.Of(Encoding.UTF8.GetBytes(ListOf(kit)))));
        kit.Note = _ => note;
        Flip(kit, name);
        Assert.Equal((2, "files.sha256"), kit.Outcome());
    }

    [Theory]
    [InlineData("index.csv")]
    [InlineData("coverage.csv")]
    [InlineData("subscriptions.csv")]
    [InlineData("changes.csv")]
    [InlineData("samples.csv")]
    public void With_the_key_an_edited_table_is_not_the_one_that_is_made_again(string name)
    {
        var kit = BundleKit.Of(BundleStory.Usual(), Window);
        kit.Files[name] = [.. kit.Files[name], .. "x\n"u8];
        Assert.Equal((2, name), kit.Outcome());
    }

    [Fact]
    public void With_the_key_a_day_that_was_missed_cannot_be_made_to_look_read()
    {
        var kit = BundleKit.Of(BundleStory.Usual(), Window);
        kit.Replace("coverage.csv", ",missed,", ",complete,");
        Assert.Equal((2, "coverage.csv"), kit.Outcome());
    }

    [Fact]
    public void A_flipped_bit_in_a_leaf_breaks_the_leaf_or_the_root()
    {
        var kit = BundleKit.Of(BundleStory.Usual(), Window);
        kit.Replace("leaves.jsonl", "\"trigger\":\"scheduled\"", "\"trigger\":\"catch-up\"");
        Assert.Equal((2, "checkpoint"), kit.Outcome());
    }

    [Fact]
    public void A_leaf_that_is_deleted_or_put_in_is_counted()
    {
        Assert.Equal((2, "leaves.jsonl"), Lines("leaves.jsonl", lines => lines.RemoveAt(lines.Count - 2)));
        Assert.Equal((2, "leaves.jsonl"), Lines("leaves.jsonl", lines => lines.Insert(3, lines[3])));
    }

    [Fact]
    public void Leaves_or_records_that_changed_places_break_the_root()
    {
        Assert.Equal((2, "checkpoint"), Lines("leaves.jsonl", lines => (lines[^1], lines[^2]) = (lines[^2], lines[^1])));
        Assert.Equal((2, "checkpoint"), Lines("leaves.jsonl", lines =>
        {
            var records = Enumerable.Range(0, lines.Count).Where(i => lines[i].Contains("\"kind\":\"evidence\"", StringComparison.Ordinal)).ToArray();
            (lines[records[^1]], lines[records[^3]]) = (lines[records[^3]], lines[records[^1]]);
        }));
    }

    [Fact]
    public void Populations_that_changed_places_are_named() =>
        Assert.Equal((2, "populations.jsonl"), Lines("populations.jsonl", lines => (lines[0], lines[1]) = (lines[1], lines[0])));

    [Fact]
    public void A_log_rebuilt_with_the_real_key_without_its_failed_day_does_not_extend_a_checkpoint_that_somebody_kept()
    {
        var kept = BundleKit.Of(BundleStory.Complete(), "2026-03-01..2026-03-03");
        var since = kept.Sign(kept.CheckpointAt(kept.Head.Checkpoint is var size ? (int)size - 1 : 0).Text);
        var story = new AuditStory();
        story.Connect("2026-02-27T09:00:00Z", 1);
        story.Read("2026-02-28T06:00:01Z", 1, Whole.First(1));
        story.State("2026-02-28T10:00:00Z", "2026-03-01..2026-03-03", [1]);
        story.Read("2026-03-01T06:00:01Z", 1, Whole.Group(1, "rg-app"));
        story.See("2026-03-01T06:00:05Z", 1);
        story.Read("2026-03-02T06:00:01Z", 1);
        story.Tell("2026-03-03T10:00:00Z", Samples.Bodies["audit"]);
        story.Tell("2026-03-03T11:00:00Z", Samples.Bodies["audit"]);
        var rebuilt = BundleKit.Of(story, "2026-03-01..2026-03-03");

        Assert.Equal(1, rebuilt.Verify(Samples.Key.Public).Verdict.ExitCode); // by itself it looks right
        var verdict = rebuilt.Verify(Samples.Key.Public, since);
        Assert.Equal((2, "checkpoint"), (verdict.Verdict.ExitCode, verdict.Place));
    }

    [Fact]
    public void A_failed_day_cut_out_of_the_log_leaves_a_hole_in_the_chain()
    {
        var story = BundleStory.Usual();
        var failed = story.Leaves.FindLastIndex(leaf => leaf.Body is SyncManifest { Status: "failed" });
        var leaves = story.Leaves.Where((_, i) => i != failed).ToList();
        var kit = BundleKit.Of(leaves, AuditStory.Window(Window), story.BundleOf(Window), raw: false, names: false);
        Assert.Equal(2, kit.Outcome().ExitCode);
    }

    [Fact]
    public void A_connection_that_stood_before_the_window_cannot_be_left_out()
    {
        var kit = BundleKit.Of(BundleStory.Usual(), Window);
        var connection = BundleStory.Usual().Leaves.FindIndex(leaf => leaf.Body is ConnectionLeaf);
        kit.Head = kit.Head with { Earlier = [.. kit.Head.Earlier.Where(index => index != connection)] };
        kit.FillTree();
        Assert.Equal(2, kit.Outcome().ExitCode);
    }

    [Fact]
    public void Readings_at_the_end_cannot_be_hidden_behind_their_hashes()
    {
        var kit = BundleKit.Of(BundleStory.Usual(), Window);
        var lines = Split(kit, "leaves.jsonl");
        Put(kit, "leaves.jsonl", lines[..^3]);
        Assert.Equal((2, "leaves.jsonl"), kit.Outcome());
    }

    [Fact]
    public void Signed_anew_with_another_key_it_is_another_signer()
    {
        var other = SigningKey.FromSeed(Samples.Origin, new byte[32]);
        var kit = BundleKit.Of(BundleStory.Usual(), Window, raw: false, names: false, other);
        var verdict = kit.Verify(Samples.Key.Public);
        Assert.Equal((3, "files.sha256.sig"), (verdict.Verdict.ExitCode, verdict.Place));
        Assert.Equal(2, kit.Verify().Verdict.ExitCode); // and the log does not know that key
    }

    [Fact]
    public void An_older_checkpoint_is_not_the_one_of_these_leaves()
    {
        var kit = BundleKit.Of(BundleStory.Usual(), Window);
        kit.Files["checkpoint"] = kit.Sign(kit.CheckpointAt((int)kit.Head.Checkpoint - 2).Text);
        Assert.Equal((2, "checkpoint"), kit.Outcome());
    }

    [Fact]
    public void An_origin_that_only_looks_the_same_is_none()
    {
        var kit = BundleKit.Of(BundleStory.Usual(), Window);
        kit.Replace("checkpoint", "layer/", "lаyer/"); // the second letter is Cyrillic
        Assert.Equal((4, "checkpoint"), kit.Outcome());
    }

    [Theory]
    [InlineData("leaves.jsonl")]
    [InlineData("changes.csv")]
    [InlineData("populations.jsonl")]
    [InlineData("observations.jsonl")]
    public void Lines_that_end_like_those_of_Windows_are_other_bytes(string name)
    {
        var kit = BundleKit.Of(BundleStory.Usual(), Window);
        kit.Replace(name, "\n", "\r\n");
        Assert.Equal(2, kit.Outcome().ExitCode);
    }

    [Fact]
    public void Cut_off_it_is_no_bundle()
    {
        var whole = BundleKit.Of(BundleStory.Usual(), Window).Build();
        Assert.Equal((4, "bundle"), Outcome(whole[..^1]));
        Assert.Equal((4, "bundle"), Outcome(whole[..(whole.Length / 2)]));
    }

    [Theory]
    [InlineData("../evil.txt", false)]
    [InlineData("/etc/passwd", false)]
    [InlineData("README.txt", false)]
    [InlineData("zeros.bin", true)]
    public void Another_zip_program_s_file_with_a_name_twice_a_way_out_or_a_bomb_is_no_bundle(string name, bool compressed)
    {
        var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (file, bytes) in BundleKit.Of(BundleStory.Usual(), Window).Files)
                Write(archive, file, bytes, CompressionLevel.NoCompression);
            Write(archive, name, new byte[compressed ? 100_000_000 : 10], compressed ? CompressionLevel.Optimal : CompressionLevel.NoCompression);
        }

        Assert.Equal((4, "bundle"), Outcome(zip.ToArray()));
    }

    private static void Write(ZipArchive archive, string name, byte[] bytes, CompressionLevel level)
    {
        using var entry = archive.CreateEntry(name, level).Open();
        entry.Write(bytes);
    }

    private static (int, string?) Outcome(byte[] bundle)
    {
        var verdict = BundleVerifier.Verify(new MemoryStream(bundle));
        return (verdict.Verdict.ExitCode, verdict.Place);
    }

    // With the key: the file is changed and everything signed again.
    private static (int, string?) Lines(string name, Action<List<string>> change)
    {
        var kit = BundleKit.Of(BundleStory.Usual(), Window);
        List<string> lines = [.. Split(kit, name)];
        change(lines);
        Put(kit, name, lines);
        return kit.Outcome();
    }

    private static string[] Split(BundleKit kit, string name) => Encoding.UTF8.GetString(kit.Files[name]).Split('\n')[..^1];

    private static void Put(BundleKit kit, string name, IEnumerable<string> lines) =>
        kit.Files[name] = Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));

    private static string ListOf(BundleKit kit)
    {
        var list = "";
        kit.List = text => list = text;
        kit.Build();
        kit.List = text => text;
        return list;
    }

    private static void Flip(BundleKit kit, string name) => kit.Files[name] = [(byte)(kit.Files[name][0] ^ 1), .. kit.Files[name][1..]];
}
