using Layer.Audits;
using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Ledger;
using Layer.Operations;
using Layer.Secrets;
using Layer.Tests.Ledger;
using Layer.Tests.Storage;

namespace Layer.Tests.Audits;

/// <summary>A log over some days, and the bundles made of it.</summary>
internal sealed class AuditWorld : IAsyncDisposable
{
    /// <summary>Noon of the day before the first reading.</summary>
    public static readonly DateOnly Start = new(2026, 9, 1);

    private readonly DirectoryInfo _out = Directory.CreateTempSubdirectory("layer-bundle-");
    private int _bundles;

    private AuditWorld(LedgerWorld ledger) => Ledger = ledger;

    public LedgerWorld Ledger { get; }

    public Reading Azure => Ledger.Azure;

    /// <summary>Everything that lies in the folder the bundles are made in.</summary>
    public IEnumerable<string> Files => _out.EnumerateFiles().Select(file => file.Name).Order(StringComparer.Ordinal);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static AuditWindow Window(int fromDay, int toDay) => new(Start.AddDays(fromDay), Start.AddDays(toDay));

    /// <summary>The connection is made on the first day, at six in the morning.</summary>
    public static async Task<AuditWorld> StartAsync(Engine engine, PostgresCluster cluster, string name = "prod", bool sample = false)
    {
        var world = new AuditWorld(await LedgerWorld.StartAsync(engine, cluster, sample));
        await world.SealAsync(world.Connection(world.Ledger.Connection, Guid.Parse(Reading.SubscriptionId), name));
        await world.Ledger.SignAsync();
        return world;
    }

    public ConnectionLeaf Connection(Guid connection, Guid subscription, string name, string change = ConnectionChange.Created, string? reason = null) => new()
    {
        Actor = "os:test@test", Change = change, Client = subscription, Cloud = "public", Connection = connection, Name = name, Reason = reason,
        Schedule = "daily@06:00Z", SignIn = "secret", Subscription = subscription, Tenant = subscription,
    };

    public Task SealAsync(params LeafBody[] leaves) => Ledger.Ledger.AppendAsync(Ledger.Workspace.Id, (log, _) =>
    {
        foreach (var leaf in leaves)
            log.Add(leaf);
        return Task.CompletedTask;
    }, Cancellation);

    /// <summary>Reads and signs on each of the next days, at a quarter past six.</summary>
    /// <param name="days">How many.</param>
    /// <param name="before">What is to change before the reading of a day; false leaves the day out.</param>
    public async Task ReadAsync(int days, Func<int, bool>? before = null)
    {
        for (var i = 0; i < days; i++)
        {
            if (before?.Invoke(i) ?? true)
            {
                await Ledger.SyncAsync();
                await Ledger.SignAsync();
            }

            Ledger.Clock.Advance(TimeSpan.FromDays(1));
        }
    }

    public Task ReadAsync(int days, Action<int> before) => ReadAsync(days, day =>
    {
        before(day);
        return true;
    });

    /// <summary>Makes a bundle and opens it.</summary>
    public async Task<OpenBundle> BuildAsync(AuditWindow window, bool raw = false, bool names = false, long? checkpoint = null)
    {
        var path = PathOf($"bundle-{_bundles++}.zip");
        var made = await Builder().RunAsync(new BundleRequest(window, path, raw, names, checkpoint), Cancellation);
        return new OpenBundle(made, await File.ReadAllBytesAsync(path, Cancellation));
    }

    public BundleBuilder Builder(Action<int, int, string>? progress = null) => new(Ledger.Database, Ledger.Ledger, Ledger.Workspace, progress: progress);

    public string PathOf(string file) => Path.Combine(_out.FullName, file);

    /// <summary>The refusal of a bundle; nothing is left of it, neither a file nor a leaf.</summary>
    public async Task<RefusedException> RefuseAsync(AuditWindow window, long? checkpoint = null, string file = "refused.zip")
    {
        var (before, leaves) = (Files.ToArray(), await Ledger.CountAsync("log_leaf"));
        var refused = await Assert.ThrowsAsync<RefusedException>(() => Builder().RunAsync(new BundleRequest(window, PathOf(file), true, false, checkpoint), Cancellation));
        Assert.Equal(before, Files);
        Assert.Equal(leaves, await Ledger.CountAsync("log_leaf"));
        return refused;
    }

    /// <summary>What somebody with a shell on the database can do.</summary>
    public async Task TamperAsync(string sql)
    {
        foreach (var guard in Ledger.Database.Engine.Guards)
            await Ledger.ExecuteAsync(Ledger.EngineKind == Engine.Sqlite ? $"DROP TRIGGER {guard.Name}" : $"DROP FUNCTION {guard.Name}() CASCADE");
        await Ledger.ExecuteAsync(sql);
    }

    /// <summary>The old key is gone, as after a loss; who signs with the new one has to say so in the log.</summary>
    public async Task ReplaceSigningKeyAsync()
    {
        var (engine, workspace) = (Ledger.Database.Engine, Ledger.Workspace);
        var key = SigningKey.Create(workspace.Origin);
        var id = Guid.CreateVersion7(Ledger.Clock.GetUtcNow());
        await using var connection = await Ledger.Database.ConnectAsync(Cancellation);
        using var secret = SecretText.FromUtf8(key.ExportSeed());
        var sealedSeed = await Ledger.Seal.CloseAsync(engine, connection, SigningKeyRow.Place(workspace.Id, id), secret, Cancellation);
        await Ledger.ExecuteAsync("DELETE FROM signing_key");
        await engine.InsertAsync(
            connection, "signing_key", ["id", "workspace", "verifier", "public_key", "private_key", "created_at"],
            [[engine.Id(id), engine.Id(workspace.Id), key.Public.ToString(), key.Public.PublicKey.ToArray(), sealedSeed, Ledger.Clock.GetUtcNow().UtcTicks]], Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await Ledger.DisposeAsync();
        _out.Delete(recursive: true);
    }
}

/// <summary>A bundle, to be looked at as its reader would.</summary>
internal sealed class OpenBundle
{
    private readonly StoredZip _zip;

    public OpenBundle(Bundle made, byte[] bytes)
    {
        (Made, Bytes) = (made, bytes);
        _zip = StoredZip.Open(new MemoryStream(bytes));
    }

    public Bundle Made { get; }

    public byte[] Bytes { get; }

    public IEnumerable<string> Names => _zip.Entries.Select(entry => entry.Name);

    public BundleHead Head => BundleHead.Parse(Read("bundle.json"));

    public byte[] Read(string name) => _zip.ReadEntry(name, int.MaxValue);

    public string Text(string name) => System.Text.Encoding.UTF8.GetString(Read(name));

    public string[] Lines(string name) => Text(name).Split('\n')[..^1];

    public IEnumerable<Leaf> Leaves => Lines("leaves.jsonl").Select(line => Leaf.Parse(System.Text.Encoding.UTF8.GetBytes(line)));

    public BundleVerdict Verify(DeriveObservations? derive = null) => BundleVerifier.Verify(new MemoryStream(Bytes), Made.Keys[0], derive: derive);
}
