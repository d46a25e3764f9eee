using System.Data.Common;
using System.Text;
using Layer.Access;
using Layer.Cli;
using Layer.Connections;
using Layer.Evidence.Audits;
using Layer.Evidence.Log;
using Layer.Inventory;
using Layer.Ledger;
using Layer.Operations;
using Layer.Serving;
using Layer.Storage;
using Layer.Tests.Storage;
using Layer.Tests.Syncing;
using Layer.Workspaces;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Layer.Tests.Workspaces;

public sealed class WorkspaceRemovalOnSqliteSpecs(PostgresCluster cluster) : WorkspaceRemovalSpecs(Engine.Sqlite, cluster)
{
    [Fact]
    public async Task What_was_removed_is_in_no_file_of_the_database()
    {
        await using var world = await StartAsync();
        Assert.Contains(Person, await FilesAsync(world), StringComparison.Ordinal);
        world.Clock.Advance(Retention(world));

        await RemoveAsync(world);

        var files = await FilesAsync(world);
        Assert.DoesNotContain(Person, files, StringComparison.Ordinal);
        Assert.DoesNotContain("rg-prod", files, StringComparison.Ordinal);
        Assert.DoesNotContain(world.Node.Workspace.Origin, files, StringComparison.Ordinal);
    }

    private static async Task<string> FilesAsync(SyncWorld world)
    {
        var text = new StringBuilder();
        foreach (var file in Directory.EnumerateFiles(world.Folder.Path, "layer.db*"))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            text.Append(await reader.ReadToEndAsync(Cancellation));
        }

        return text.ToString();
    }
}

public sealed class WorkspaceRemovalOnPostgresSpecs(PostgresCluster cluster) : WorkspaceRemovalSpecs(Engine.Postgres, cluster)
{
    [Fact]
    public async Task While_somebody_reads_it_a_workspace_is_not_removed_and_the_reader_is_not_broken_off()
    {
        await using var world = await StartAsync();
        world.Clock.Advance(Retention(world));
        var before = await DatabaseDump.OfAsync(world.Node.Database, Cancellation);
        await using var reader = await world.Node.Database.ConnectAsync(Cancellation);
        await using (var snapshot = await world.Node.Database.Engine.BeginReadAsync(reader, Cancellation))
        {
            await reader.ScalarAsync("SELECT COUNT(*) FROM page", Cancellation);

            Assert.Equal("WORKSPACE_IN_USE", (await Assert.ThrowsAsync<RefusedException>(() => RemoveAsync(world))).Failure.Code);

            Assert.Equal(await world.CountAsync("log_leaf"), Convert.ToInt64(await reader.ScalarAsync("SELECT COUNT(*) FROM log_leaf", Cancellation)));
        }

        await AssertUntouchedAsync(world, before);
    }
}

public abstract class WorkspaceRemovalSpecs(Engine engine, PostgresCluster cluster)
{
    protected const string Person = "zebediah-quill";

    private const int Years = 7;

    private static readonly Statement Over = new("Ada Lovelace", "retention is over, CHG-2201");

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A workspace with a row in every table: an ended connection and its successor, changes, a failed sync, names.</summary>
    private protected async Task<SyncWorld> StartAsync()
    {
        var world = await SyncWorld.StartAsync(
            engine, cluster, more: tenant => tenant.User(Person), each: subscription => subscription.Grant("Reader", Person));
        world.World.Change(world.App, app => app with { GraphPermissions = ["User.Read.All", "GroupMember.Read.All", "Application.Read.All"] });
        await world.ConnectAllAsync();
        await world.Node.Connections.DisconnectAsync(await world.GetAsync("lab"), SyncWorld.Actor, "moved", Cancellation);
        Assert.Null((await world.ConnectAsync("lab")).Failure);
        var gone = world.World.FindAssignment("prod", "Reader", Person)!;
        world.World.Remove(gone);
        await world.SyncAsync("prod");
        world.World.Grant("prod", "Reader", Person, _ => gone);
        await world.SyncAsync("prod");
        var (node, connections) = (world.Node, await world.Node.Connections.ListAsync(world.Node.Workspace.Id, Cancellation));
        await new NameBook(node.Database, node.Ledger, node.Credentials, node.Connector, node.Workspace.Id, world.Clock).RefreshAsync(connections, all: true, Cancellation);
        return world;
    }

    private protected static TimeSpan Retention(SyncWorld world) => world.Clock.GetUtcNow().AddYears(Years) - world.Clock.GetUtcNow();

