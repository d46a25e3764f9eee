using System.Text;
using Layer.Evidence.Canonical;
using Layer.Evidence.Collecting;
using Layer.Evidence.Leaves;

namespace Layer.Tests.Evidence;

public sealed class LeafSpecs
{
    public static TheoryData<string> Names => [.. Samples.Bodies.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_leaf_of_every_kind_has_the_bytes_of_its_golden_file(string name) =>
        Golden.Compare($"{name}.json", Samples.Leaf(name).Bytes.Span);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_leaf_of_every_kind_reads_back_to_what_was_written(string name)
    {
        var leaf = Samples.Leaf(name);
        var read = Leaf.Parse(leaf.Bytes);

        Assert.True(CanonicalJson.IsCanonicalProfile(leaf.Bytes));
        Assert.Equal(Samples.At, read.At);
        Assert.Equal(Samples.Origin, read.Log);
        Assert.Equal(leaf.Hash, read.Hash);
        Assert.Equal(Samples.Bodies[name].GetType(), read.Body.GetType());
        Assert.Equivalent(Samples.Bodies[name], read.Body, strict: false);
    }

    [Fact]
    public void Every_kind_has_a_golden_file()
    {
        Assert.Equal(LeafKind.All.Order(), Samples.Bodies.Values.Select(b => b.Kind).Distinct().Order());
    }

    [Fact]
    public void Every_standing_kind_but_genesis_and_every_sync_names_a_standing_leaf_and_no_other_kind_does()
    {
        Assert.Equal(
            LeafKind.Standing.Order(),
            Samples.Bodies.Values.Where(body => body is StandingLeaf or GenesisLeaf).Select(body => body.Kind).Distinct().Order());
        Assert.All(Samples.Bodies.Keys, name =>
        {
            var named = Leaf.Create(Samples.At, Samples.Origin, Samples.Bodies[name].After(77));
            var text = Encoding.UTF8.GetString(named.Bytes.Span);
            Assert.Equal(Samples.Bodies[name] is StandingLeaf or SyncManifest, text.Contains("\"standing\":77"));
            Assert.Equal(text.Contains("\"standing\":77"), text.Contains("\"standing\":"));
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_flipped_bit_of_a_leaf_changes_its_hash_or_is_refused(string name)
    {
        var leaf = Samples.Leaf(name);
        for (var i = 0; i < leaf.Bytes.Length * 8; i += 7)
        {
            var flipped = leaf.Bytes.ToArray();
            flipped[i / 8] ^= (byte)(1 << i % 8);
            if (TryParse(flipped) is { } other)
                Assert.NotEqual(leaf.Hash, other.Hash);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_leaf_with_a_property_more_or_less_is_refused(string name)
    {
        var text = Encoding.UTF8.GetString(Samples.Leaf(name).Bytes.Span);
        Assert.Null(TryParse(text.Replace("\"v\":1}", "\"v\":1,\"w\":1}")));
        Assert.Null(TryParse(text.Replace(",\"v\":1}", "}")));
        Assert.Null(TryParse(text.Replace("\"body\":{", "\"body\":{\"a\":1,")));
        Assert.Null(TryParse(text.Replace("},\"kind\"", ",\"zzz\":null},\"kind\"")));
        Assert.Null(TryParse(text.Replace("\"v\":1}", "\"v\":2}")));
        Assert.Null(TryParse(text + "\n"));
        Assert.Null(TryParse(" " + text));
        Assert.Null(TryParse("\ufeff" + text));
        Assert.Null(TryParse(text.Replace("\"kind\":\"", "\"kind\":\"x")));
        Assert.Null(TryParse(text.Replace("\"kind\":\"", "\"kind\":\"\\u0061")));
    }

    [Theory]
    [InlineData("2026-11-23T06:00:02Z")]
    [InlineData("2026-11-23T06:00:02.12Z")]
    [InlineData("2026-11-23T06:00:02.1234Z")]
    [InlineData("2026-11-23T06:00:02.123+00:00")]
    [InlineData("2026-11-23 06:00:02.123Z")]
    [InlineData("2026-11-23T24:00:00.000Z")]
    [InlineData("2026-02-30T06:00:02.123Z")]
    [InlineData(" 2026-11-23T06:00:02.123Z")]
    public void A_time_in_another_form_is_refused(string at) => Assert.Null(TryParse(Replace("audit", "2026-11-23T06:00:02.123Z", at)));

    [Theory]
    [InlineData("0123456789ABCDEF0123456789ABCDEF")]
    [InlineData("0123456789abcdef0123456789abcde")]
    [InlineData("0123456789abcdef0123456789abcdeg")]
    public void A_salt_in_another_form_is_refused(string salt)
    {
        var leaf = Samples.Leaf("audit");
        Assert.Null(TryParse(Replace("audit", leaf.Salt, salt)));
    }

    [Fact]
    public void Two_leaves_that_say_the_same_have_different_hashes()
    {
        var body = Samples.Bodies["audit"];
        Assert.NotEqual(Leaf.Create(Samples.At, Samples.Origin, body).Hash, Leaf.Create(Samples.At, Samples.Origin, body).Hash);
    }

    [Fact]
    public void A_leaf_that_could_not_be_read_back_is_never_made()
    {
        var unread = Samples.Complete with { Lists = [.. Samples.Complete.Lists.Select(l => l with { Ended = false })] };
        var refused = Assert.Throws<FormatException>(() => Leaf.Create(Samples.At, Samples.Origin, unread));
        Assert.Contains("arm.subscription/1", refused.Message);
        Assert.Throws<FormatException>(() => Leaf.Create(Samples.At, Samples.Origin, Samples.Failed with { Code = null }));
        Assert.Throws<FormatException>(() => Leaf.Create(Samples.At, Samples.Origin, Samples.Complete with { Trigger = "whim" }));
        Assert.Throws<FormatException>(() => Leaf.Create(Samples.At, Samples.Origin, Samples.RoleAssignments with { Changes = [] }));
        Assert.Throws<MalformedTextException>(() => Leaf.Create(Samples.At, Samples.Origin, new AuditLeaf("os:a@b", "x", "\ud800", null)));
    }

    [Fact]
    public void A_complete_sync_without_one_of_the_lists_it_needs_is_refused()
    {
        foreach (var needed in new[] { UrlTemplate.Subscription, UrlTemplate.ResourceGroups, UrlTemplate.RoleAssignments })
        {
            var without = Samples.Complete with { Lists = [.. Samples.Complete.Lists.Where(l => l.Template != needed)] };
            var refused = Assert.Throws<FormatException>(() => Leaf.Create(Samples.At, Samples.Origin, without));
            Assert.Contains(needed, refused.Message);
        }
    }

    [Fact]
    public void The_manifest_of_an_unchanged_sync_is_small_and_so_is_all_that_it_adds_to_the_log()
    {
        var manifest = Samples.Leaf("sync-unchanged").Bytes.Length;
        var records = Samples.Leaf("evidence-role-assignments").Bytes.Length + Samples.Leaf("evidence-resource-groups").Bytes.Length;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"manifest {manifest} B ({Samples.Leaf("sync-complete").Bytes.Length} B with its setting), two records {records} B");
        Assert.InRange(manifest, 1, 1_640);
        Assert.InRange(manifest + records, 1, 4_096 - 3 * 2 * 48);
    }

    [Theory]
    [InlineData("object", "44444444-4444-4444-8444-444444444444")]
    [InlineData("tenant", "22222222-2222-4222-8222-222222222222")]
    [InlineData("client", "33333333-3333-4333-8333-333333333333")]
    public void A_reader_is_told_by_ids_and_by_nothing_else(string name, string id)
    {
        var before = $"\"{name}\":\"{id}\"";
        Assert.NotNull(TryParse(Replace("sync-complete", before, $"\"{name}\":\"{Samples.Workspace}\"")));
        Assert.Null(TryParse(Replace("sync-complete", before, $"\"{name}\":\"app\"")));
    }

    [Fact]
    public void A_setting_is_written_again_as_soon_as_anything_in_it_differs()
    {
        var other = Samples.Reading with { Hosts = [Samples.Reading.Hosts[0] with { CertificateSha256 = Samples.Hash("another certificate") }, Samples.Reading.Hosts[1]] };
        var manifest = SyncManifest.Of(Samples.Attempt, other, ManifestStatus.Complete, null, null, (1900, Samples.Complete.Setting!));
        Assert.NotNull(manifest.Setting);
        Assert.Null(manifest.SettingAt);
        Assert.Equal(1900, Samples.Unchanged.SettingAt);
        Assert.Null(Samples.Unchanged.Setting);
    }

    [Fact]
    public void A_reading_that_contradicts_its_template_is_refused()
    {
        var list = Samples.Reading.Lists[2];
        Assert.Throws<ArgumentException>(() => ManifestList.Of(list with { ApiVersion = "2021-04-01" }));
        Assert.Throws<ArgumentException>(() => ManifestList.Of(list with { Filter = "atScope()" }));
        Assert.Throws<ArgumentException>(() => ManifestList.Of(list with { Rows = list.Rows + 1 }));
        Assert.Throws<ArgumentException>(() => ManifestList.Of(list with { Argument = "x" }));
        Assert.Throws<KeyNotFoundException>(() => ManifestList.Of(list with { Template = "arm.unheardOf/1" }));
    }

    private static string Replace(string name, string old, string with)
    {
        var text = Encoding.UTF8.GetString(Samples.Leaf(name).Bytes.Span);
        Assert.Contains(old, text);
        return text.Replace(old, with);
    }

    private static Leaf? TryParse(string text) => TryParse(Encoding.UTF8.GetBytes(text));

    private static Leaf? TryParse(byte[] bytes)
    {
        try
        {
            return Leaf.Parse(bytes);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
