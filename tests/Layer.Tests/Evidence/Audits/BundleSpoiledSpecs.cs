using System.Formats.Asn1;
using System.Text;
using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;

namespace Layer.Tests.Evidence.Audits;

/// <summary>What each step of docs/evidence-format.md §9.1 refuses, with which exit code and at which place. Whoever spoils has the log's key, unless said otherwise.</summary>
public sealed class BundleSpoiledSpecs
{
    [Fact]
    public void A_byte_of_a_content_changed_without_more_is_damage_of_the_container()
    {
        var bytes = Usual().Build();
        bytes[Find(bytes, "README.txt\n")] ^= 1;
        Assert.Equal((4, "bundle"), Outcome(bytes));
        Assert.Equal((4, "bundle"), Outcome([]));
        Assert.Equal((4, "bundle"), Outcome("PK"u8.ToArray()));
    }

    [Theory]
    [InlineData("README.txt")]
    [InlineData("bundle.json")]
    [InlineData("checkpoint")]
    [InlineData("leaves.jsonl")]
    [InlineData("verify.py")]
    public void A_file_that_must_be_there_and_is_not_makes_it_malformed(string name)
    {
        var kit = Usual();
        Assert.True(kit.Files.Remove(name));
        Assert.Equal((4, "bundle"), kit.Outcome());
    }

    [Theory]
    [InlineData("readme.txt")]
    [InlineData("principals.csv")]
    [InlineData("controls/CC6.1.txt")]
    [InlineData("controls/CC6.md")]
    [InlineData("controls/cc6.1.md")]
    [InlineData("controls/CC6.1/x.md")]
    [InlineData("tiles/07")]
    [InlineData("tiles/53")]
    [InlineData("raw/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.json.gz")]
    public void A_file_that_is_none_of_a_bundle_makes_it_malformed(string name)
    {
        var kit = Usual();
        kit.Files[name] = [];
        Assert.Equal((4, "bundle"), kit.Outcome());
    }

    [Fact]
    public void A_bundle_that_describes_itself_in_another_spelling_is_malformed()
    {
        var kit = Usual();
        kit.Replace("bundle.json", "\"first\":", "\"first\": ");
        Assert.Equal((4, "bundle.json"), kit.Outcome());
    }

    [Fact]
    public void Without_the_key_nothing_can_be_changed()
    {
        foreach (var name in Usual().Files.Keys)
        {
            var kit = Usual();
            var signed = kit.Build();
            kit.Files[name] = [.. kit.Files[name], (byte)'\n'];
            kit.Note = _ => NoteOf(signed);
            var (code, place) = kit.Outcome();
            Assert.Equal(name == "bundle.json" ? (4, "bundle.json") : (2, "files.sha256"), (code, place));
        }
    }

    [Fact]
    public void A_signature_over_the_files_that_is_none_or_broken_or_over_something_else_is_told_apart()
    {
        Assert.Equal((4, "files.sha256.sig"), Spoiled(kit => kit.Note = _ => "not a note\n"u8.ToArray()));
        Assert.Equal((2, "files.sha256.sig"), Spoiled(kit => kit.Note = text => kit.Sign(text.Replace("layer-bundle/1", "layer-bundle/2", StringComparison.Ordinal))));
        Assert.Equal((2, "files.sha256.sig"), Spoiled(kit => kit.Note = text => Encoding.UTF8.GetBytes(
            Encoding.UTF8.GetString(kit.Sign(text)).Replace("layer-bundle/1", "layer-bundle/2", StringComparison.Ordinal))));
        Assert.Equal((2, "files.sha256"), Spoiled(kit => kit.Note = _ => kit.Sign(BundleSums.SignedText(Samples.Origin, Samples.Hash("x")))));
        Assert.Equal((3, "files.sha256.sig"), Spoiled(kit => kit.Note = text => Encoding.UTF8.GetBytes(SigningKey.FromSeed(Samples.Origin, new byte[32]).Sign(text).Note)));
    }

