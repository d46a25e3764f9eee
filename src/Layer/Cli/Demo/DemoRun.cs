using System.Security.Cryptography.X509Certificates;
using Layer.Azure;
using Layer.AzureEmulator;
using Layer.Connections;
using Layer.Ledger;
using Layer.Operations;
using Layer.Secrets;
using Layer.Workspaces;

namespace Layer.Cli.Demo;

/// <summary>Runs the ninety days: the emulator in this process, real TLS, tokens, connector and ledger, and a calendar that is set forward.</summary>
internal sealed class DemoRun(LayerApp app, Settings settings)
{
    private const string Schedule = "schedule";
    private static readonly TimeSpan ReadingTime = new(6, 2, 0);
    private static readonly TimeSpan RepairTime = new(5, 31, 0);

    /// <summary>The last day is today once its reading is past, else yesterday: nothing is dated ahead.</summary>
    public static DateOnly LastDay(TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        return DateOnly.FromDateTime(now.UtcDateTime).AddDays(now.TimeOfDay > ReadingTime + TimeSpan.FromMinutes(5) ? 0 : -1);
    }

    /// <summary>The first of the days that end with the last one.</summary>
    public static DateOnly FirstDay(TimeProvider clock) => LastDay(clock).AddDays(1 - DemoStory.Days);

    /// <summary>An emulator in which everything of the story has happened, on today's clock: as it was left, to the row.</summary>
    public static async Task<Emulator> TellAgainAsync(DateOnly first, TimeProvider today, CancellationToken cancellationToken)
    {
        var clock = new DemoClock(At(first, RepairTime));
        var world = Begin(first);
        var emulator = await Emulator.StartAsync(world, new EmulatorOptions { Clock = new CoarseClock(clock) }, cancellationToken);
        for (var day = 0; day < DemoStory.Days; day++)
        {
            if (day > 0)
                clock.MoveTo(At(first.AddDays(day), RepairTime));
            DemoStory.Happen(world, day);
            if (day == DemoStory.SecretExpired + 1)
                DemoStory.Renew(world, clock.GetUtcNow());
        }

        clock.MoveTo(today.GetUtcNow());
        return emulator;
    }

    public async Task RunAsync(DateOnly first, CancellationToken cancellationToken)
    {
        var clock = new DemoClock(At(first, RepairTime));
        var world = Begin(first);
        await using var emulator = await Emulator.StartAsync(world, new EmulatorOptions { Clock = new CoarseClock(clock) }, cancellationToken);
        using var anchor = X509CertificateLoader.LoadCertificate(emulator.TrustAnchor.RawData);
        var options = new AzureConnectorOptions { Clock = clock, Proxy = emulator.Proxy, TrustAnchors = [anchor] };
        await using var layer = await app.OpenAsync(settings, clock, options, withKeys: true, cancellationToken);
        var workspace = await layer.Workspaces.GetOrCreateAsync(Installation.SampleWorkspace, settings.LogOrigin, sample: true, cancellationToken);
        var connections = await ConnectAsync(layer, workspace, world, cancellationToken);

        using var progress = new ProgressLine(app.Terminal, app.Clock);
        for (var day = 0; day < DemoStory.Days; day++)
        {
            var date = first.AddDays(day);
            progress.Show(day, DemoStory.Days, $"{date:d MMM}  reading {connections.Count} subscriptions  ·  day {day + 1} of {DemoStory.Days}");
            if (day > 0)
                clock.MoveTo(At(date, RepairTime));
            DemoStory.Happen(world, day);
            // Tokens are of real time and a day is over in a blink: each day signs in anew, as it would.
            await using var connector = new AzureConnector(options);
            if (day == DemoStory.SecretExpired + 1)
                await RotateAsync(layer, connector, workspace, world, cancellationToken);
            clock.MoveTo(At(date, ReadingTime));
            if (day == DemoStory.Missed)
                continue;
            await layer.SyncsWith(connector).RunAsync(connections, SyncTrigger.Scheduled, Schedule, done: null, cancellationToken);
            if (day != DemoStory.SecretExpired)
                await layer.NamesOf(workspace, connector).RefreshAsync(connections, all: false, cancellationToken);
        }
    }

    private static async Task<IReadOnlyList<Connection>> ConnectAsync(Installation layer, Workspace workspace, World world, CancellationToken cancellationToken)
    {
        var connections = new List<Connection>();
        foreach (var name in DemoCompany.Subscriptions)
        {
            var azure = world.Subscription(name);
            var registration = world.App(DemoCompany.App);
            using var secret = SecretText.From(registration.Secret);
            var request = new ConnectRequest(AzureCloud.Public, azure.Id, azure.TenantId, registration.ClientId, new SignIn(CredentialKind.Secret, secret));
            connections.Add(await layer.Connections.CreateAsync(workspace.Id, name, request, azure.TenantId, Schedule, cancellationToken));
        }

        return connections;
    }

    private static async Task RotateAsync(Installation layer, AzureConnector connector, Workspace workspace, World world, CancellationToken cancellationToken)
    {
        var renewed = DemoStory.Renew(world, layer.Clock.GetUtcNow());
        var credential = (await layer.Credentials.ListAsync(workspace.Id, cancellationToken))[0];
        using var secret = SecretText.From(renewed.Secret);
        var outcome = await layer.RotationWith(connector).RunAsync(
            credential, new RotationRequest(new SignIn(CredentialKind.Secret, secret)), "user:ada.lindqvist", cancellationToken);
        if (!outcome.Rotated)
            throw new InvalidOperationException("The demo's new secret does not work.");
    }

    private static World Begin(DateOnly first) => DemoCompany.Build(secretExpires: At(first.AddDays(DemoStory.SecretExpired), TimeSpan.Zero));

    private static DateTimeOffset At(DateOnly day, TimeSpan time) => new(day.ToDateTime(TimeOnly.MinValue) + time, TimeSpan.Zero);
}
