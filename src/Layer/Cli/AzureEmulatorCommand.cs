using System.CommandLine;
using Layer.AzureEmulator;

namespace Layer.Cli;

/// <summary><c>layer azure-emulator</c>: a made-up Azure on loopback.</summary>
internal static class AzureEmulatorCommand
{
    public static Command Create(LayerApp app)
    {
        var world = new Option<FileInfo?>("--world") { Description = "a world as JSON (docs/azure-emulator.md); without it a small sample", HelpName = "FILE" };
        var seed = new Option<int?>("--seed") { Description = "draw a world; the same number gives the same one", HelpName = "NUMBER" };
        var subscriptions = new Option<int>("--subscriptions") { Description = "of a drawn world, default 1", HelpName = "NUMBER", DefaultValueFactory = _ => 1 };
        var groups = new Option<int>("--groups") { Description = "of each drawn subscription, default 49, at most 980", HelpName = "NUMBER", DefaultValueFactory = _ => 49 };
        var assignments = new Option<int>("--assignments") { Description = "of each drawn subscription, default 79, at most 4000", HelpName = "NUMBER", DefaultValueFactory = _ => 79 };
        var port = new Option<int>("--port") { Description = "loopback port of the proxy; 0, the default, is any free one", HelpName = "PORT" };
        var control = new Option<int?>("--control-port") { Description = "loopback port where faults are switched; without it there is none", HelpName = "PORT" };
        var pageSize = new Option<int?>("--page-size") { Description = "rows per page; without it all in one, as Azure does", HelpName = "NUMBER" };
        var latency = new Option<TimeSpan>("--latency") { Description = "seconds before each answer, e.g. 1s", HelpName = "DURATION", CustomParser = TextOptions.Duration };
        var certificate = new Option<FileInfo?>("--certificate") { Description = "where to write the trust anchor; default azure-emulator.pem in the data folder", HelpName = "FILE" };
        var command = new Command("azure-emulator", "Serve a made-up Azure on loopback until Ctrl-C.") { world, seed, subscriptions, groups, assignments, port, control, pageSize, latency, certificate };
        command.Validators.Add(result =>
        {
            if (result.GetResult(groups)?.Errors.Any() == false && result.GetValue(groups) is < 0 or > 980)
                result.AddError("--groups: Azure allows 980 resource groups in a subscription. Allowed: 0 to 980.");
            if (result.GetResult(assignments)?.Errors.Any() == false && result.GetValue(assignments) is < 0 or > 4000)
                result.AddError("--assignments: Azure allows 4,000 role assignments in a subscription. Allowed: 0 to 4000.");
            if (result.GetValue(world) is { Exists: false } missing)
                result.AddError($"--world: there is no file {missing.FullName}.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var program = new EmulatorProgram
            {
                WorldFile = parsed.GetValue(world)?.FullName, Seed = parsed.GetValue(seed), Subscriptions = parsed.GetValue(subscriptions),
                Groups = parsed.GetValue(groups), Assignments = parsed.GetValue(assignments), CertificateFile = parsed.GetValue(certificate)?.FullName ?? DefaultCertificate(app),
                Options = new EmulatorOptions
                {
                    Clock = app.Clock, ProxyPort = parsed.GetValue(port), ControlPort = parsed.GetValue(control), PageSize = parsed.GetValue(pageSize), Latency = parsed.GetValue(latency),
                },
            };
            app.Terminal.Say(app.Terminal.ErrorInk.Quiet("A made-up Azure answers until Ctrl-C. In another terminal, run the lines below, then: layer connect azure --name trial"));
            await program.RunAsync(app.Terminal.Out, cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }

    private static string DefaultCertificate(LayerApp app)
    {
        var folder = Operations.Settings.Read(app.Terminal.Environment, out _).DataFolder;
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, "azure-emulator.pem");
    }
}