    [Fact]
    public void A_list_of_files_that_is_not_that_of_the_files_is_named_and_so_is_a_file_that_is_not_as_listed()
    {
        Assert.Equal((2, "files.sha256"), Spoiled(kit => kit.List = list => list + list[..list.IndexOf('\n')] + "\n"));
        Assert.Equal((2, "files.sha256"), Spoiled(kit => kit.List = list => list[(list.IndexOf('\n') + 1)..]));
        Assert.Equal((2, "files.sha256"), Spoiled(kit => kit.List = list => list[..^1]));
        Assert.Equal((2, "files.sha256"), Spoiled(kit => kit.List = _ => ""));
        Assert.Equal((2, "files.sha256"), Spoiled(kit => kit.List = list => list.Replace("  README", " *README", StringComparison.Ordinal)));
        Assert.Equal((2, "README.txt"), Spoiled(kit => kit.List = list => Samples.Hash("x") + list[64..]));
    }

    [Fact]
    public void A_checkpoint_that_is_none_or_of_another_tree_is_told_apart()
    {
        Assert.Equal((4, "checkpoint"), Spoiled(kit => kit.Files["checkpoint"] = "x\n"u8.ToArray()));
        Assert.Equal((2, "checkpoint"), Spoiled(kit => kit.Files["checkpoint"] = kit.Sign(kit.CheckpointAt((int)kit.Head.Checkpoint - 1).Text)));
        Assert.Equal((2, "checkpoint"), Spoiled(kit => kit.Files["checkpoint"] = kit.Sign((kit.CheckpointAt((int)kit.Head.Checkpoint) with { Root = Samples.Hash("x") }).Text)));
        Assert.Equal((2, "checkpoint"), Spoiled(kit => kit.Replace("checkpoint", $"\n{kit.Head.Checkpoint}\n", $"\n{kit.Head.Checkpoint + 1}\n")));
    }

    [Fact]
    public void A_time_stamp_over_the_checkpoint_is_told_and_any_other_is_refused()
    {
        var kit = Usual();
        kit.Files["checkpoint.tsr"] = Stamp(Digest.Of(kit.Files["checkpoint"]));
        Assert.Equal((new DateTimeOffset(2026, 3, 9, 1, 2, 3, TimeSpan.Zero), 1), (kit.Verify().StampedAt, kit.Verify().Verdict.ExitCode));
        kit.Files["checkpoint.tsr"] = Stamp(Samples.Hash("x"));
        Assert.Equal((2, "checkpoint.tsr"), kit.Outcome());
        kit.Files["checkpoint.tsr"] = Stamp(Digest.Of(kit.Files["checkpoint"]), status: 2);
        Assert.Equal((4, "checkpoint.tsr"), kit.Outcome());
        var whole = Stamp(Digest.Of(kit.Files["checkpoint"]));
        for (var length = 0; length < whole.Length; length++)
        {
            kit.Files["checkpoint.tsr"] = whole[..length];
            Assert.Equal((4, "checkpoint.tsr"), kit.Outcome());
        }
    }

    [Fact]
    public void Leaves_and_tiles_that_are_too_many_or_too_few_or_elsewhere_are_named()
    {
        Assert.Equal((2, "leaves.jsonl"), Spoiled(kit => kit.Files["leaves.jsonl"] = kit.Files["leaves.jsonl"][..^1]));
        Assert.Equal((2, "leaves.jsonl"), Spoiled(kit => kit.Files["leaves.jsonl"] = [.. kit.Files["leaves.jsonl"], (byte)'\n']));
        Assert.Equal((2, "leaves.jsonl"), Spoiled(kit => kit.Files["leaves.jsonl"] = []));
        Assert.Equal((2, "tiles/0"), Spoiled(kit => kit.Files["tiles/0"] = [.. kit.Files["tiles/0"], .. kit.Files["tiles/0"]]));
        Assert.Equal((2, "tiles/0"), Spoiled(kit => kit.Files.Remove("tiles/0")));
        Assert.Equal((2, "tiles/9"), Spoiled(kit => kit.Files["tiles/9"] = []));
        Assert.Equal((2, "tiles/0"), Spoiled(kit => kit.Files["tiles/0"] = [(byte)'0', .. kit.Files["tiles/0"]]));
        Assert.Equal((2, "checkpoint"), Spoiled(kit =>
        {
            var line = Encoding.ASCII.GetString(kit.Files["tiles/0"]).Split('\n')[0].Split(' ');
            kit.Replace("tiles/0", line[1], MerkleTree.EmptyRoot.ToBase64());
        }));
        Assert.Equal((4, "bundle.json"), Spoiled(kit => Head(kit, kit.Head with { Earlier = [.. kit.Head.Earlier.Reverse()] })));
        Assert.Equal((4, "bundle.json"), Spoiled(kit => Head(kit, kit.Head with { First = kit.Head.First - 1 })));
        Assert.Equal((2, "leaves.jsonl"), Spoiled(kit => Head(kit, kit.Head with { First = kit.Head.First + 1 })));
    }

