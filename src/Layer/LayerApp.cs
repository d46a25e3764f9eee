using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Data.Common;
using System.Text.Json;
using Layer.Audits;
using Layer.Azure;
using Layer.Cli;
using Layer.Cli.Demo;
using Layer.Connections;
using Layer.Evidence;
using Layer.Evidence.Collecting;
using Layer.Inventory;
using Layer.Ledger;
using Layer.Operations;
using Layer.Operations.Backups;
using Layer.Remote;
using Layer.Secrets;
using Layer.Serving;
using Layer.Storage;
using Layer.Syncing;
using Layer.Workspaces;

namespace Layer;

/// <summary>The only composition root: which commands there are, and what they are given. Everything is made when first asked for.</summary>
internal sealed class LayerApp(Terminal terminal, TimeProvider clock)
{
    private static readonly Dictionary<string, string> Groups = new(StringComparer.Ordinal)
    {
        ["demo"] = "Start here", ["connect"] = "Start here", ["azure"] = "Start here", ["serve"] = "Start here",
        ["check"] = "Read", ["sync"] = "Read", ["connections"] = "Read", ["credential"] = "Read", ["fleet"] = "Read",
        ["show"] = "Look", ["diff"] = "Look",
        ["evidence"] = "Prove", ["coverage"] = "Prove", ["audit"] = "Prove", ["verify"] = "Prove",
        ["log"] = "Operate", ["names"] = "Operate", ["notices"] = "Operate", ["workspace"] = "Operate", ["backup"] = "Operate", ["database"] = "Operate", ["upgrade"] = "Operate", ["doctor"] = "Operate", ["secrets"] = "Operate", ["admin"] = "Operate", ["config"] = "Operate", ["azure-emulator"] = "Operate", ["completion"] = "Operate", ["version"] = "Operate",
    };

    private readonly HashSet<Command> _overServer = [];

    public Terminal Terminal { get; } = terminal;

    /// <summary>The server that the command was sent to; null: it is about the installation of this machine.</summary>
    private RemoteServer? Server { get; set; }

    /// <summary>What the server says the token's workspace is, once <see cref="FindServerAsync"/> has asked.</summary>
    public JsonElement WorkspaceOfServer { get; private set; }

    public TimeProvider Clock { get; } = clock;

    public RootCommand CreateCommands()
    {
        var root = new RootCommand("Layer reads Azure subscriptions and seals SOC 2 evidence that anyone can verify.")
        {
            DemoCommand.Create(this),
            ServeCommand.Create(this),
            ConnectCommand.Create(this),
            CheckCommand.Create(this),
            SyncCommand.Create(this),
            ConnectionsCommand.Create(this),
            CredentialCommand.Create(this),
            Connections.Fleet.FleetCommand.Create(this),
            ShowCommand.Create(this),
            DiffCommand.Create(this),
            EvidenceCommand.Create(this),
            CoverageCommand.Create(this),
            AuditCommand.Create(this),
            VerifyCommand.Create(this),
            LogCommand.Create(this),
            AzureSetupCommand.Create(this),
            AzureEmulatorCommand.Create(this),
            NamesCommand.Create(this),
            Notices.NoticesCommand.Create(this),
            WorkspaceCommand.Create(this),
            Access.AdminCommand.Create(this),
            BackupCommand.Create(this),
            DatabaseCommand.Create(this),
            UpgradeCommand.Create(this),
            DoctorCommand.Create(this),
            SecretsCommand.Create(this),
            ConfigCommand.Create(this),
            CompletionCommand.Create(this),
            VersionCommand.Create(this),
            ServerChoice.CreateOption(),
        };
        foreach (var option in root.Options.ToArray())
        {
            if (option.Recursive && option is not HelpOption)
                continue;
            if (option is not HelpOption help)
            {
                root.Options.Remove(option);
                continue;
            }

            help.Action = new HelpText(Terminal, Groups, _overServer.Contains);
            help.Description = "Show this help";
            help.Aliases.Clear();
            help.Aliases.Add("-h");
        }

        return root;
    }

