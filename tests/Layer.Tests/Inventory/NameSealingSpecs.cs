using System.Text;
using System.Text.Json;
using Layer.Azure;
using Layer.Connections;
using Layer.Evidence.Audits;
using Layer.Inventory;
using Layer.Ledger;
using Layer.Secrets;
using Layer.Storage;
using Layer.Tests.Storage;
using Layer.Tests.Syncing;

namespace Layer.Tests.Inventory;

public sealed class NameSealingOnSqliteSpecs(PostgresCluster cluster) : NameSealingSpecs(Engine.Sqlite, cluster)
{
    // Rows are written in several rounds and grow, so that pages are split and their first halves keep copies: zeroing what a DELETE frees does not reach them.
    [Fact]
    public async Task What_a_page_kept_of_an_erased_row_when_it_was_split_is_in_no_file_either()
    {
        const int Principals = 2000;
        await using var world = await SyncWorld.StartAsync(Engine.Sqlite, Cluster);
        var (database, workspace, random) = (world.Node.Database, world.Node.Workspace.Id, new Random(20261123));
        Guid[] principals = [.. Enumerable.Range(0, Principals).Select(_ => RandomGuid(random))];
        await using (var connection = await database.ConnectAsync(Cancellation))
        {
            for (var round = 1; round <= 3; round++)
            {
                await using var transaction = await database.Engine.BeginWriteAsync(connection, Cancellation);
                foreach (var (index, principal) in principals.Index())
                    await StoreAsync(connection, database.Engine, workspace, principal, $"zeb-{index:0000}-{new string('x', random.Next(40))}", random);
                await transaction.CommitAsync(Cancellation);
            }
        }

        await NameErasure.ForgetAsync(database, workspace, principals[0].ToString(), Cancellation);
        Assert.Contains("zeb-0001-", await FilesAsync(world), StringComparison.Ordinal);
        await NameErasure.ForgetAsync(database, workspace, principal: null, Cancellation);

        Assert.DoesNotContain("zeb-", await FilesAsync(world), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_erasure_that_another_reader_keeps_from_the_file_says_so_and_the_next_one_ends_it()
    {
        await using var world = await StartAsync();
        await RefreshAsync(world);
        var impatient = new DatabaseAddress.Sqlite(Path.Combine(world.Folder.Path, "layer.db")) { BusySeconds = 1 };
        await using var database = await LayerDatabase.OpenAsync(impatient, Cancellation);
        await using var reader = await database.ConnectAsync(Cancellation);
        await using (var snapshot = await database.Engine.BeginReadAsync(reader, Cancellation))
        {
            await reader.ScalarAsync("SELECT COUNT(*) FROM principal_name", Cancellation);

            var refused = await Assert.ThrowsAsync<Layer.Operations.RefusedException>(
                () => NameErasure.ForgetAsync(database, world.Node.Workspace.Id, Person, Cancellation));

            Assert.Equal("ERASURE_UNFINISHED", refused.Failure.Code);
            Assert.Equal(0, await world.CountAsync("principal_name", $"name = '{Person}'"));
        }

        Assert.Contains(Person, await FilesAsync(world), StringComparison.Ordinal);
        Assert.Equal(0, await NameErasure.ForgetAsync(database, world.Node.Workspace.Id, Person, Cancellation));
        Assert.DoesNotContain(Person, await FilesAsync(world), StringComparison.Ordinal);
    }

    private static Guid RandomGuid(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }

    private static async Task StoreAsync(
        System.Data.Common.DbConnection connection, StorageEngine engine, Guid workspace, Guid principal, string name, Random random)
    {
        await connection.ExecuteAsync(
            """
            INSERT INTO principal_name (workspace, tenant_id, principal_id, state, name, first_looked_up_at, last_looked_up_at) VALUES (@w, @w, @p, 'resolved', @name, 1, 1)
            ON CONFLICT (workspace, tenant_id, principal_id) DO UPDATE SET name = excluded.name
            """, Cancellation, ("@w", engine.Id(workspace)), ("@p", principal.ToString()), ("@name", name));
        var (salt, record) = (new byte[16], new NameRecord { Tenant = workspace, Id = principal, State = NameRecord.Resolved, Name = name });
        random.NextBytes(salt);
        await engine.InsertAsync(
            connection, "name_record", ["workspace", "tenant_id", "principal_id", "commitment", "salt", "bytes", "leaf", "at"],
            [[engine.Id(workspace), engine.Id(workspace), principal.ToString(), record.Commitment(salt).ToArray(), salt, record.ToBytes(), 1L, 1L]], Cancellation);
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

public sealed class NameSealingOnPostgresSpecs(PostgresCluster cluster) : NameSealingSpecs(Engine.Postgres, cluster);

/// <summary>Names that can be proven and erased.</summary>
public abstract class NameSealingSpecs(Engine engine, PostgresCluster cluster)
{
    protected const string Person = "zebediah-quill";

    private static readonly string[] LeastRights = ["User.Read.All", "GroupMember.Read.All", "Application.Read.All"];

    protected PostgresCluster Cluster { get; } = cluster;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected async Task<SyncWorld> StartAsync()
    {
        var world = await SyncWorld.StartAsync(
            engine, Cluster,
            more: tenant => tenant.App("second", app => app.Secret()).User(Person).Guest("visitor").DeletedUser("gone"),
            each: subscription => subscription.Grant("Reader", "second").Grant("Reader", Person).Grant("Reader", "visitor").Grant("Reader", "gone"));
        world.World.Change(world.App, app => app with { GraphPermissions = LeastRights });
        Assert.Null((await world.ConnectAsync("prod")).Failure);
        return world;
    }

    private protected static async Task<NamesRefreshed> RefreshAsync(SyncWorld world, LayerNode? node = null)
    {
        var (on, connections) = (node ?? world.Node, await world.Node.Connections.ListAsync(world.Node.Workspace.Id, Cancellation));
        return await new NameBook(on.Database, on.Ledger, on.Credentials, on.Connector, on.Workspace.Id, world.Clock).RefreshAsync(connections, all: true, Cancellation);
    }

    private static Task<IReadOnlyList<StoredNameRecord>> RecordsAsync(SyncWorld world) =>
        NameRecords.ListAsync(world.Node.Database, world.Node.Workspace.Id, Cancellation);

    private static NameRecord[] Of(SyncWorld world, IEnumerable<StoredNameRecord> records, string name) => Of(world.World.Principal(name).Id, records);

    private static NameRecord[] Of(Guid principal, IEnumerable<StoredNameRecord> records) =>
        [.. records.Where(record => record.PrincipalId == principal.ToString()).Select(record => NameRecord.Parse(record.Bytes))];

    private static async Task<LogVerdict> VerifyAsync(SyncWorld world) =>
        await LogVerification.RunAsync(world.Node.Database, world.Folder, world.Node.Workspace, pinned: null, Cancellation);

    private static async Task<List<List<string?>>> SealedAsync(SyncWorld world)
    {
        var leaves = new List<List<string?>>();
        foreach (var leaf in await world.LeavesAsync("names"))
        {
            using var json = JsonDocument.Parse(leaf);
            leaves.Add([.. json.RootElement.GetProperty("body").GetProperty("commitments").EnumerateArray().Select(each => each.GetString())]);
        }

        return leaves;
    }

    [Fact]
    public async Task Every_record_of_a_refresh_is_committed_to_in_one_leaf_that_is_signed_and_holds_no_name()
    {
        await using var world = await StartAsync();

        var refreshed = await RefreshAsync(world);

        var records = await RecordsAsync(world);
        Assert.Equal((7, 7), (refreshed.Sealed, records.Count));
        var commitments = Assert.Single(await SealedAsync(world));
        Assert.Equal(records.Select(record => record.Commitment.ToString()).Order(StringComparer.Ordinal), commitments);
        Assert.All(records, record => Assert.Equal(record.Commitment, NameRecord.Parse(record.Bytes).Commitment(record.Salt.Span)));
        Assert.Equal(records.Count, records.Select(record => Convert.ToHexString(record.Salt.Span)).Distinct().Count());
        Assert.DoesNotContain(Person, Assert.Single(await world.LeavesAsync("names")), StringComparison.Ordinal);
        var verified = await VerifyAsync(world);
        Assert.Null(verified.Verdict.Problem);
        Assert.Equal(verified.Leaves, verified.Checkpoint!.Size);
    }

    [Fact]
    public async Task Records_come_in_order_of_principal_and_leaf_with_when_they_were_looked_up()
    {
        await using var world = await StartAsync();
        await RefreshAsync(world);
        world.Clock.Advance(TimeSpan.FromMinutes(30));
        var person = world.World.Change(world.World.Principal(Person), p => p with { Name = Person + "-smith" });
        await RefreshAsync(world);

        var records = await RecordsAsync(world);

        Assert.Equal(records.OrderBy(r => r.PrincipalId, StringComparer.Ordinal).ThenBy(r => r.Leaf), records);
        Assert.Equal([Person, Person + "-smith"], Of(person.Id, records).Select(record => record.Name));
        Assert.All(records, record => Assert.Equal(TimeSpan.FromMinutes(30), record.LastLookedUp - record.FirstLookedUp));
        Assert.Equal(world.Clock.GetUtcNow(), records[0].LastLookedUp);
    }

    [Fact]
    public async Task Unchanged_names_seal_nothing_and_leave_the_head_as_it_was()
    {
        await using var world = await StartAsync();
        await RefreshAsync(world);
        var before = (await world.CountAsync("log_leaf"), await world.CountAsync("name_record"), await world.CountAsync("checkpoint"));
        world.Clock.Advance(TimeSpan.FromMinutes(30));

        var again = await RefreshAsync(world);

        Assert.Equal((0, 7), (again.Sealed, again.Ends.Count));
        Assert.Equal(before, (await world.CountAsync("log_leaf"), await world.CountAsync("name_record"), await world.CountAsync("checkpoint")));
        Assert.Equal(0, await world.CountAsync("log_head", $"at = {world.Clock.GetUtcNow().UtcTicks}"));
        Assert.Equal(7, await world.CountAsync("principal_name", $"last_looked_up_at = {world.Clock.GetUtcNow().UtcTicks}"));
    }

    [Fact]
    public async Task Only_what_changed_is_sealed_again_and_what_comes_back_gets_a_commitment_of_its_own()
    {
        await using var world = await StartAsync();
        await RefreshAsync(world);
        var person = world.World.Principal(Person);

        world.World.Change(person, p => p with { Enabled = false });
        Assert.Equal(1, (await RefreshAsync(world)).Sealed);
        world.World.Change(person, p => p with { Enabled = true });
        Assert.Equal(1, (await RefreshAsync(world)).Sealed);
        world.World.Delete(person);
        Assert.Equal(1, (await RefreshAsync(world)).Sealed);

        var records = Of(world, await RecordsAsync(world), Person);
        Assert.Equal(
            [("resolved", true), ("resolved", false), ("resolved", true), ("not-found", (bool?)null)], records.Select(record => (record.State, record.Enabled)));
        Assert.Equal(records[0], records[2]);
        Assert.Equal(4, (await SealedAsync(world)).Count);
        Assert.Equal(10, (await SealedAsync(world)).SelectMany(leaf => leaf).Distinct().Count());
        Assert.Null((await VerifyAsync(world)).Verdict.Problem);
    }

    [Fact]
    public async Task What_a_directory_says_is_sealed_with_type_kind_and_state()
    {
        await using var world = await StartAsync();
        await RefreshAsync(world);

        var records = await RecordsAsync(world);

        var visitor = Assert.Single(Of(world, records, "visitor"));
        Assert.Equal(("user", "Guest", true, world.World.Principal("visitor").UserPrincipalName), (visitor.Type, visitor.UserType, visitor.Enabled, visitor.UpnOrAppId));
        var app = Assert.Single(Of(world, records, "layer"));
        Assert.Equal(("servicePrincipal", null, true, world.App.ClientId.ToString()), (app.Type, app.UserType, app.Enabled, app.UpnOrAppId));
        var gone = Assert.Single(Of(world, records, "gone"));
        Assert.Equal(("not-found", null, null, null, null, null), (gone.State, gone.Type, gone.Name, gone.UserType, gone.Enabled, gone.UpnOrAppId));
    }

    [Fact]
    public async Task Two_app_registrations_of_one_tenant_make_one_leaf_and_the_one_that_may_read_decides()
    {
        await using var world = await StartAsync();
        world.World.Change(world.App, app => app with { GraphPermissions = [] });
        var second = world.World.App("second");
        world.World.Change(second, app => app with { GraphPermissions = LeastRights });
        var request = new ConnectRequest(
            AzureCloud.Public, world.World.Subscription("test").Id, null, second.ClientId, new SignIn(CredentialKind.Secret, SecretText.From(second.Secret)));
        Assert.Null((await world.Node.Connect.RunAsync(
            world.Node.Workspace.Id, request, new ConnectOptions("test", SaveAnyway: false, TimeSpan.Zero, SyncWorld.Actor), _ => { }, Cancellation)).Failure);

        var refreshed = await RefreshAsync(world, await world.StartNodeAsync());

        Assert.Equal("NAMES_UNAVAILABLE", refreshed.Failure?.Code);
        Assert.Equal(refreshed.Sealed, Assert.Single(await SealedAsync(world)).Count);
        Assert.Equal(("resolved", Person), (Of(world, await RecordsAsync(world), Person)[0].State, Of(world, await RecordsAsync(world), Person)[0].Name));
    }

    [Fact]
    public async Task Forgetting_takes_salt_and_bytes_and_leaves_a_log_that_is_valid()
    {
        await using var world = await StartAsync();
        await RefreshAsync(world);
        var leaves = await world.LeavesAsync("names");

        Assert.Equal(1, await NameErasure.ForgetAsync(world.Node.Database, world.Node.Workspace.Id, Person, Cancellation));

        Assert.Empty(Of(world, await RecordsAsync(world), Person));
        Assert.Equal(6, await world.CountAsync("name_record"));
        Assert.Equal(leaves, await world.LeavesAsync("names"));
        Assert.Null((await VerifyAsync(world)).Verdict.Problem);
    }

    [Fact]
    public async Task Who_was_deleted_in_the_directory_is_forgotten_by_the_name_an_older_record_holds()
    {
        await using var world = await StartAsync();
        await RefreshAsync(world);
        world.World.Delete(world.World.Principal(Person));
        await RefreshAsync(world);

        Assert.Equal(1, await NameErasure.ForgetAsync(world.Node.Database, world.Node.Workspace.Id, world.World.Principal(Person).UserPrincipalName!.ToUpperInvariant(), Cancellation));

        Assert.Empty(Of(world, await RecordsAsync(world), Person));
    }

    [Fact]
    public async Task Looked_up_again_after_it_was_forgotten_a_name_gets_a_commitment_that_does_not_tell_it_is_the_same()
    {
        await using var world = await StartAsync();
        await RefreshAsync(world);
        var before = (await SealedAsync(world))[0];
        await NameErasure.ForgetAsync(world.Node.Database, world.Node.Workspace.Id, Person, Cancellation);

        Assert.Equal(1, (await RefreshAsync(world)).Sealed);

        Assert.DoesNotContain(Assert.Single((await SealedAsync(world))[1]), before);
        Assert.Null((await VerifyAsync(world)).Verdict.Problem);
    }

    [Theory]
    [InlineData("salt = bytes", "does not open the commitment that was sealed")]
    [InlineData("leaf = leaf + 1", "is not in the leaf it names")]
    public async Task A_record_that_is_not_the_one_that_was_sealed_breaks_verification(string change, string problem)
    {
        await using var world = await StartAsync();
        await RefreshAsync(world);
        await using (var connection = await world.Node.Database.ConnectAsync(Cancellation))
            await connection.ExecuteAsync($"UPDATE name_record SET {change} WHERE principal_id = @id", Cancellation, ("@id", world.World.Principal("ada").Id.ToString()));

        var verdict = (await VerifyAsync(world)).Verdict;

        Assert.Equal(2, verdict.ExitCode);
        Assert.Contains(problem, verdict.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_put_in_the_place_of_another_is_found_out_though_its_commitment_fits_it()
    {
        await using var world = await StartAsync();
        await RefreshAsync(world);
        var ada = Of(world, await RecordsAsync(world), "ada")[0] with { Name = "somebody else" };
        var salt = new byte[NameRecord.SaltSize];
        await using (var connection = await world.Node.Database.ConnectAsync(Cancellation))
        {
            Assert.Equal(1, await connection.ExecuteAsync(
                "UPDATE name_record SET salt = @salt, bytes = @bytes, commitment = @commitment WHERE principal_id = @id", Cancellation,
                ("@salt", salt), ("@bytes", ada.ToBytes()), ("@commitment", ada.Commitment(salt).ToArray()), ("@id", ada.Id.ToString())));
        }

        var verdict = (await VerifyAsync(world)).Verdict;

        Assert.Equal(2, verdict.ExitCode);
        Assert.Contains("is not in the leaf it names", verdict.Problem, StringComparison.Ordinal);
    }
}