    [Fact]
    public void A_leaf_that_is_not_canonical_or_not_of_this_log_is_named_and_one_that_is_another_breaks_the_root()
    {
        Assert.Equal((2, "leaf 0"), Spoiled(kit => kit.Replace("leaves.jsonl", "\"kind\":\"genesis\"", "\"kind\":\"genesis\" ")));
        Assert.Equal((2, "leaf 0"), Spoiled(kit => kit.Replace("leaves.jsonl", "\"kind\":\"genesis\"", "\"kind\":\"other\"")));
        var other = BundleStory.Usual();
        other.Leaves[^1] = Leaf.Create(other.Leaves[^1].At, "layer/other", other.Leaves[^1].Body);
        Assert.Equal((2, $"leaf {other.Leaves.Count - 1}"), BundleKit.Of(other, BundleStory.Window).Outcome());
        Assert.Equal((2, "checkpoint"), Spoiled(kit => kit.Replace("leaves.jsonl", "tenant move", "tenant love")));
    }

    public static TheoryData<string, string> Lies => new()
    {
        { "at", "it is earlier" }, { "seq", "follows sync" }, { "previous manifest", "as the manifest before it" }, { "setting", "that carries its setting" },
        { "standing", "as the newest standing leaf" }, { "previous record", "as the record before it" }, { "another manifest", "not the last sync" },
        { "observed", "observed at another time" }, { "mapping", "and soc2-2017/1 holds" }, { "subscription", "is about the subscription" },
        { "standing of a connection", "as the newest standing leaf" }, { "visible", "read in sync" }, { "second genesis", "second genesis" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_link_in_the_range_that_leads_elsewhere_is_named(string lie, string sentence)
    {
        var story = BundleStory.Usual();
        var range = BundleKit.Of(story, BundleStory.Window).Head.First;
        var (at, leaf) = lie switch
        {
            "at" => Change<EvidenceRecord>(body => body, after: -TimeSpan.FromSeconds(20)),
            "seq" => Change<SyncManifest>(body => body with { Seq = body.Seq + 1 }),
            "previous manifest" => Change<SyncManifest>(body => body with { Previous = body.Previous - 1 }),
            "setting" => Change<SyncManifest>(body => body with { SettingAt = body.SettingAt + 1 }, body => body.SettingAt is not null),
            "standing" => Change<SyncManifest>(body => body with { Standing = 0 }),
            "previous record" => Change<EvidenceRecord>(body => body with { Previous = body.Previous - 1 }),
            "another manifest" => Change<EvidenceRecord>(body => body with { Manifest = body.Manifest - 1 }),
            "observed" => Change<EvidenceRecord>(body => body with { ObservedAt = body.ObservedAt with { To = body.ObservedAt.To.AddSeconds(1) } }),
            "mapping" => Change<EvidenceRecord>(body => body with { Mapping = "soc2-2017/2" }),
            "subscription" => Change<EvidenceRecord>(body => body with { Subscription = Samples.Tenant }),
            "standing of a connection" => Change<ConnectionLeaf>(body => body with { Standing = 0 }),
            "visible" => Change<VisibleLeaf>(body => body with { Seq = body.Seq + 1 }),
            _ => Change<EvidenceRecord>(_ => Samples.Bodies["genesis"]),
        };
        var source = story.BundleOf(BundleStory.Window);
        story.Leaves[at] = leaf;
        var verdict = Rebuilt(story, source).Verify();
        Assert.Equal((2, $"leaf {at}"), (verdict.Verdict.ExitCode, verdict.Place));
        Assert.Contains(sentence, verdict.Verdict.Problem);

        (int At, Leaf Leaf) Change<T>(Func<T, LeafBody> change, Func<T, bool>? which = null, TimeSpan after = default)
            where T : LeafBody
        {
            var found = story.Leaves.FindIndex((int)range, each => each.Body is T body && (which is null || which(body)));
            var old = story.Leaves[found];
            return (found, Leaf.Create(old.At + after, old.Log, change((T)old.Body)));
        }
    }

    [Fact]
    public void A_connection_that_no_leaf_describes_is_named()
    {
        var story = BundleStory.Usual();
        var source = story.BundleOf(BundleStory.Window);
        var at = story.Leaves.FindIndex(leaf => leaf.Body is ConnectionLeaf { Name: "data" });
        var described = (ConnectionLeaf)story.Leaves[at].Body;
        story.Leaves[at] = Leaf.Create(story.Leaves[at].At, Samples.Origin, described with { Connection = AuditStory.Connection(3) });
        Assert.Equal((2, $"leaf {at + 1}"), Rebuilt(story, source).Outcome());
    }

    [Fact]
    public void A_right_to_read_by_an_assignment_that_was_not_seen_is_named()
    {
        var story = new AuditStory();
        story.Connect("2026-03-01T01:00:00Z", 1);
        var manifest = story.Leaves.Count;
        story.Read("2026-03-01T06:00:01Z", 1, [.. Whole.First(1).Where(seen => seen.Key != Whole.OwnId)]);
        Assert.Equal((2, $"leaf {manifest}"), BundleKit.Of(story, "2026-03-01..2026-03-02").Outcome());
    }

    [Fact]
    public void A_visible_leaf_whose_observation_is_missing_is_named_before_anything_else_that_is_wrong_there()
    {
        var kit = BundleKit.Of(BundleStory.Usual(), BundleStory.Window);
        var leaf = kit.Leaves.ToList().FindIndex(leaf => leaf.Body is VisibleLeaf);
        var lines = Encoding.UTF8.GetString(kit.Files["observations.jsonl"]).Split('\n')[..^1];
        kit.Files["observations.jsonl"] = Encoding.UTF8.GetBytes(
            string.Concat(lines.Where(line => !line.Contains("\"type\":\"azure.visibleSubscriptions\"", StringComparison.Ordinal)).Select(line => line + "\n")));
        Assert.Equal((2, $"leaf {leaf}"), kit.Outcome());

        kit.Files["populations.jsonl"] = [];
        Assert.Equal((2, $"leaf {leaf}"), kit.Outcome());
    }

    [Fact]
    public void A_visible_leaf_that_says_something_else_than_its_observation_is_named()
    {
        foreach (var lie in new Func<VisibleLeaf, VisibleLeaf>[] { leaf => leaf with { Client = Samples.Tenant }, leaf => leaf with { Tenant = Samples.Client } })
        {
            var story = BundleStory.Usual();
            var source = story.BundleOf(BundleStory.Window);
            var at = story.Leaves.FindIndex(leaf => leaf.Body is VisibleLeaf);
            story.Leaves[at] = Leaf.Create(story.Leaves[at].At, Samples.Origin, lie((VisibleLeaf)story.Leaves[at].Body));
            Assert.Equal((2, $"leaf {at}"), Rebuilt(story, source).Outcome());
        }
    }

    [Fact]
    public void A_complete_sync_that_lacks_a_record_is_named()
    {
        var story = BundleStory.Usual();
        var source = story.BundleOf(BundleStory.Window);
        story.Leaves.RemoveAt(story.Leaves.Count - 1);
        Assert.Equal((2, $"leaf {story.Leaves.Count - 2}"), Rebuilt(story, source).Outcome());
    }

    [Fact]
    public void A_leaf_of_the_range_that_was_left_out_of_the_log_is_noticed()
    {
        var whole = BundleStory.Usual();
        var first = (int)BundleKit.Of(whole, BundleStory.Window).Head.First;
        for (var i = first; i < whole.Leaves.Count - 1; i++)
        {
            var story = BundleStory.Usual();
            var source = story.BundleOf(BundleStory.Window);
            story.Leaves.RemoveAt(i);
            Assert.Equal(2, Rebuilt(story, source).Outcome().ExitCode);
        }
    }

    [Fact]
    public void Observations_that_are_not_as_they_should_be_are_refused()
    {
        const string Place = "observations.jsonl";
        Assert.Equal((2, Place), Spoiled(kit => kit.Replace(Place, "\"name\":\"Owner\"", "\"name\": \"Owner\"")));
        Assert.Equal((2, Place), Spoiled(kit => kit.Replace(Place, "\"name\":\"Owner\"", "\"name\":\"Reader\""))); // its digest is another
        Assert.Equal((2, Place), Spoiled(kit => Lines(kit, Place, lines => lines.Reverse())));
        Assert.Equal((2, Place), Spoiled(kit => Lines(kit, Place, lines => lines.Append(lines[^1]))));
        Assert.Equal((2, "populations.jsonl"), Spoiled(kit => Lines(kit, Place, lines => lines[1..]))); // what adds it is named
        Assert.Equal((2, Place), Spoiled(kit => Lines(kit, Place, lines => lines.Append(Line(Whole.Group(9, "rg-nobody-names"))).OrderBy(Digests))));
        Assert.Equal((2, Place), Spoiled(kit => kit.Files[Place] = kit.Files[Place][..^1]));
        Assert.Equal((2, Place), Spoiled(kit => Lines(kit, Place, lines => lines.Append("{\"facts\":{},\"key\":\"/x\",\"type\":\"azure.unknown\"}").OrderBy(Digests))));
        Assert.Equal((2, Place), Spoiled(kit => Lines(kit, Place, lines => lines.Append("{\"facts\":{},\"key\":\"/x\",\"type\":\"azure.resourceGroup\"}").OrderBy(Digests))));
    }

    [Fact]
    public void Populations_that_are_not_as_they_should_be_are_refused()
    {
        const string Place = "populations.jsonl";
        Assert.Equal((2, Place), Spoiled(kit => Lines(kit, Place, lines => lines.Reverse())));
        Assert.Equal((2, Place), Spoiled(kit => Lines(kit, Place, lines => lines[..^1])));
        Assert.Equal((2, Place), Spoiled(kit => Lines(kit, Place, lines => lines.Append(lines[^1]))));
        Assert.Equal((2, Place), Spoiled(kit => Lines(kit, Place, lines => lines.Append("{}"))));
        Assert.Equal((2, Place), Spoiled(kit => Lines(kit, Place, lines => lines.Select(line => line.Replace("\"base\":null", $"\"base\":\"{MerkleTree.EmptyRoot}\"", StringComparison.Ordinal)))));
        Assert.Equal((2, Place), Spoiled(kit => Lines(kit, Place, lines => lines.Select(line => line.Replace("\"count\":2", "\"count\":3", StringComparison.Ordinal)))));
    }

    [Fact]
    public void An_observation_kept_out_of_a_population_breaks_its_root()
    {
        var kit = Usual();
        var step = PopulationStep.Parse(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(kit.Files["populations.jsonl"]).Split('\n')[0]));
        var (kept, left) = (step.Add.Skip(1).ToArray(), step.Add[0]);
        kit.Replace("populations.jsonl", $"[{string.Join(',', step.Add.Select(digest => $"\"{digest}\""))}]", $"[{string.Join(',', kept.Select(digest => $"\"{digest}\""))}]");
        Lines(kit, "observations.jsonl", lines => lines.Where(line => Digests(line) != left));
        Assert.Equal((2, "populations.jsonl"), kit.Outcome());
    }

    [Fact]
    public void A_record_that_counts_other_changes_than_its_population_shows_is_named()
    {
        var story = BundleStory.Usual();
        var source = story.BundleOf(BundleStory.Window);
        var at = story.Leaves.FindIndex(leaf => leaf.Body is EvidenceRecord record && record.ObservedAt.From == AuditStory.Time("2026-03-03T06:00:01Z"));
        var honest = (EvidenceRecord)story.Leaves[at].Body;
        story.Leaves[at] = Leaf.Create(story.Leaves[at].At, Samples.Origin, honest with { Changes = [honest.Changes[0] with { Added = 1 }, honest.Changes[1]] });
        Assert.Equal((2, $"leaf {at}"), Rebuilt(story, source).Outcome());
    }

    [Theory]
    [InlineData("index.csv")]
    [InlineData("coverage.csv")]
    [InlineData("subscriptions.csv")]
    [InlineData("changes.csv")]
    [InlineData("samples.csv")]
    public void A_derived_file_that_differs_by_one_byte_is_named(string name)
    {
        Assert.Equal((2, name), Spoiled(kit => kit.Files[name][^2]++));
        Assert.Equal((2, name), Spoiled(kit => kit.Files[name] = kit.Files[name][..^1]));
        Assert.Equal((2, name), Spoiled(kit => kit.Files[name] = [.. kit.Files[name], (byte)'\n']));
        Assert.Equal((2, name), Spoiled(kit => kit.Files[name] = []));
    }

    private static (int ExitCode, string? Place) Spoiled(Action<BundleKit> spoil)
    {
        var kit = Usual();
        spoil(kit);
        return kit.Outcome();
    }

    private static BundleKit Usual() => BundleKit.Of(BundleStory.Usual(), BundleStory.Window);

    // With everything made again from the changed leaves.
    private static BundleKit Rebuilt(AuditStory story, IAuditSource source) =>
        BundleKit.Of(story.Leaves, AuditStory.Window(BundleStory.Window), source, raw: false, names: false);

    private static void Head(BundleKit kit, BundleHead head)
    {
        kit.Head = head;
        kit.Files["bundle.json"] = head.ToBytes();
    }

    private static void Lines(BundleKit kit, string name, Func<string[], IEnumerable<string>> change)
    {
        var lines = Encoding.UTF8.GetString(kit.Files[name]).Split('\n')[..^1];
        kit.Files[name] = Encoding.UTF8.GetBytes(string.Concat(change(lines).Select(line => line + "\n")));
    }

    private static string Line(Layer.Evidence.Observations.Observation observation) => Encoding.UTF8.GetString(observation.Bytes.Span);

    private static Digest Digests(string line) => MerkleTree.LeafHash(Encoding.UTF8.GetBytes(line));

    private static (int ExitCode, string? Place) Outcome(byte[] bytes)
    {
        var verdict = BundleVerifier.Verify(new MemoryStream(bytes));
        return (verdict.Verdict.ExitCode, verdict.Place);
    }

    private static byte[] NoteOf(byte[] zip) => StoredZip.Open(new MemoryStream(zip)).ReadEntry(BundleSums.SignatureName, 1 << 20);

    private static int Find(byte[] bytes, string text) => bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text));

    // A TimeStampResp as RFC 3161 says, without certificate and signature: nobody looks at those here.
    private static byte[] Stamp(Digest imprint, int status = 0)
    {
        var info = new AsnWriter(AsnEncodingRules.DER);
        using (info.PushSequence())
        {
            info.WriteInteger(1);
            info.WriteObjectIdentifier("1.2.3.4");
            using (info.PushSequence())
            {
                using (info.PushSequence())
                {
                    info.WriteObjectIdentifier("2.16.840.1.101.3.4.2.1");
                    info.WriteNull();
                }

                info.WriteOctetString(imprint.ToArray());
            }

            info.WriteInteger(42);
            info.WriteGeneralizedTime(new DateTimeOffset(2026, 3, 9, 1, 2, 3, TimeSpan.Zero));
        }

        var (writer, explicitly) = (new AsnWriter(AsnEncodingRules.DER), new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true));
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
                writer.WriteInteger(status);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.113549.1.7.2");
                using (writer.PushSequence(explicitly))
                using (writer.PushSequence())
                {
                    writer.WriteInteger(3);
                    using (writer.PushSetOf())
                    {
                    }

                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier("1.2.840.113549.1.9.16.1.4");
                        using (writer.PushSequence(explicitly))
                            writer.WriteOctetString(info.Encode());
                    }

                    using (writer.PushSetOf())
                    {
                    }
                }
            }
        }

        return writer.Encode();
    }
}