    public async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        var parsed = CreateCommands().Parse(Usual(args), new ParserConfiguration { ResponseFileTokenReplacer = null });
        var asksForSuggestions = parsed.Tokens.Any(token => token.Type == TokenType.Directive);
        if (!asksForSuggestions && parsed.Action is not HelpText && UsageProblems.Of(parsed) is { Count: > 0 } problems)
            return UsageProblems.Print(Terminal, problems, UsageProblems.PathOf(parsed));
        if (!asksForSuggestions && parsed.Action is not HelpText && ChooseServer(parsed) is { Count: > 0 } misplaced)
            return UsageProblems.Print(Terminal, misplaced, UsageProblems.PathOf(parsed));
        using var server = Server;
        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = Terminal.Out, Error = Terminal.Error },
                cancellationToken);
        }
        catch (CollectionFailedException e)
        {
            return FailureReport.Print(this, e.Failure, connecting: true, FormOf(parsed));
        }
        catch (SettingsException e)
        {
            return UsageProblems.Print(Terminal, e.Problems, "layer config explain");
        }
        catch (RefusedException e) when (Server is not null && e.Failure is { Code: "REQUEST_INVALID" } invalid && invalid.Facts.TryGetValue("problems", out var told))
        {
            // What was typed cannot be used, and only the server could know: it is told as wrong usage is told here.
            return UsageProblems.Print(Terminal, [told], UsageProblems.PathOf(parsed));
        }
        catch (RefusedException e)
        {
            return FailureReport.Print(this, e.Failure, connecting: false, FormOf(parsed));
        }
        catch (DbException e) when (DatabaseFailure.Find(e, Installation.AddressOf(GetSettings(), new DataFolder(GetSettings().DataFolder))) is { } failure)
        {
            return FailureReport.Print(this, failure, connecting: false, FormOf(parsed));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Terminal.Say("Interrupted.");
            return ExitCode.Interrupted;
        }
        catch (Exception e)
        {
            // The last place: what comes here is a bug or a machine that fails, and the person still gets a sentence and an exit code.
            Terminal.Say($"{Terminal.ErrorInk.Bad("✗")} {Terminal.ErrorInk.Strong("Layer stopped unexpectedly")}: {SafeText.ForTerminal(e.Message)}");
            Terminal.Say(Terminal.ErrorInk.Quiet(e.ToString()));
            return ExitCode.Error;
        }
        finally
        {
            await Terminal.Out.FlushAsync(CancellationToken.None);
        }
    }

    private List<string> ChooseServer(ParseResult parsed)
    {
        var problems = new List<string>();
        var typed = parsed.GetResult(ServerChoice.Option) is OptionResult option ? option.GetValueOrDefault<string?>() : null;
        Server = ServerChoice.Decide(UsageProblems.PathOf(parsed), _overServer.Contains(parsed.CommandResult.Command), VerifyCommand.ChecksFile(parsed), typed, Terminal, Clock, problems);
        return problems;
    }

    /// <summary>Says that a command can ask a server as well: it looks at <see cref="FindServerAsync"/> first.</summary>
    public Command AlsoOverServer(Command command)
    {
        _overServer.Add(command);
        return command;
    }

    /// <summary>The server to ask instead of this machine's installation, having told whether its data is made up; null when none was named.</summary>
    /// <exception cref="RefusedException">It cannot be reached, or does not take the token.</exception>
    public async Task<RemoteServer?> FindServerAsync(CancellationToken cancellationToken)
    {
        if (Server is not { } server)
            return null;
        WorkspaceOfServer = await server.GetAsync("/v1/workspace", cancellationToken);
        if (server.Read(() => WorkspaceOfServer.GetProperty("sample").GetBoolean()))
            SaySample();
        return server;
    }

    private static OutputForm FormOf(ParseResult parsed) => parsed.GetResult("--output") is OptionResult option ? option.GetValueOrDefault<OutputForm>() : OutputForm.Table;

    // What people type at a program they do not know yet.
    private static IReadOnlyList<string> Usual(IReadOnlyList<string> args) => args switch
    {
        [] => ["--help"],
        ["--version"] => ["version"],
        ["help", ..] => [.. args.Skip(1), "--help"],
        _ => args,
    };

    /// <summary>Opens the data folder, making it and its database when they are not there.</summary>
    /// <exception cref="SettingsException">The settings cannot be used.</exception>
    /// <exception cref="RefusedException">LOG_ROLLED_BACK: with keys, a log must be the one last signed.</exception>
    public Task<Installation> OpenAsync(bool withKeys, CancellationToken cancellationToken) =>
        OpenAsync(GetSettings(), Clock, options: null, withKeys, cancellationToken);

    /// <summary>Opens what may have been rolled back, for those commands that go on from there.</summary>
    public Task<Installation> OpenRolledBackAsync(bool withKeys, CancellationToken cancellationToken) =>
        OpenUncomparedAsync(GetSettings(), Clock, options: null, withKeys, cancellationToken);

    /// <summary>Opens a data folder of the demo's, on its clock and towards its emulator.</summary>
    public async Task<Installation> OpenAsync(Settings settings, TimeProvider clock, AzureConnectorOptions? options, bool withKeys, CancellationToken cancellationToken)
    {
        var layer = await OpenUncomparedAsync(settings, clock, options, withKeys, cancellationToken);
        try
        {
            if (withKeys)
                await layer.Ledger.RefuseRollbackAsync(cancellationToken);
            return layer;
        }
        catch
        {
            await layer.DisposeAsync();
            throw;
        }
    }

    private async Task<Installation> OpenUncomparedAsync(
        Settings settings, TimeProvider clock, AzureConnectorOptions? options, bool withKeys, CancellationToken cancellationToken)
    {
        var layer = await Installation.OpenAsync(
            settings, clock, () => new AzureConnector(options ?? new AzureConnectorOptions { Clock = clock }), withKeys, cancellationToken);
        layer.AzureIsMadeUp = options is not null;
        if (layer.Database.BackedUpTo is { } copy)
            Terminal.Say(SafeText.ForTerminal($"The database was migrated for this version. As it was before, it is kept in {copy}."));
        // Whatever the command is: it is the only one that will see it, as the guards stand again from now on.
        if (layer.Database.RestoredGuards is { Count: > 0 } guards)
            FailureReport.Print(this, new RefusedException("GUARDS_MISSING", ("guards", string.Join(", ", guards))).Failure, connecting: false, OutputForm.Table);
        return layer;
    }

    /// <summary>Opens what is there to be read, without keys; null when nothing was ever connected, and then nothing is made either.</summary>
    public Task<(Installation Layer, Workspace Workspace)?> FindReadableAsync(CancellationToken cancellationToken) => FindAsync(withKeys: false, cancellationToken);

    /// <summary>As <see cref="FindReadableAsync"/>, with keys for what is sealed and signed.</summary>
    public Task<(Installation Layer, Workspace Workspace)?> FindWritableAsync(CancellationToken cancellationToken) => FindAsync(withKeys: true, cancellationToken);

    private async Task<(Installation Layer, Workspace Workspace)?> FindAsync(bool withKeys, CancellationToken cancellationToken)
    {
        var settings = GetSettings();
        if (settings.Database is null && !new DataFolder(settings.DataFolder).HasDatabase())
            return null;
        var layer = await OpenAsync(withKeys, cancellationToken);
        if (await layer.FindWorkspaceAsync(cancellationToken) is not { } workspace)
        {
            await layer.DisposeAsync();
            return null;
        }

        if (workspace.Sample)
            SaySample();
        return (layer, workspace);
    }

    private void SaySample() => Terminal.Say(Terminal.ErrorInk.Caution("SAMPLE DATA: a made-up company, no evidence about anyone."));

    /// <summary>What is left of workspaces that were removed from this data folder; nothing is opened or made.</summary>
    public IReadOnlyList<FoundTombstone> FindTombstones() => new Tombstones(new DataFolder(GetSettings().DataFolder)).List();

    /// <exception cref="SettingsException">They cannot be used.</exception>
    public Settings GetSettings()
    {
        var settings = Settings.Read(Terminal.Environment, out var problems);
        return problems.Count == 0 ? settings : throw new SettingsException(problems);
    }
}
