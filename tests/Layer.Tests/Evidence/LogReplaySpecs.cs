using Layer.Evidence;
using Layer.Evidence.Collecting;
using Layer.Evidence.Frameworks;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Evidence.Verification;

namespace Layer.Tests.Evidence;

public sealed class LogReplaySpecs
{
    [Fact]
    public void A_log_that_nobody_touched_is_valid_at_every_checkpoint()
    {
        var log = SampleLog.Usual();
        var replay = log.Replay([.. Enumerable.Range(0, log.Leaves.Count + 1).Select(log.CheckpointAt)]);

        Assert.Null(replay.Problem);
        Assert.Equal(12, replay.Size);
        Assert.Equal(log.CheckpointAt(12).Root, replay.Root);
        Assert.Equal(4, replay.Kinds[LeafKind.Sync]);
        Assert.Equal(6, replay.Kinds[LeafKind.Evidence]);
        Assert.Equal([new LogKey($"{Samples.Key.Public}", 0, null)], replay.Keys);
        Assert.Equal("VALID", VerificationVerdict.Of(replay, [], []).LastLine);
    }

    [Fact]
    public void A_leaf_that_was_removed_or_moved_or_repeated_is_named()
    {
        for (var i = 0; i < 12; i++)
        {
            var log = SampleLog.Usual();
            var signed = log.CheckpointAt(12);
            var leaf = log.Leaves[i];
            log.Leaves.RemoveAt(i);
            Assert.NotNull(log.Replay(signed).Problem);
            log.Leaves.Insert((i + 1) % 12, leaf);
            Assert.NotNull(log.Replay(signed).Problem);
            log.Leaves.Insert(12, leaf);
            Assert.NotNull(log.Replay(signed).Problem);
        }
    }

    [Fact]
    public void Leaves_missing_at_the_end_are_noticed_by_the_checkpoint_that_was_signed()
    {
        var log = SampleLog.Usual();
        var signed = log.CheckpointAt(12);
        log.Leaves.RemoveRange(9, 3);
        Assert.Equal("Leaf 9: it is missing: a checkpoint of 12 leaves was signed.", log.Replay(signed).Problem?.ToString());
    }

    [Fact]
    public void A_changed_byte_with_its_stored_hash_left_alone_is_named()
    {
        var log = SampleLog.Usual();
        var bytes = log.Leaves[3].Bytes.ToArray();
        var at = bytes.AsSpan().IndexOf("\"count\":512"u8) + 8;
        bytes[at]++;
        var replay = Feed(log, 3, bytes, log.Leaves[3].Hash);
        Assert.Equal(3, replay.Problem?.Index);
        Assert.Contains("its bytes have the hash", replay.Problem?.Sentence);
    }

    [Fact]
    public void A_changed_leaf_with_its_hash_recomputed_is_found_by_the_checkpoint()
    {
        var log = SampleLog.Usual();
        var signed = log.CheckpointAt(8);
        log.Replace(3, body => ((EvidenceRecord)body) with { Population = new SealedPopulation("azure.roleAssignment", 511, Samples.Hash("x")) });
        Assert.Contains("a checkpoint of that size says otherwise", log.Replay(signed).Problem?.Sentence);
        Assert.Equal(2, VerificationVerdict.Of(log.Replay(signed), [], []).ExitCode);
    }