    private protected static async Task<Tombstone> RemoveAsync(SyncWorld world)
    {
        var removal = new WorkspaceRemoval(world.Node.Database, world.Node.Ledger, RetentionOf(world), new Tombstones(world.Folder), world.Clock);
        var left = await removal.RemoveAsync(world.Node.Workspace, Over, Cancellation);
        await removal.OverwriteAsync(Cancellation);
        return left;
    }

    /// <summary>An auditor with all that one can have, and an administrator of another workspace too.</summary>
    private static async Task AddPeopleAsync(LayerNode node)
    {
        var (now, id) = (node.Workspace.CreatedAt, node.Workspace.Id);
        await using var db = node.Database.CreateContext();
        foreach (var (name, elsewhere) in new[] { ("only-here", false), ("here-too", true) })
        {
            var person = new Person { Id = Guid.NewGuid(), UserName = $"{name}@example.test", Email = $"{name}@example.test", DisplayName = name, CreatedAt = now };
            db.Add(person);
            db.Add(new Membership { Workspace = id, Person = person.Id, Role = Role.Administrator, CreatedAt = now });
            if (elsewhere)
                db.Add(new Membership { Workspace = Guid.NewGuid(), Person = person.Id, Role = Role.Administrator, CreatedAt = now });
            db.Add(new IdentityUserToken<Guid> { UserId = person.Id, LoginProvider = "test", Name = name, Value = "1" });
            db.Add(new Share { Id = Guid.NewGuid(), Workspace = id, Person = person.Id, FromDay = new DateOnly(2026, 1, 1), ToDay = new DateOnly(2027, 1, 1), CreatedBy = "test", CreatedAt = now, ExpiresAt = now });
            db.Add(new ApiToken { Id = Guid.NewGuid(), Workspace = id, Person = person.Id, Name = name, Hash = Guid.NewGuid().ToByteArray(), Scope = TokenScope.Read, CreatedAt = now, ExpiresAt = now });
            db.Add(new Invitation { Id = Guid.NewGuid(), Workspace = id, CodeHash = Guid.NewGuid().ToByteArray(), Role = Role.Editor, CreatedBy = "test", CreatedAt = now, ExpiresAt = now });
            db.Add(new ConnectDraft { Id = Guid.NewGuid(), Workspace = id, Person = person.Id, Fields = "{}", CreatedAt = now, ExpiresAt = now });
            db.Add(new Operation { Id = Guid.NewGuid(), Workspace = id, Kind = "check", Subject = "prod", Actor = "test", State = "succeeded", StartedAt = now, Events = "[]" });
        }

        await db.SaveChangesAsync(Cancellation);
    }

    private static WorkspaceRetention RetentionOf(SyncWorld world) => new(world.Node.Database, world.Node.Ledger, Years);

