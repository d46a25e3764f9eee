using System.Security.Cryptography.X509Certificates;
using Layer.Access;
using Layer.Azure;
using Layer.AzureEmulator;
using Layer.Cli;
using Layer.Connections;
using Layer.Ledger;
using Layer.Operations;
using Layer.Secrets;
using Layer.Serving;
using Layer.Storage;
using Layer.Tests.Azure;
using Layer.Tests.Storage;
using Layer.Workspaces;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Layer.Tests.Web;

/// <summary>A real server on a free port of loopback, with a database of its own and an emulated Azure behind TLS.</summary>
internal sealed class WebHost : IAsyncDisposable
{
    public const string Password = "correct horse battery";

    private readonly TestDatabase _test;
    private readonly WebApplication _web;
    private readonly Dictionary<Role, Browser> _signedIn = [];

    private WebHost(TestDatabase test, Emulator azure, Installation layer, Workspace workspace, WebApplication web, StringWriter output, IReadOnlyDictionary<string, string> environment)
    {
        (_test, Azure, Layer, Workspace, _web, Output, Environment) = (test, azure, layer, workspace, web, output, environment);
        Address = new Uri(web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
    }

    public Uri Address { get; }

    public Emulator Azure { get; }

    public Installation Layer { get; }

    public Workspace Workspace { get; }

    /// <summary>Leads a command to the same installation.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>What the program printed.</summary>
    public StringWriter Output { get; }

    public IServiceProvider Services => _web.Services;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Starts with nothing connected.</summary>
    /// <param name="cluster">Of the assembly.</param>
    /// <param name="engine">The database.</param>
    /// <param name="world">Null: <see cref="EmulatedAzure.Company"/>.</param>
    /// <param name="clock">Null: the real one.</param>
    /// <param name="settings">Settings as environment variables, e.g. <c>Layer__PublicUrl</c>.</param>
    /// <param name="sample">Whether the workspace is one of sample data.</param>
    /// <param name="url">Where to listen.</param>
    public static async Task<WebHost> StartAsync(
        PostgresCluster cluster, Engine engine = Engine.Sqlite, World? world = null, TimeProvider? clock = null, IReadOnlyDictionary<string, string>? settings = null, bool sample = false, string url = "http://127.0.0.1:0")
    {
        var test = await TestDatabase.CreateAsync(engine, cluster);
        clock ??= TimeProvider.System;
        var azure = await Emulator.StartAsync(world ?? EmulatedAzure.Company(), new EmulatorOptions { Clock = clock, Throttling = false }, Cancellation);
        var output = new StringWriter();
        var environment = new Dictionary<string, string>(settings ?? new Dictionary<string, string>(), StringComparer.Ordinal) { ["LAYER_DATA"] = test.Folder.Path };
        if (engine == Engine.Postgres)
            environment["Layer__Database"] = ((global::Layer.Storage.DatabaseAddress.Postgres)test.Address).ConnectionString;
        var terminal = new Terminal { In = TextReader.Null, Out = output, Error = output, Environment = environment };
        var app = new LayerApp(terminal, clock);
        var options = new AzureConnectorOptions { Clock = clock, Proxy = azure.Proxy, TrustAnchors = new X509Certificate2Collection(azure.TrustAnchor) };
        var read = Settings.Read(environment, out var problems);
        Assert.Empty(problems);
        var layer = await app.OpenAsync(read, clock, options, withKeys: true, Cancellation);
        var workspace = sample
            ? await layer.Workspaces.GetOrCreateAsync(Installation.SampleWorkspace, null, sample: true, Cancellation)
            : await layer.GetOrCreateWorkspaceAsync(Cancellation);
        var web = WebServer.Build(app, layer, workspace, new ServeOptions([url], (_, _) => { }));
        await web.StartAsync(Cancellation);
        return new WebHost(test, azure, layer, workspace, web, output, environment);
    }

    /// <summary>Connects the subscription of the world and reads it once.</summary>
    public async Task<Connection> ConnectAsync(string name = EmulatedAzure.Prod, string app = EmulatedAzure.Reader)
    {
        using var secret = SecretText.From(Azure.World.App(app).Secret);
        var request = new ConnectRequest(AzureCloud.Public, Azure.World.Subscription(name).Id, null, Azure.World.App(app).ClientId, new SignIn(CredentialKind.Secret, secret));
        var outcome = await Layer.Connecting.RunAsync(Workspace.Id, request, new ConnectOptions(name, SaveAnyway: false, TimeSpan.Zero, "os:test@test"), _ => { }, Cancellation);
        Assert.Null(outcome.Failure);
        return outcome.Connection!;
    }

    /// <summary>Reads a connection again.</summary>
    public async Task SyncAsync(Connection connection) =>
        Assert.Null((await Layer.Syncs.RunAsync([connection], SyncTrigger.Manual, "os:test@test", done: null, Cancellation))[0].Failure);

    /// <summary>Somebody who is not signed in.</summary>
    public Browser Stranger() => new(Address);

    /// <summary>A browser in which a person with this role is signed in; the same one each time.</summary>
    public async Task<Browser> AsAsync(Role role, DateOnly? from = null, DateOnly? to = null)
    {
        if (_signedIn.TryGetValue(role, out var known))
            return known;
        await AddPersonAsync(role, $"{role.ToString().ToLowerInvariant()}@example.test", from, to);
        var browser = Stranger();
        await browser.SubmitAsync("/sign-in", ("email", $"{role.ToString().ToLowerInvariant()}@example.test"), ("password", Password));
        return _signedIn[role] = browser;
    }

    /// <summary>A token for programs, of the administrator.</summary>
    public async Task<string> TokenAsync(TokenScope scope, Role role = Role.Administrator)
    {
        await AsAsync(role);
        await using var db = Layer.Database.CreateContext();
        var person = db.Memberships.First(m => m.Role == role && m.Workspace == Workspace.Id).Person;
        return (await Services.GetRequiredService<ApiTokens>().CreateAsync(Workspace.Id, person, "test", scope, TimeSpan.FromDays(1), Cancellation)).Text;
    }

    /// <summary>Makes a person, as an invitation would; an auditor sees the given window, else everything.</summary>
    public async Task<Person> AddPersonAsync(Role role, string email, DateOnly? from = null, DateOnly? to = null)
    {
        await using var scope = Services.CreateAsyncScope();
        var people = scope.ServiceProvider.GetRequiredService<UserManager<Person>>();
        var now = Layer.Clock.GetUtcNow();
        var person = new Person { Id = Guid.CreateVersion7(now), DisplayName = $"Test {role}", UserName = email, Email = email, CreatedAt = now, LockoutEnabled = true };
        Assert.True((await people.CreateAsync(person, Password)).Succeeded);
        await using var db = Layer.Database.CreateContext();
        db.Memberships.Add(new Membership { Workspace = Workspace.Id, Person = person.Id, Role = role, CreatedAt = now });
        if (role == Role.Auditor)
        {
            db.Shares.Add(new Share
            {
                Id = Guid.CreateVersion7(now), Workspace = Workspace.Id, Person = person.Id, FromDay = from ?? new DateOnly(2000, 1, 1), ToDay = to ?? new DateOnly(2100, 1, 1),
                CreatedBy = "os:test@test", CreatedAt = now, ExpiresAt = now.AddDays(30),
            });
        }

        await db.SaveChangesAsync(Cancellation);
        return person;
    }

    /// <summary>What the log says that people did, oldest first.</summary>
    public async Task<IReadOnlyList<string>> ActionsAsync()
    {
        var actions = new List<string>();
        await using var connection = await Layer.Database.ConnectAsync(Cancellation);
        await foreach (var row in connection.QueryAsync("SELECT bytes FROM log_leaf ORDER BY idx", Cancellation))
        {
            var leaf = global::Layer.Evidence.Leaves.Leaf.Parse(PackedBytes.Unpack(row.GetFieldValue<byte[]>(0)));
            if (leaf.Body is global::Layer.Evidence.Leaves.AuditLeaf audit)
                actions.Add(audit.Action);
        }

        return actions;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var browser in _signedIn.Values)
            browser.Dispose();
        await _web.StopAsync(CancellationToken.None);
        await _web.DisposeAsync();
        await Layer.DisposeAsync();
        await Azure.DisposeAsync();
        await _test.DisposeAsync();
    }
}