    public static TheoryData<int, string> Lies => new()
    {
        { 1, "it names leaf 1 as the newest standing leaf, which is leaf 0" },
        { 4, "it was read in sync 2, which is not the last sync of its connection, or not complete" },
        { 2, "sync 2 of its connection follows sync 0" },
        { 5, "as the manifest before it" },
        { 6, "as the record before it" },
        { 7, "which is not the last sync of its connection" },
        { 8, "as the manifest that carries its setting" },
        { 9, "it was observed at another time" },
        { 10, "is about the subscription" },
        { 11, "it names the mapping" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_link_that_leads_elsewhere_is_named(int index, string sentence)
    {
        var log = SampleLog.Usual();
        log.Replace(index, body => (index, body) switch
        {
            (1, ConnectionLeaf c) => c with { Standing = 1 },
            (4, EvidenceRecord) => Samples.Visible with { Seq = 2 },
            (2, SyncManifest m) => m with { Seq = 2 },
            (5, SyncManifest m) => m with { Previous = null },
            (8, SyncManifest m) => m with { Setting = null, SettingAt = 5 },
            (6, EvidenceRecord r) => r with { Previous = 4 },
            (7, EvidenceRecord r) => r with { Manifest = 2, Seq = 1 },
            (10, EvidenceRecord r) => r with { Subscription = Samples.Tenant },
            (11, EvidenceRecord r) => r with { Mapping = "soc2-2017/2" },
            (9, SyncManifest m) => m with { Observed = new ObservedInterval(m.Observed!.From, m.Observed.To.AddSeconds(1)) }, // a complete one
            _ => throw new InvalidOperationException($"Leaf {index} is a {body.Kind}."),
        });
        var problem = log.Replay().Problem;
        Assert.NotNull(problem);
        Assert.Contains(sentence, problem.Sentence);
        Assert.Equal(index == 9 ? 10 : index, problem.Index);
    }

    public static TheoryData<string> StandingKinds => [.. LeafKind.Standing.Where(kind => kind != LeafKind.Genesis)];

    [Theory]
    [MemberData(nameof(StandingKinds))]
    public void A_standing_leaf_that_is_hidden_is_missed_by_the_next_sync_and_by_the_next_standing_leaf(string kind)
    {
        foreach (var next in new Action<SampleLog>[] { log => log.AddFailure(), log => log.Add(Samples.Scope) })
        {
            var log = SampleLog.Usual();
            log.Add(Samples.Bodies[kind]);
            log.Add(Samples.Bodies["audit"]);
            next(log);
            Assert.Null(log.Replay().Problem);

            log.Replace(12, _ => Samples.Bodies["audit"]);
            Assert.Equal("Leaf 14: it names leaf 12 as the newest standing leaf, which is leaf 1.", log.Replay().Problem?.ToString());
        }
    }

    [Fact]
    public void A_sync_that_passes_over_the_newest_standing_leaf_is_refused()
    {
        var log = SampleLog.Usual();
        log.Add(Samples.Scope);
        log.AddFailure();
        log.Replace(13, body => ((SyncManifest)body) with { Standing = 1 });
        Assert.Equal("Leaf 13: it names leaf 1 as the newest standing leaf, which is leaf 12.", log.Replay().Problem?.ToString());
        log.Replace(13, body => ((SyncManifest)body) with { Standing = 14 });
        Assert.Equal("Leaf 13: it names leaf 14 as the newest standing leaf, which is leaf 12.", log.Replay().Problem?.ToString());
    }

    [Theory]
    [InlineData("audit")]
    [InlineData("exception")]
    [InlineData("names")]
    [InlineData("sample")]
    [InlineData("timestamp")]
    [InlineData("visible")]
    public void A_leaf_of_a_kind_that_does_not_stand_is_no_link_of_the_chain(string kind)
    {
        var log = SampleLog.Usual();
        log.Add(Samples.Bodies[kind] switch
        {
            ExceptionLeaf exception => exception with { Record = 10 },
            VisibleLeaf visible => visible with { Seq = 4 },
            TimestampLeaf timestamp => timestamp with { Size = 12 },
            var body => body,
        });
        log.Add(Samples.Scope);
        var replay = log.Replay();
        Assert.Null(replay.Problem);
        Assert.Equal(13, replay.Standing);
        Assert.Equal(1, ((ScopeLeaf)log.Leaves[13].Body).Standing);
    }

    [Fact]
    public void What_was_visible_rests_on_the_last_sync_of_its_connection_which_is_complete()
    {
        var log = SampleLog.Usual();
        log.Add(Samples.Visible with { Seq = 4 });
        Assert.Null(log.Replay().Problem);
        log.Add(Samples.Visible with { Seq = 4, Connection = Samples.Tenant });
        Assert.Equal(13, log.Replay().Problem?.Index);
        log.Replace(13, _ => Samples.Visible with { Seq = 3 });
        Assert.Equal(13, log.Replay().Problem?.Index);
        log.Leaves.RemoveAt(13);
        log.AddFailure();
        log.Add(Samples.Visible with { Seq = 5 });
        Assert.Equal("Leaf 14: it was read in sync 5, which is not the last sync of its connection, or not complete.", log.Replay().Problem?.ToString());
    }

    [Fact]
    public void F01_a_record_that_rests_on_a_failed_sync_is_refused()
    {
        var log = SampleLog.Usual();
        log.AddFailure();
        log.Add(Samples.RoleAssignments with { Seq = 5, Manifest = 12, Previous = 10 });
        var problem = log.Replay().Problem;
        Assert.Equal(13, problem?.Index);
        Assert.Contains("or not complete", problem?.Sentence);
    }

    [Fact]
    public void A_complete_sync_without_one_of_its_records_is_named()
    {
        var log = SampleLog.Usual();
        log.Leaves.RemoveAt(11);
        Assert.Equal("Leaf 9: sync 4 is complete and has no record of azure.resource-group-inventory.", log.Replay().Problem?.ToString());
        log = SampleLog.Usual();
        log.Add(Samples.RoleAssignments with { Seq = 4, Manifest = 9, Previous = 10 });
        Assert.Contains("a second record", log.Replay().Problem?.Sentence);
    }

    [Fact]
    public void A_leaf_earlier_than_the_one_before_or_of_another_log_is_refused()
    {
        var log = SampleLog.Usual();
        log.Leaves[4] = Leaf.Create(log.Leaves[3].At.AddMilliseconds(-1), Samples.Origin, log.Leaves[4].Body);
        Assert.Contains("earlier", log.Replay().Problem?.Sentence);
        log.Leaves[4] = Leaf.Create(log.Leaves[3].At, "layer/other", log.Leaves[4].Body);
        Assert.Contains("layer/other", log.Replay().Problem?.Sentence);
        log.Leaves[4] = Leaf.Create(log.Leaves[3].At, Samples.Origin, log.Leaves[4].Body);
        Assert.Null(log.Replay().Problem);
    }

    [Fact]
    public void A_trust_anchor_that_is_not_public_stands_on_every_record_and_the_verdict_is_not_0()
    {
        var loopback = Samples.Reading with { Hosts = [Samples.Reading.Hosts[0] with { PublicTrust = false }] };
        var log = SampleLog.Usual();
        log.AddSync(loopback);
        Assert.Contains("trust-anchor-not-public", log.Replay().Problem?.Sentence);

        log = SampleLog.Usual();
        log.AddSync(loopback, Limits.Compose([Limits.TrustAnchorNotPublic]));
        log.AddSync(loopback, Limits.Compose([Limits.TrustAnchorNotPublic]));
        var verdict = VerificationVerdict.Of(log.Replay(), [], []);
        Assert.Equal("VALID WITH 1 REMARK", verdict.LastLine);
        Assert.Equal(1, verdict.ExitCode);
        Assert.StartsWith("4 records", Assert.Single(verdict.Remarks));
    }

    [Fact]
    public void A_sample_log_is_never_simply_valid()
    {
        var log = new SampleLog();
        log.Add(((GenesisLeaf)Samples.Bodies["genesis"]) with { Sample = true });
        var verdict = VerificationVerdict.Of(log.Replay(), ["2026-11-22 is missing.", "2026-11-24 is missing."], []);
        Assert.Equal("VALID WITH 2 GAPS AND 1 REMARK", verdict.LastLine);
        Assert.Equal(1, verdict.ExitCode);
    }

    [Fact]
    public void A_second_thought_about_a_record_that_is_not_there_is_refused()
    {
        var log = SampleLog.Usual();
        log.Add(((ExceptionLeaf)Samples.Bodies["exception"]) with { Record = 6 });
        Assert.Null(log.Replay().Problem);
        log.Add(((ExceptionLeaf)Samples.Bodies["exception"]) with { Record = 5 });
        Assert.Equal(13, log.Replay().Problem?.Index);
    }

    [Fact]
    public void A_key_signs_from_the_size_after_it_was_added_until_the_size_at_which_it_was_retired()
    {
        var log = SampleLog.Usual();
        var second = SigningKey.Create(Samples.Origin).Public;
        log.Add(new KeyLeaf("os:ada@layer-1", KeyLeaf.Added, $"{second}", "yearly"));
        log.Add(new KeyLeaf("os:ada@layer-1", KeyLeaf.Retired, $"{Samples.Key.Public}", null));
        log.Add(Samples.Bodies["audit"]);

        var keys = log.Replay().Keys;

        Assert.Equal([new LogKey($"{Samples.Key.Public}", 0, 13), new LogKey($"{second}", 12, null)], keys);
        Assert.Equal([false, true, true, false], ((long[])[0, 1, 13, 14]).Select(keys[0].IsActiveAt));
        Assert.Equal([false, false, true, true], ((long[])[0, 12, 13, 15]).Select(keys[1].IsActiveAt));
    }

    [Fact]
    public void A_key_leaf_that_cannot_be_is_refused()
    {
        var first = $"{Samples.Key.Public}";
        Assert.Contains("has or had already", Problem(new KeyLeaf("a", KeyLeaf.Added, first, null)));
        Assert.Contains("the last key", Problem(new KeyLeaf("a", KeyLeaf.Retired, first, null)));
        Assert.Contains("does not sign", Problem(new KeyLeaf("a", KeyLeaf.Retired, $"{SigningKey.Create(Samples.Origin).Public}", null)));
        Assert.Contains("another log", Problem(new KeyLeaf("a", KeyLeaf.Added, $"{SigningKey.Create("layer/other").Public}", null)));

        static string? Problem(LeafBody body)
        {
            var log = SampleLog.Usual();
            log.Add(body);
            return log.Replay().Problem?.Sentence;
        }
    }

    [Fact]
    public void A_time_stamp_of_a_checkpoint_that_could_not_be_signed_yet_is_refused()
    {
        var log = SampleLog.Usual();
        log.Add(((TimestampLeaf)Samples.Bodies["timestamp"]) with { Size = 12 });
        Assert.Null(log.Replay().Problem);
        log.Add(((TimestampLeaf)Samples.Bodies["timestamp"]) with { Size = 14 });
        Assert.Equal("Leaf 13: it stamps a checkpoint of 14 leaves, and only 13 are before it.", log.Replay().Problem?.ToString());
    }

    [Fact]
    public void Exit_codes_are_those_of_the_specification()
    {
        Assert.Equal(
            [("Valid", 0), ("ValidWithRemarks", 1), ("IntegrityFailure", 2), ("WrongKey", 3), ("Malformed", 4), ("Usage", 64)],
            Enum.GetValues<VerificationOutcome>().Select(o => (o.ToString(), (int)o)));
        Assert.Equal("INVALID: bad", VerificationVerdict.Invalid(VerificationOutcome.WrongKey, "bad").LastLine);
    }

    private static LogReplay Feed(SampleLog log, int changed, byte[] bytes, Digest hash)
    {
        var replay = new LogReplay(Samples.Origin);
        for (var i = 0; i < changed; i++)
            Assert.True(replay.Feed(i, log.Leaves[i].Bytes, log.Leaves[i].Hash));
        Assert.False(replay.Feed(changed, bytes, hash));
        return replay;
    }
}
