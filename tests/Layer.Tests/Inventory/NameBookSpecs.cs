using System.Text;
using Layer.Azure.Names;
using Layer.AzureEmulator;
using Layer.Inventory;
using Layer.Tests.Storage;
using Layer.Tests.Syncing;

namespace Layer.Tests.Inventory;

public sealed class NameBookOnSqliteSpecs(PostgresCluster cluster) : NameBookSpecs(Engine.Sqlite, cluster)
{
    [Fact]
    public async Task Item_12_What_was_forgotten_is_in_no_file_of_the_database()
    {
        await using var world = await StartAsync(LeastRights);
        await RefreshAsync(world);
        Assert.Contains(Person, await FilesAsync(world), StringComparison.Ordinal);

        Assert.Equal(1, await NameErasure.ForgetAsync(world.Node.Database, world.Node.Workspace.Id, Person, Cancellation));

        Assert.DoesNotContain(Person, await FilesAsync(world), StringComparison.Ordinal);
        Assert.Contains("grace@", await FilesAsync(world), StringComparison.Ordinal);
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

public sealed class NameBookOnPostgresSpecs(PostgresCluster cluster) : NameBookSpecs(Engine.Postgres, cluster);

public abstract class NameBookSpecs(Engine engine, PostgresCluster cluster)
{
    protected const string Person = "zebediah-quill";

    protected static readonly string[] LeastRights = ["User.Read.All", "GroupMember.Read.All", "Application.Read.All"];

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected async Task<SyncWorld> StartAsync(params string[] permissions)
    {
        var world = await SyncWorld.StartAsync(
            engine, cluster,
            more: tenant => tenant.User(Person).DeletedUser("gone").ForeignGroup("partner"),
            each: subscription => subscription.Grant("Reader", Person).Grant("Reader", "gone").Grant("Reader", "partner"));
        Permit(world, permissions);
        Assert.Null((await world.ConnectAsync("prod")).Failure);
        return world;
    }

    private static void Permit(SyncWorld world, params string[] permissions) =>
        world.World.Change(world.App, app => app with { GraphPermissions = permissions });

    private protected static async Task<NamesRefreshed> RefreshAsync(SyncWorld world, LayerNode? node = null, bool all = false)
    {
        var (on, connections) = (node ?? world.Node, await world.Node.Connections.ListAsync(world.Node.Workspace.Id, Cancellation));
        return await new NameBook(on.Database, on.Ledger, on.Credentials, on.Connector, on.Workspace.Id, world.Clock).RefreshAsync(connections, all, Cancellation);
    }

    private static async Task<IReadOnlyDictionary<string, AssignmentRow>> ShownAsync(SyncWorld world)
    {
        var inventory = new InventoryReader(world.Node.Database, world.Node.Workspace.Id);
        var names = await inventory.NamesAsync(Cancellation);
        var rows = new Dictionary<string, AssignmentRow>(StringComparer.Ordinal);
        foreach (var reading in await inventory.ReadingsAsync(DateOnly.MaxValue, Cancellation))
        {
            foreach (var row in await AssignmentRow.ReadAsync(inventory, reading, names, Cancellation))
                rows[row.Assignment.Text("principalId")] = row;
        }

        return rows;
    }

    private static AssignmentRow Of(SyncWorld world, IReadOnlyDictionary<string, AssignmentRow> shown, string name) => shown[world.World.Principal(name).Id.ToString()];

    private static int Questions(SyncWorld world) => world.Azure.Requests.Of(AzureCall.GetDirectoryObjects).Count;

    [Fact]
    public async Task Item_12_Resolved_not_found_and_not_looked_up_never_look_alike()
    {
        await using var world = await StartAsync(LeastRights);
        var before = await ShownAsync(world);

        var refreshed = await RefreshAsync(world);

        Assert.Null(refreshed.Failure);
        Assert.All(before.Values, row => Assert.StartsWith("not looked up (", row.Who));
        var shown = await ShownAsync(world);
        Assert.Equal((Person, "resolved"), (Of(world, shown, Person).Who, Of(world, shown, Person).NameState));
        Assert.Equal("not-found", Of(world, shown, "gone").NameState);
        Assert.StartsWith("not found in this directory (", Of(world, shown, "gone").Who);
        Assert.Null(Of(world, shown, "gone").Name?.Name);
        Assert.Equal("not-looked-up", Of(world, shown, "partner").NameState);
    }

    [Fact]
    public async Task Item_12_Without_the_right_a_name_is_not_permitted_and_neither_absent_nor_unknown()
    {
        await using var world = await StartAsync();

        var refreshed = await RefreshAsync(world);

        Assert.Equal("NAMES_UNAVAILABLE", refreshed.Failure?.Code);
        Assert.Equal(refreshed.Ends.Count, refreshed.Count<NameLookup.NotPermitted>());
        var shown = await ShownAsync(world);
        Assert.StartsWith("name not permitted (", Of(world, shown, "ada").Who);
        Assert.StartsWith("name not permitted (", Of(world, shown, "gone").Who);
        Assert.Equal("not-looked-up", Of(world, shown, "partner").NameState);
    }

    [Fact]
    public async Task Item_12_A_name_is_asked_for_again_after_a_day_and_not_before()
    {
        await using var world = await StartAsync(LeastRights);
        await RefreshAsync(world);
        var asked = Questions(world);

        Assert.Empty((await RefreshAsync(world)).Ends);
        world.Clock.Advance(TimeSpan.FromHours(23));
        Assert.Empty((await RefreshAsync(world)).Ends);
        Assert.Equal(asked, Questions(world));

        world.Clock.Advance(TimeSpan.FromHours(2));
        // MSAL would go on using a token that has expired on this clock: another process signs in anew.
        var again = await RefreshAsync(world, await world.StartNodeAsync());

        Assert.Equal(asked + 1, Questions(world));
        Assert.NotEmpty(again.Ends);
        var name = Of(world, await ShownAsync(world), "ada").Name!;
        Assert.Equal(TimeSpan.FromHours(25), name.LastLookedUpAt - name.FirstLookedUpAt);
    }

    [Fact]
    public async Task Item_12_When_the_right_is_given_later_a_refresh_need_not_wait()
    {
        await using var world = await StartAsync();
        await RefreshAsync(world);
        Permit(world, LeastRights);

        Assert.Empty((await RefreshAsync(world)).Ends);
        await RefreshAsync(world, await world.StartNodeAsync(), all: true);

        Assert.Equal(Person, Of(world, await ShownAsync(world), Person).Who);
    }

    [Fact]
    public async Task Item_12_A_question_without_an_answer_changes_nothing_that_is_known()
    {
        await using var world = await StartAsync(LeastRights);
        await RefreshAsync(world);
        world.Azure.Faults.Set(Fault.Status503, AzureCall.GetDirectoryObjects);

        var refreshed = await RefreshAsync(world, all: true);

        Assert.Equal("AZURE_UNAVAILABLE", refreshed.Failure?.Code);
        Assert.Equal(Person, Of(world, await ShownAsync(world), Person).Who);
        Assert.Equal("not-found", Of(world, await ShownAsync(world), "gone").NameState);
    }

    [Fact]
    public async Task Item_12_Names_are_no_evidence_and_forgetting_them_leaves_the_log_as_it_is()
    {
        await using var world = await StartAsync(LeastRights);
        var observations = await world.CountAsync("observation");
        await RefreshAsync(world);
        Assert.DoesNotContain((await LeavesAsync(world)), leaf => leaf.Contains(Person, StringComparison.Ordinal));
        var sealedBefore = (await world.CountAsync("log_leaf"), observations);

        var erased = await NameErasure.ForgetAsync(world.Node.Database, world.Node.Workspace.Id, principal: null, Cancellation);

        Assert.Equal(5, erased);
        Assert.Equal((0, 0), (await world.CountAsync("principal_name"), await world.CountAsync("name_record")));
        Assert.Equal(sealedBefore, (await world.CountAsync("log_leaf"), await world.CountAsync("observation")));
        Assert.All((await ShownAsync(world)).Values, row => Assert.Equal("not-looked-up", row.NameState));
    }

    [Fact]
    public async Task Item_12_One_name_is_forgotten_by_id_by_name_or_by_user_principal_name()
    {
        await using var world = await StartAsync(LeastRights);
        foreach (var whom in (string[])[world.World.Principal(Person).Id.ToString().ToUpperInvariant(), Person.ToUpperInvariant(), world.World.Principal(Person).UserPrincipalName!])
        {
            await RefreshAsync(world);

            Assert.Equal(1, await NameErasure.ForgetAsync(world.Node.Database, world.Node.Workspace.Id, whom, Cancellation));
            Assert.Equal("not-looked-up", Of(world, await ShownAsync(world), Person).NameState);
        }

        Assert.Equal(0, await NameErasure.ForgetAsync(world.Node.Database, world.Node.Workspace.Id, Person, Cancellation));
    }

    private static async Task<List<string>> LeavesAsync(SyncWorld world)
    {
        var leaves = new List<string>();
        foreach (var kind in (string[])["sync", "evidence", "connection", "names"])
            leaves.AddRange(await world.LeavesAsync(kind));
        Assert.NotEmpty(leaves);
        return leaves;
    }
}
