using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Layer.Azure;
using Layer.AzureEmulator;
using Layer.Cli;
using Layer.Connections;
using Layer.Ledger;
using Layer.Notices;
using Layer.Operations;
using Layer.Secrets;
using Layer.Serving;
using Layer.Tests.Cli;
using Layer.Tests.Storage;
using Layer.Workspaces;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Layer.Tests.Notices;

public sealed class NoticeOnSqliteSpecs(PostgresCluster cluster) : NoticeSpecs(Engine.Sqlite, cluster);

public sealed class NoticeOnPostgresSpecs(PostgresCluster cluster) : NoticeSpecs(Engine.Postgres, cluster);

/// <summary>People are told once of each cause and day, over real sockets.</summary>
public abstract class NoticeSpecs(Engine engine, PostgresCluster cluster) : IAsyncLifetime
{
    private const string Key = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQIhrs=";

    private readonly string _folder = Directory.CreateTempSubdirectory("layer-notices-").FullName;
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 27, 6, 0, 0, TimeSpan.Zero));
    private readonly MailListener _mail = new();
    private Dictionary<string, string> _environment = null!; // set before each test, as those below
    private HookListener _hooks = null!;
    private Emulator _azure = null!;
    private Installation _layer = null!;
    private Workspace _workspace = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var world = World.Create().Tenant($"contoso-{Guid.NewGuid():n}", tenant =>
        {
            tenant.App("layer", app => app.Secret()).User("ada");
            foreach (var name in (string[])["prod", "test"])
                tenant.Subscription(name, subscription => subscription.Grant("Reader", "layer").Grant("Owner", "ada").ResourceGroup("rg"));
        });
        _hooks = await HookListener.StartAsync();
        _azure = await Emulator.StartAsync(world, new EmulatorOptions { Clock = _clock, Throttling = false }, Cancellation);
        _environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["LAYER_DATA"] = _folder, ["Layer__NoticeWebhook"] = $"{_hooks.Address}/hook", ["Layer__NoticeWebhookSecret"] = Key, ["Layer__NoticeChat"] = $"{_hooks.Address}/chat",
            ["Layer__AllowedPrivateNetworks"] = "127.0.0.1", ["Layer__Smtp"] = $"smtp://127.0.0.1:{_mail.Port}", ["Layer__NoticeFrom"] = "layer@contoso.com",
            ["Layer__NoticeTo"] = "ada@contoso.com, grace@contoso.com",
        };
        if (engine == Engine.Postgres)
            _environment["Layer__Database"] = await cluster.CreateDatabaseAsync();
        var settings = Settings.Read(_environment, out var problems);
        Assert.Empty(problems);
        var options = new AzureConnectorOptions { Clock = _clock, Proxy = _azure.Proxy, TrustAnchors = new X509Certificate2Collection(_azure.TrustAnchor), FirstDelay = TimeSpan.Zero, Attempts = 1 };
        _layer = await Installation.OpenAsync(settings, _clock, () => new AzureConnector(options), withKeys: true, Cancellation);
        _workspace = await _layer.GetOrCreateWorkspaceAsync(Cancellation);
        foreach (var name in (string[])["prod", "test"])
        {
            var (subscription, app) = (world.Subscription(name), world.App("layer"));
            var request = new ConnectRequest(AzureCloud.Public, subscription.Id, subscription.TenantId, app.ClientId, new SignIn(CredentialKind.Secret, SecretText.From(app.Secret)));
            await _layer.Connections.CreateAsync(_workspace.Id, name, request, subscription.TenantId, "os:test@test", Cancellation);
        }

        await SyncAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _layer.DisposeAsync();
        await _azure.DisposeAsync();
        await _hooks.DisposeAsync();
        await _mail.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_cause_is_told_once_a_day_with_its_connections_and_its_remedy_and_again_when_it_is_over()
    {
        _azure.World.RemoveGrants("layer");
        await SyncAsync();
        await TellAsync();
        await TellAsync();
        var told = Hooks("layer.failing");
        Assert.Equal(["prod", "test"], Assert.Single(told).GetProperty("data").GetProperty("connections").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal("READER_REMOVED", told[0].GetProperty("data").GetProperty("code").GetString());
        Assert.Contains(told[0].GetProperty("data").GetProperty("commands").EnumerateArray(), command => command.GetString()!.StartsWith("az role assignment create", StringComparison.Ordinal));
        Assert.Single(_hooks.Messages, message => message.Path == "chat");

        _clock.Advance(TimeSpan.FromDays(1));
        await TellAsync();
        Assert.Equal(2, Hooks("layer.failing").Count);

        foreach (var name in (string[])["prod", "test"])
            _azure.World.Grant(_azure.World.Subscription(name).Scope, "Reader", "layer");
        await SyncAsync();
        await TellAsync();
        await TellAsync();
        Assert.Contains("READER_REMOVED", Assert.Single(Hooks("layer.resolved")).GetProperty("data").GetProperty("title").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_can_tell_that_a_message_is_genuine_and_gets_the_newest_checkpoint_with_it()
    {
        await TellAsync();

        var message = Assert.Single(_hooks.Messages, message => message.Path == "hook");
        var (id, time) = (message.Headers["webhook-id"], message.Headers["webhook-timestamp"]);
        var expected = HMACSHA256.HashData(Convert.FromBase64String(Key[6..]), Encoding.UTF8.GetBytes($"{id}.{time}.{Encoding.UTF8.GetString(message.Body)}"));
        Assert.Equal($"v1,{Convert.ToBase64String(expected)}", message.Headers["webhook-signature"]);
        Assert.Equal($"{_clock.GetUtcNow().ToUnixTimeSeconds()}", time);
        await using var db = _layer.Database.CreateContext();
        var newest = db.Checkpoints.OrderByDescending(checkpoint => checkpoint.Size).First().Text;
        Assert.Equal(newest, Assert.Single(Hooks("layer.checkpoint")).GetProperty("data").GetProperty("checkpoint").GetString());
    }

    [Fact]
    public async Task Mail_goes_to_everybody_named_and_holds_no_secret()
    {
        _azure.World.RemoveGrants("layer");
        await SyncAsync();
        await TellAsync();

        var mail = Assert.Single(_mail.Mails);
        Assert.Contains("To: ada@contoso.com, grace@contoso.com", mail, StringComparison.Ordinal);
        Assert.Contains("Subject: Layer: 2 connections:", mail, StringComparison.Ordinal);
        var secret = _azure.World.App("layer").Secret;
        Assert.All((string[])[mail, .. _hooks.Messages.Select(message => Encoding.UTF8.GetString(message.Body))], text => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_did_not_arrive_is_tried_again_later_as_the_same_message()
    {
        _hooks.Status = 503;
        await TellAsync();
        await TellAsync();
        Assert.Single(_hooks.Messages);
        _hooks.Status = 204;
        _clock.Advance(TimeSpan.FromMinutes(2));
        await TellAsync();
        await TellAsync();
        Assert.Equal(2, _hooks.Messages.Count);
        Assert.Single(_hooks.Messages.Select(message => message.Headers["webhook-id"]).Distinct());
    }

    [Fact]
    public async Task Of_two_nodes_that_look_at_the_same_moment_one_tells()
    {
        _azure.World.RemoveGrants("layer");
        await SyncAsync();
        var (one, other) = (Sender(), Sender());
        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => (n % 2 == 0 ? one : other).RunAsync(_workspace, Cancellation)));
        Assert.Single(Hooks("layer.failing"));
        Assert.Single(_mail.Mails);
    }

    [Fact]
    public async Task What_a_node_left_half_sent_is_sent_again_by_one_of_the_others()
    {
        await TellAsync();
        _hooks.Messages.Clear();
        await using (var db = _layer.Database.CreateContext())
        {
            // As a node leaves it that is killed while it sends.
            var running = await db.Operations.Where(operation => operation.Kind == NoticeSender.Kind).ExecuteUpdateAsync(
                set => set.SetProperty(operation => operation.State, OperationRunner.Running).SetProperty(operation => operation.EndedAt, (DateTimeOffset?)null)
                    .SetProperty(operation => operation.Result, (string?)null),
                Cancellation);
            Assert.Equal(1, running);
        }

        await TellAsync();
        Assert.Empty(_hooks.Messages);
        _clock.Advance(TimeSpan.FromMinutes(7));
        _hooks.Hold();
        var nodes = new[] { Sender(), Sender(), Sender() }.Select(sender => sender.RunAsync(_workspace, Cancellation)).ToList();
        // Those that do not send are done although the one that does is not.
        nodes.Remove(await Task.WhenAny(nodes).WaitAsync(TimeSpan.FromMinutes(1), Cancellation));
        nodes.Remove(await Task.WhenAny(nodes).WaitAsync(TimeSpan.FromMinutes(1), Cancellation));
        _hooks.Release();
        Assert.Equal(1, await nodes[0]);
        Assert.Single(_hooks.Messages);
        var told = Assert.Single(await ToldNotice.ListAsync(_layer.Database, _workspace.Id, Cancellation));
        Assert.Equal(("delivered", 2), (told.Status, told.Tries));
    }

    [Fact]
    public async Task A_name_calls_nobody_in_a_chat()
    {
        await using (var db = _layer.Database.CreateContext())
        {
            await db.Connections.Where(connection => connection.Name == "prod").ExecuteUpdateAsync(set => set.SetProperty(connection => connection.Name, "<!channel> & co"), Cancellation);
        }

        _azure.World.RemoveGrants("layer");
        await SyncAsync();
        await TellAsync();

        var text = JsonSerializer.Deserialize<JsonElement>(Assert.Single(_hooks.Messages, message => message.Path == "chat").Body).GetProperty("text").GetString()!;
        Assert.Contains("&lt;!channel&gt; &amp; co", text, StringComparison.Ordinal);
        Assert.DoesNotContain('<', text);
    }

    [Fact]
    public async Task The_command_line_tries_each_channel_and_lists_what_was_told_and_what_was_not()
    {
        Assert.Contains("Nothing was told yet", (await RunAsync("notices", "list")).Error, StringComparison.Ordinal);
        var tried = await RunAsync("notices", "test", "-o", "csv");
        Assert.Equal((0, "channel,status\r\nwebhook,delivered\r\nchat,delivered\r\nmail,delivered\r\n"), (tried.ExitCode, tried.Output));
        Assert.Equal(["chat", "hook"], _hooks.Messages.Select(message => message.Path).Order(StringComparer.Ordinal));

        _hooks.Status = 503;
        var failed = await RunAsync("notices", "test", "-o", "csv");
        Assert.Equal(8, failed.ExitCode);
        Assert.Contains("mail,delivered", failed.Output, StringComparison.Ordinal);
        Assert.Contains("webhook,NOTICE_UNDELIVERED", failed.Output, StringComparison.Ordinal);
        Assert.Contains("it answered 503", failed.Error, StringComparison.Ordinal);

        _azure.World.RemoveGrants("layer");
        await SyncAsync();
        await TellAsync();
        var listed = await RunAsync("notices", "list", "-o", "json");
        Assert.Equal(0, listed.ExitCode);
        var rows = JsonSerializer.Deserialize<JsonElement>(listed.Output).GetProperty("value").EnumerateArray()
            .Select(row => (row.GetProperty("kind").GetString(), row.GetProperty("channel").GetString(), row.GetProperty("status").GetString(), row.GetProperty("reason").GetString()));
        Assert.Equal(
            [
                ("checkpoint", "webhook", "waiting", "it answered 503"), ("failing", "chat", "waiting", "it answered 503"), ("failing", "mail", "delivered", null),
                ("failing", "webhook", "waiting", "it answered 503"),
            ],
            rows);
        Assert.All((string[])[tried.Output, failed.Output, failed.Error, listed.Output], text => Assert.DoesNotContain(Key, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_passes_by_itself_is_told_when_it_lasts()
    {
        _azure.Faults.Set(Fault.Status503, AzureCall.ListRoleAssignments);
        await SyncAsync();
        await TellAsync();
        Assert.Empty(Hooks("layer.failing"));
        _clock.Advance(TimeSpan.FromMinutes(61));
        await TellAsync();
        Assert.Equal("AZURE_UNAVAILABLE", Assert.Single(Hooks("layer.failing")).GetProperty("data").GetProperty("code").GetString());
    }

    [Fact]
    public async Task The_end_of_a_secret_is_told_thirty_fourteen_seven_and_one_days_ahead()
    {
        await using (var db = _layer.Database.CreateContext())
        {
            var credential = db.Credentials.Single();
            credential.SecretExpiresAt = _clock.GetUtcNow().AddDays(40);
            await db.SaveChangesAsync(Cancellation);
        }

        var left = new List<int>();
        for (var day = 0; day < 42; day++)
        {
            var before = Hooks("layer.expiring").Count;
            await TellAsync();
            if (Hooks("layer.expiring").Count > before)
                left.Add(40 - day);
            _clock.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal([30, 14, 7, 1], left);
    }

    private NoticeSender Sender() => new(_layer.Database, new NoticeBoard(_layer), NoticeChannels.Of(_layer.Settings, _clock), _clock, NullLogger<NoticeSender>.Instance);

    private Task<int> TellAsync() => Sender().RunAsync(_workspace, Cancellation);

    private async Task<Outcome> RunAsync(params string[] args)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await new LayerApp(new Terminal { In = TextReader.Null, Out = output, Error = error, Environment = _environment }, _clock).RunAsync(args, Cancellation);
        return new Outcome(code, output.ToString(), error.ToString());
    }

    private async Task SyncAsync() =>
        await _layer.Syncs.RunAsync(await _layer.Connections.ListAsync(_workspace.Id, Cancellation), SyncTrigger.Manual, "os:test@test", done: null, Cancellation);

    private List<JsonElement> Hooks(string type) =>
        [.. _hooks.Messages.Where(message => message.Path == "hook").Select(message => JsonSerializer.Deserialize<JsonElement>(message.Body)).Where(message => message.GetProperty("type").GetString() == type)];
}
