using System.Text;
using Layer.Evidence;
using Layer.Evidence.Leaves;
using Layer.Evidence.Verification;
using Layer.Ledger;
using Layer.Operations;
using Layer.Tests.Storage;

namespace Layer.Tests.Ledger;

public sealed class TimestampOnSqliteSpecs(PostgresCluster cluster) : TimestampSpecs(Engine.Sqlite, cluster);

public sealed class TimestampOnPostgresSpecs(PostgresCluster cluster) : TimestampSpecs(Engine.Postgres, cluster);

public abstract class TimestampSpecs(Engine engine, PostgresCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private sealed record Running(LedgerWorld World, LocalAuthority Local, TimestampAuthority Client) : IAsyncDisposable
    {
        public LogTimestamps Timestamps => new(World.Database, World.Ledger, Client, World.Clock);

        public Task<long?> OnceADayAsync() => Timestamps.StampOnceADayAsync(World.Workspace.Id, Cancellation);

        public Task<LogVerdict> VerifyAsync() => LogVerification.RunAsync(World.Database, World.Folder, World.Workspace, null, Cancellation);

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await Local.DisposeAsync();
            await World.DisposeAsync();
        }
    }

    private async Task<Running> StartAsync()
    {
        var local = await LocalAuthority.StartAsync();
        var world = await LedgerWorld.StartAsync(engine, cluster);
        await world.SyncAsync();
        await world.SignAsync();
        return new Running(world, local, new TimestampAuthority(local.Address, world.Clock, LocalAuthority.Network));
    }

    [Fact]
    public async Task A_token_over_the_signed_checkpoint_is_kept_and_a_signed_leaf_names_it()
    {
        await using var running = await StartAsync();
        var world = running.World;

        Assert.Equal(4, await running.OnceADayAsync());

        await using var context = world.Database.CreateContext();
        var row = Assert.Single(context.TimestampTokens);
        var checkpoint = context.Checkpoints.Single(each => each.Size == 4).Text;
        var leaf = Assert.IsType<TimestampLeaf>(Leaf.Parse(context.Leaves.Single(each => each.Index == 4).Bytes).Body);
        Assert.Equal(new TimestampLeaf(running.Local.Address.AbsoluteUri, 4, Digest.Of(Encoding.UTF8.GetBytes(checkpoint)), Digest.Of(row.Token)), leaf);
        Assert.Equal((4L, running.Local.Address.AbsoluteUri, world.Clock.GetUtcNow()), (row.Size, row.Authority, row.At));
        Assert.True(context.Checkpoints.Any(each => each.Size == 5));
    }

    [Fact]
    public async Task Openssl_verifies_the_kept_token_over_the_bytes_of_the_checkpoint()
    {
        await using var running = await StartAsync();
        await running.OnceADayAsync();
        await using var context = running.World.Database.CreateContext();
        var folder = running.World.Folder.Path;
        await File.WriteAllTextAsync(Path.Combine(folder, "note"), context.Checkpoints.Single(each => each.Size == 4).Text, Cancellation);
        await File.WriteAllBytesAsync(Path.Combine(folder, "token"), context.TimestampTokens.Single().Token, Cancellation);

        var (exitCode, text) = await LocalAuthority.OpenSslAsync(
            folder, "ts", "-verify", "-token_in", "-in", "token", "-data", "note", "-CAfile", running.Local.Root);

        Assert.True(exitCode == 0, text);
    }

    [Fact]
    public async Task A_day_has_one_token_and_the_next_day_gets_its_own()
    {
        await using var running = await StartAsync();
        await running.OnceADayAsync();
        running.World.Clock.Advance(TimeSpan.FromHours(17.5));
        await running.World.SyncAsync();

        Assert.Null(await running.OnceADayAsync());
        Assert.Equal(1, running.Local.Asked);
        running.World.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(8, await running.OnceADayAsync());

        Assert.Equal(2, await running.World.CountAsync("timestamp_token"));
    }

    [Fact]
    public async Task Asked_for_by_a_person_a_second_token_of_the_day_is_made()
    {
        await using var running = await StartAsync();
        await running.OnceADayAsync();

        var (size, at) = await running.Timestamps.StampAsync(running.World.Workspace.Id, Cancellation);

        Assert.Equal(5, size);
        Assert.InRange(at, TimeProvider.System.GetUtcNow().AddMinutes(-5), TimeProvider.System.GetUtcNow().AddMinutes(5));
    }

    [Fact]
    public async Task The_verification_checks_tokens_and_names_the_newest()
    {
        await using var running = await StartAsync();
        await running.OnceADayAsync();

        var result = await running.VerifyAsync();

        Assert.Equal(1, result.Verdict.ExitCode);
        Assert.Contains(result.Verdict.Remarks, remark => remark.StartsWith($"{running.Local.Address.AbsoluteUri} stamped the checkpoint of 4 leaves at 20", StringComparison.Ordinal));
        Assert.DoesNotContain(result.Verdict.Remarks, remark => remark.StartsWith("Not anchored", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("UPDATE timestamp_token SET authority = 'https://other.example/'", "is not the one its leaf names")]
    [InlineData("UPDATE timestamp_token SET token = (SELECT bytes FROM log_leaf WHERE idx = 1)", "is not the one its leaf names")]
    [InlineData("DELETE FROM timestamp_token", "The log has 1 timestamp leaves, and there are 0 time stamps.")]
    public async Task A_token_that_was_changed_or_removed_is_found(string tampering, string sentence)
    {
        await using var running = await StartAsync();
        await running.OnceADayAsync();
        var guards = engine == Engine.Sqlite
            ? (string[])["DROP TRIGGER guard_timestamp_token_update", "DROP TRIGGER guard_timestamp_token_delete"]
            : ["DROP FUNCTION guard_timestamp_token_change() CASCADE"];
        foreach (var sql in guards.Append(tampering))
            await running.World.ExecuteAsync(sql);

        var result = await running.VerifyAsync();

        Assert.Equal(VerificationOutcome.IntegrityFailure, result.Verdict.Outcome);
        Assert.Contains(sentence, result.Verdict.LastLine);
    }

    [Theory]
    [InlineData(AuthorityMood.IsBusy, "it answered with HTTP 503")]
    [InlineData(AuthorityMood.SendsElsewhere, "it answered with HTTP 307")]
    [InlineData(AuthorityMood.Babbles, "its answer cannot be used")]
    [InlineData(AuthorityMood.StampsSomethingElse, "its answer cannot be used")]
    [InlineData(AuthorityMood.RefusesTheRequest, "its answer cannot be used")]
    [InlineData(AuthorityMood.SignsWithAnotherKey, "its answer cannot be used")]
    [InlineData(AuthorityMood.NeverEnds, "")]
    public async Task An_answer_that_is_no_token_over_this_checkpoint_stores_nothing(AuthorityMood mood, string reason)
    {
        await using var running = await StartAsync();
        running.Local.Mood = mood;
        var before = await running.World.CountAllAsync();

        var refused = await Assert.ThrowsAsync<RefusedException>(running.OnceADayAsync);

        Assert.Equal(("TIMESTAMP_UNAVAILABLE", 1), (refused.Failure.Code, running.Local.Asked));
        Assert.StartsWith(reason, refused.Failure.Facts["reason"]);
        Assert.Equal(before, await running.World.CountAllAsync());
        running.Local.Mood = AuthorityMood.Works;
        Assert.Equal(4, await running.OnceADayAsync());
    }

    [Fact]
    public async Task A_token_with_any_of_its_signatures_bytes_flipped_is_none()
    {
        await using var running = await StartAsync();
        var sha256 = Digest.Of("note"u8);
        var token = await running.Client.StampAsync(sha256, Cancellation);

        Assert.Null(TimestampToken.FindProblem(token, sha256));
        Assert.Equal("its token is over something else", TimestampToken.FindProblem(token, Digest.Of("another note"u8)));
        Assert.Equal("its token cannot be read", TimestampToken.FindProblem([.. token, 0], sha256));
        // The last 256 bytes are the signature (RSA 2048).
        for (var i = token.Length - 256; i < token.Length; i++)
        {
            var spoiled = token.ToArray();
            spoiled[i] ^= 1;
            Assert.NotNull(TimestampToken.FindProblem(spoiled, sha256));
        }
    }

    [Fact]
    public async Task An_answer_to_an_earlier_request_over_the_same_checkpoint_is_refused_for_its_nonce()
    {
        await using var running = await StartAsync();
        var sha256 = Digest.Of("note"u8);
        await running.Client.StampAsync(sha256, Cancellation);
        running.Local.Mood = AuthorityMood.RepeatsItsLastAnswer;

        var refused = await Assert.ThrowsAsync<RefusedException>(() => running.Client.StampAsync(sha256, Cancellation));

        Assert.StartsWith("its answer cannot be used", refused.Failure.Facts["reason"]);
    }

    [Fact]
    public async Task An_authority_that_does_not_answer_is_given_up_after_ten_seconds()
    {
        await using var running = await StartAsync();
        running.Local.Mood = AuthorityMood.NeverAnswers;
        var asking = running.OnceADayAsync();
        await running.Local.WasAsked.Task;

        running.World.Clock.Advance(TimeSpan.FromSeconds(10));

        var refused = await Assert.ThrowsAsync<RefusedException>(() => asking);
        Assert.Equal("it did not answer within 10 seconds", refused.Failure.Facts["reason"]);
    }

    [Fact]
    public async Task An_address_where_nobody_listens_is_told_in_words()
    {
        await using var world = await LedgerWorld.StartAsync(engine, cluster);
        // Nothing listens at tcpmux anywhere.
        using var client = new TimestampAuthority(new Uri("http://127.0.0.1:1/"), world.Clock, LocalAuthority.Network);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => client.StampAsync(Digest.Of("note"u8), Cancellation));

        Assert.Equal(("TIMESTAMP_UNAVAILABLE", "http://127.0.0.1:1/"), (refused.Failure.Code, refused.Failure.Facts["authority"]));
        Assert.NotEmpty(refused.Failure.Facts["reason"]);
    }
}