    private protected static async Task AssertUntouchedAsync(SyncWorld world, DatabaseDump before)
    {
        var after = await DatabaseDump.OfAsync(world.Node.Database, Cancellation);
        foreach (var table in after.Tables)
            Assert.Equal((0, 0), (after.Compare(before, table).Came.Count, after.Compare(before, table).Went.Count));
        Assert.Empty(new Tombstones(world.Folder).List());
        var verified = await LogVerification.RunAsync(world.Node.Database, world.Folder, world.Node.Workspace, pinned: null, Cancellation);
        Assert.Null(verified.Verdict.Problem);
        Assert.DoesNotContain(verified.Verdict.Remarks, remark => remark.Contains("Guards", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Before_its_retention_is_over_a_workspace_is_not_removed_and_on_that_instant_it_may_be()
    {
        await using var world = await StartAsync();
        var before = await DatabaseDump.OfAsync(world.Node.Database, Cancellation);
        world.Clock.Advance(Retention(world) - TimeSpan.FromMilliseconds(1));

        var refused = await Assert.ThrowsAsync<RefusedException>(() => RemoveAsync(world));

        Assert.Equal(("RETENTION_NOT_OVER", "2033-11-23"), (refused.Failure.Code, refused.Failure.Facts["day"]));
        Assert.Contains("must be kept until 2033-11-23", ErrorCatalog.Card(refused.Failure, connecting: false).Title, StringComparison.Ordinal);
        await AssertUntouchedAsync(world, before);
        world.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(world.Node.Workspace.Origin, (await RemoveAsync(world)).Origin);
    }

    [Fact]
    public async Task Under_a_legal_hold_nothing_is_removed_however_old_it_is()
    {
        await using var world = await StartAsync();
        await RetentionOf(world).HoldAsync(world.Node.Workspace, SyncWorld.Actor, new Statement("Grace Hopper", "litigation 7"), Cancellation);
        var before = await DatabaseDump.OfAsync(world.Node.Database, Cancellation);
        world.Clock.Advance(Retention(world) * 3);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => RemoveAsync(world));

        Assert.Equal(("WORKSPACE_HELD", "Grace Hopper: litigation 7", "2033-11-23"), (refused.Failure.Code, refused.Failure.Facts["reason"], refused.Failure.Facts["day"]));
        await AssertUntouchedAsync(world, before);
    }

    [Fact]
    public async Task A_release_lifts_the_hold_and_is_an_entry_that_the_retention_counts_from()
    {
        await using var world = await StartAsync();
        var retention = RetentionOf(world);
        await retention.HoldAsync(world.Node.Workspace, SyncWorld.Actor, new Statement("Grace Hopper", "litigation 7"), Cancellation);
        Assert.Equal(
            "WORKSPACE_HELD",
            (await Assert.ThrowsAsync<RefusedException>(() => retention.HoldAsync(world.Node.Workspace, SyncWorld.Actor, Over, Cancellation))).Failure.Code);
        world.Clock.Advance(TimeSpan.FromDays(400));
        await retention.ReleaseAsync(world.Node.Workspace, SyncWorld.Actor, new Statement("Grace Hopper", "settled"), Cancellation);

        var standing = await retention.ReadAsync(world.Node.Workspace, Cancellation);

        Assert.Equal((null, world.Clock.GetUtcNow().AddYears(Years)), (standing.Hold, standing.KeepUntil));
        Assert.Equal(
            "WORKSPACE_NOT_HELD",
            (await Assert.ThrowsAsync<RefusedException>(() => retention.ReleaseAsync(world.Node.Workspace, SyncWorld.Actor, Over, Cancellation))).Failure.Code);
        Assert.Equal(2, (await world.LeavesAsync("audit")).Count);
        world.Clock.Advance(Retention(world));
        await RemoveAsync(world);
    }

    [Fact]
    public async Task A_removed_workspace_leaves_no_row_but_a_signed_tombstone_and_the_guards_stand()
    {
        await using var world = await StartAsync();
        await using var context = world.Node.Database.CreateContext();
        var tables = context.Model.GetEntityTypes().Where(type => type.FindProperty("Workspace") is not null).Select(type => type.GetTableName()!)
            .Append("workspace").ToList();
        await AddPeopleAsync(world.Node);
        await using (var connection = await world.Node.Database.ConnectAsync(Cancellation))
        {
            await world.Node.Database.Engine.InsertAsync(
                connection, "timestamp_token", ["workspace", "size", "at", "authority", "token"],
                [[world.Node.Database.Engine.Id(world.Node.Workspace.Id), 1L, 1L, "https://tsa.example/", new byte[] { 1 }]], Cancellation);
        }

        foreach (var table in tables)
            Assert.NotEqual((table, 0), (table, await world.CountAsync(table)));
        var (size, checkpoints) = (await world.CountAsync("log_leaf"), await File.ReadAllTextAsync(Path.Combine(world.Folder.Keys, "checkpoints.log"), Cancellation));
        world.Clock.Advance(Retention(world));

        var left = await RemoveAsync(world);

        foreach (var table in tables)
            Assert.Equal((table, table == "membership" ? 1 : 0), (table, await world.CountAsync(table)));
        Assert.Equal((1, 1), (await world.CountAsync("person", "display_name = 'here-too'"), await world.CountAsync("person")));
        Assert.Equal(1, await world.CountAsync("person_token"));
        var id = world.Node.Workspace.Id;
        var note = SignedNote.Parse(await File.ReadAllBytesAsync(Path.Combine(world.Folder.Keys, "tombstones", $"{id}.txt"), Cancellation));
        var key = VerificationKey.Parse((await File.ReadAllTextAsync(Path.Combine(world.Folder.Keys, "tombstones", $"{id}.vkey"), Cancellation)).TrimEnd('\n'));
        Assert.Equal(SignatureState.Valid, note.Check(key));
        Assert.Equal(left, Tombstone.Parse(note.Text));
        Assert.Equal((world.Node.Workspace.Origin, size, world.Clock.GetUtcNow(), "Ada Lovelace", Over.Reason), (left.Origin, left.Size, left.RemovedAt, left.By, left.Reason));
        // The last checkpoint, which others may hold, is of the same tree: who holds it can tell that the tombstone is about this log.
        var last = await new CheckpointsLog(world.Folder.Keys).FindLastAsync(left.Origin, Cancellation);
        Assert.Equal((last!.Checkpoint.Size, last.Checkpoint.Root), (left.Size, left.Root));
        Assert.Equal(SignatureState.Valid, last.Check(key));
        Assert.Equal(checkpoints, await File.ReadAllTextAsync(Path.Combine(world.Folder.Keys, "checkpoints.log"), Cancellation));
        await using var again = await LayerDatabase.OpenAsync(world.Node.Database.Address, Cancellation);
        Assert.Empty(again.RestoredGuards);
    }

    [Fact]
    public async Task Another_workspace_of_the_database_is_left_as_it_was_and_still_guarded()
    {
        await using var world = await StartAsync();
        var other = await new WorkspaceStore(world.Node.Database, world.Node.Seal, world.Clock).GetOrCreateAsync("other", null, sample: false, Cancellation);
        await world.Node.Ledger.SignCheckpointAsync(other.Id, Cancellation);
        var before = await DatabaseDump.OfAsync(world.Node.Database, Cancellation);
        world.Clock.Advance(Retention(world));

        await RemoveAsync(world);

        var after = await DatabaseDump.OfAsync(world.Node.Database, Cancellation);
        Assert.All(after.Tables, table => Assert.Empty(after.Compare(before, table).Came));
        Assert.Equal((1, 1, 1), (await world.CountAsync("workspace"), await world.CountAsync("log_leaf"), await world.CountAsync("checkpoint")));
        Assert.Null((await LogVerification.RunAsync(world.Node.Database, world.Folder, other, pinned: null, Cancellation)).Verdict.Problem);
        await using var connection = await world.Node.Database.ConnectAsync(Cancellation);
        var refused = await Assert.ThrowsAnyAsync<DbException>(() => connection.ExecuteAsync("DELETE FROM log_leaf", Cancellation));
        Assert.Contains("log_leaf is written once", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_removal_that_fails_at_the_last_row_leaves_every_row_and_guard_and_no_tombstone()
    {
        await using var world = await StartAsync();
        world.Clock.Advance(Retention(world));
        var before = await DatabaseDump.OfAsync(world.Node.Database, Cancellation);
        await using (var connection = await world.Node.Database.ConnectAsync(Cancellation))
        {
            await connection.ExecuteAsync(
                engine == Engine.Sqlite
                    ? "CREATE TRIGGER stop BEFORE DELETE ON workspace BEGIN SELECT RAISE(ABORT, 'stopped'); END"
                    : "CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'stopped'; END$$; CREATE TRIGGER stop BEFORE DELETE ON workspace FOR EACH ROW EXECUTE FUNCTION stop()",
                Cancellation);
        }

        var failed = await Assert.ThrowsAnyAsync<DbException>(() => RemoveAsync(world));

        Assert.Contains("stopped", failed.Message, StringComparison.Ordinal);
        await AssertUntouchedAsync(world, before);
        await using var again = await LayerDatabase.OpenAsync(world.Node.Database.Address, Cancellation);
        Assert.Empty(again.RestoredGuards);
    }

    [Fact]
    public async Task Where_no_tombstone_can_be_written_nothing_is_removed()
    {
        await using var world = await StartAsync();
        world.Clock.Advance(Retention(world));
        var before = await DatabaseDump.OfAsync(world.Node.Database, Cancellation);
        await File.WriteAllTextAsync(Path.Combine(world.Folder.Keys, "tombstones"), "in the way", Cancellation);

        Assert.Equal("DATA_FOLDER_UNWRITABLE", (await Assert.ThrowsAsync<RefusedException>(() => RemoveAsync(world))).Failure.Code);

        await AssertUntouchedAsync(world, before);
    }

    [Fact]
    public async Task Of_a_log_that_lost_what_was_signed_nothing_is_removed()
    {
        await using var world = await StartAsync();
        world.Clock.Advance(Retention(world));
        var before = await DatabaseDump.OfAsync(world.Node.Database, Cancellation);
        var file = Path.Combine(world.Folder.Keys, "checkpoints.log");
        var kept = await File.ReadAllTextAsync(file, Cancellation);
        var key = SigningKey.Create(world.Node.Workspace.Origin);
        await new CheckpointsLog(world.Folder.Keys).AppendAsync(
            new Checkpoint(world.Node.Workspace.Origin, 1_000_000, Layer.Evidence.Digest.Of("lost"u8)).Sign(key), Cancellation);

        Assert.Equal("LOG_ROLLED_BACK", (await Assert.ThrowsAsync<RefusedException>(() => RemoveAsync(world))).Failure.Code);

        await File.WriteAllTextAsync(file, kept, Cancellation);
        await AssertUntouchedAsync(world, before);
    }
}
