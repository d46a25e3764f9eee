using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Storage;
using Layer.Tests.Storage;
using Microsoft.EntityFrameworkCore;

namespace Layer.Tests.Ledger;

/// <summary>Four days of a log (read, failed, read with less, read with something back), without its guards, in the hands of somebody with every right on the database.</summary>
internal sealed class TamperedLog : IAsyncDisposable
{
    private (long Size, byte[] Root, long At, long Standing) _old;

    private TamperedLog(LedgerWorld world) => World = world;

    public LedgerWorld World { get; }

    public List<Leaf> Leaves { get; private set; } = [];

    /// <summary>Size of the largest signed checkpoint.</summary>
    public long Signed => Leaves.Count;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<TamperedLog> StartAsync(Engine engine, PostgresCluster cluster)
    {
        var log = new TamperedLog(await LedgerWorld.StartAsync(engine, cluster));
        var world = log.World;
        await world.SealConnectionAsync(schedule: "daily@06:00Z");
        world.Azure.Visible = ["prod", "test"];
        var ada = (Reading.Reader, "ada", world.Clock.GetUtcNow());
        world.Azure.Assignments["ada"] = ada;
        await world.SyncAsync();
        await world.SignAsync();
        log._old = await log.HeadAsync();
        world.Clock.Advance(TimeSpan.FromDays(1));
        await world.FailAsync();
        world.Clock.Advance(TimeSpan.FromDays(1));
        world.Azure.Assignments.Remove("ada");
        await world.SyncAsync();
        world.Clock.Advance(TimeSpan.FromDays(1));
        world.Azure.Assignments["ada"] = ada;
        await world.SyncAsync();
        await world.SignAsync();
        foreach (var guard in world.Database.Engine.Guards)
            await world.ExecuteAsync(engine == Engine.Sqlite ? $"DROP TRIGGER {guard.Name}" : $"DROP FUNCTION {guard.Name}() CASCADE");
        await using var context = world.Database.CreateContext();
        log.Leaves = [.. (await context.Leaves.OrderBy(leaf => leaf.Index).ToListAsync(Cancellation)).Select(row => Leaf.Parse(row.Bytes))];
        return log;
    }

    /// <summary>Index of the nth leaf of a kind, from 0.</summary>
    public int IndexOf(string kind, int nth = 0) => Leaves.Index().Where(each => each.Item.Body.Kind == kind).ElementAt(nth).Index;

    public Task SqlAsync(string sql) => World.ExecuteAsync(sql);

    public async Task SetAsync(string sql, params (string Name, object? Value)[] values)
    {
        await using var connection = await World.Database.ConnectAsync(Cancellation);
        Assert.Equal(1, await connection.ExecuteAsync(sql, Cancellation, values));
    }

    /// <summary>Changes one bit of the last byte but one.</summary>
    public async Task FlipAsync(string table, string column, string where)
    {
        await using var connection = await World.Database.ConnectAsync(Cancellation);
        var bytes = (byte[])(await connection.ScalarAsync($"SELECT {column} FROM {table} WHERE {where}", Cancellation))!;
        bytes[^2] ^= 1;
        Assert.Equal(1, await connection.ExecuteAsync($"UPDATE {table} SET {column} = @bytes WHERE {where}", Cancellation, ("@bytes", bytes)));
    }

    /// <summary>The leaf with another body, and all else as it was.</summary>
    public Leaf Again<TBody>(int index, Func<TBody, LeafBody> change)
        where TBody : LeafBody => Leaf.Create(Leaves[index].At, World.Workspace.Origin, change((TBody)Leaves[index].Body));

    /// <summary>Makes leaves, tree and head anew, as somebody would who knows how Layer does it.</summary>
    public async Task RebuildAsync(IReadOnlyList<Leaf> leaves)
    {
        var engine = World.Database.Engine;
        var workspace = engine.Id(World.Workspace.Id);
        await SqlAsync("DELETE FROM log_leaf");
        await SqlAsync("DELETE FROM log_node");
        var (frontier, nodes) = (new Frontier(), new List<TreeNode>());
        foreach (var leaf in leaves)
            frontier.Append(leaf.Hash, nodes);
        await using var connection = await World.Database.ConnectAsync(Cancellation);
        await engine.InsertAsync(
            connection, "log_leaf", ["workspace", "idx", "kind", "at", "hash", "bytes"], leaves.Select((leaf, i) => LeafRow(workspace, i, leaf)), Cancellation);
        await engine.InsertAsync(
            connection, "log_node", ["workspace", "level", "idx", "hash"],
            nodes.Where(node => node.Level > 0).Select(node => new object?[] { workspace, node.Level, node.Index, node.Hash.ToArray() }), Cancellation);
        await PutHeadAsync((frontier.Size, frontier.Root.ToArray(), leaves[^1].At.UtcTicks, IndexOf(LeafKind.Connection)));
    }

    public async Task InsertLeafAsync(long index, Leaf leaf)
    {
        var engine = World.Database.Engine;
        await using var connection = await World.Database.ConnectAsync(Cancellation);
        await engine.InsertAsync(
            connection, "log_leaf", ["workspace", "idx", "kind", "at", "hash", "bytes"], [LeafRow(engine.Id(World.Workspace.Id), index, leaf)], Cancellation);
    }

    /// <summary>The head as it was after the first day.</summary>
    public Task PutOldHeadAsync() => PutHeadAsync(_old);

    public async Task<(int ExitCode, string Output)> VerifyAsync()
    {
        var output = new StringWriter();
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["LAYER_DATA"] = World.Folder.Path };
        if (World.Address is DatabaseAddress.Postgres postgres)
            environment["Layer__Database"] = postgres.ConnectionString;
        var terminal = new Layer.Cli.Terminal { In = TextReader.Null, Out = output, Error = TextWriter.Null, Environment = environment };
        var exitCode = await new LayerApp(terminal, World.Clock).RunAsync(["verify"], Cancellation);
        return (exitCode, output.ToString());
    }

    public ValueTask DisposeAsync() => World.DisposeAsync();

    private static object?[] LeafRow(object workspace, long index, Leaf leaf) =>
        [workspace, index, leaf.Body.Kind, leaf.At.UtcTicks, leaf.Hash.ToArray(), PackedBytes.Pack(leaf.Bytes.Span)];

    private async Task<(long Size, byte[] Root, long At, long Standing)> HeadAsync()
    {
        await using var context = World.Database.CreateContext();
        var head = await context.Heads.SingleAsync(Cancellation);
        return (head.Size, head.Root.ToArray(), head.At.UtcTicks, head.Standing);
    }

    private Task PutHeadAsync((long Size, byte[] Root, long At, long Standing) head) => SetAsync(
        "UPDATE log_head SET size = @size, root = @root, at = @at, standing = @standing", ("@size", head.Size), ("@root", head.Root), ("@at", head.At), ("@standing", head.Standing));
}
