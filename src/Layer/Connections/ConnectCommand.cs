using System.CommandLine;
using Layer.Azure;
using Layer.Cli;
using Layer.Inventory;
using Layer.Ledger;
using Layer.Secrets;
using Layer.Syncing;

namespace Layer.Connections;

/// <summary><c>layer connect azure</c>: takes what the options and the environment say, asks a person for the rest, checks, saves, syncs once.</summary>
internal static class ConnectCommand
{
    private const string FromStandardInput = "-";
    private const string FirstName = "azure";

    public static Command Create(LayerApp app)
    {
        var choices = new Choices();
        var command = new Command("azure", "Connect a subscription: discover, check, save, sync once.");
        foreach (var option in choices.All)
            command.Options.Add(option);
        command.SetAction((parsed, cancellationToken) => RunAsync(app, choices, parsed, cancellationToken));
        return new Command("connect", "Connect what Layer reads.") { command };
    }

    public static int PrintProblems(Terminal terminal, ConnectInput input) =>
        UsageProblems.Print(terminal, [.. input.Problems.Select(problem => problem.ToString())], "layer connect azure");

    private static async Task<int> RunAsync(LayerApp app, Choices choices, ParseResult parsed, CancellationToken cancellationToken)
    {
        var form = parsed.GetValue(choices.Output);
        await using var layer = await app.OpenAsync(withKeys: true, cancellationToken);
        var sources = new List<InputSource> { choices.Read(parsed) };
        if (parsed.GetValue(choices.Paste) is { } paste)
        {
            var text = paste == FromStandardInput ? await app.Terminal.In.ReadToEndAsync(cancellationToken) : await File.ReadAllTextAsync(paste, cancellationToken);
            if (PastedCredential.Parse(text, "--paste") is not { } pasted)
                return UsageProblems.Print(app.Terminal, [$"--paste: nothing in it was recognised. Allowed: {PastedCredential.Allowed}."], "layer connect azure");
            sources.Add(pasted);
        }

        if (parsed.GetValue(choices.Credential) is { } stored)
            sources.Add(await StoredAsync(layer, stored, cancellationToken));
        sources.AddRange(InputSource.OfEnvironment(app.Terminal.Environment));

        var input = ConnectInput.Resolve(sources, app.Terminal.CanAsk);
        var name = parsed.GetValue(choices.Name);
        if (app.Terminal.CanAsk && input.Problems.Count == 0 && (input.Missing.Count > 0 || name is null))
        {
            var asked = new Questions(app.Terminal);
            name ??= asked.Ask("Name of the connection", FirstName);
            sources.Add(asked.For(input.Missing));
            input = ConnectInput.Resolve(sources, ask: false);
        }

        var problems = input.Problems.Select(problem => problem.ToString()).ToList();
        if (name is null)
            problems.Add("--name is missing. Allowed: a word for this subscription, e.g. production.");
        TimeSpan? wait = null;
        if (parsed.GetValue(choices.Wait) is { } typed)
        {
            if (TextOptions.TryParseDuration(typed, out var duration))
                wait = duration;
            else
                problems.Add($"{choices.Wait.Name}: '{typed}' is not a duration. {TextOptions.DurationAllowed}.");
        }

        if (input.Problems.FirstOrDefault(problem => problem.Code is not null) is { Code: { } code })
            FailureReport.Print(app, new Evidence.Collecting.Failure(code, FactsOf(sources)), connecting: true, form);
        if (problems.Count > 0 || name is null || input.Request is not { } request)
            return UsageProblems.Print(app.Terminal, problems, "layer connect azure");

        foreach (var choice in input.Choices.Where(choice => choice.From.StartsWith("environment", StringComparison.Ordinal)))
            app.Terminal.Say(app.Terminal.ErrorInk.Quiet($"  {choice}"));
        return await ConnectAsync(app, layer, request, Options(app, choices, parsed, name, wait), form, cancellationToken);
    }

    // Only what looks like an id is repeated: a secret may stand in the wrong place.
    private static Dictionary<string, string> FactsOf(IEnumerable<InputSource> sources)
    {
        var facts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (field, fact) in new[] { (ConnectField.ClientId, "clientId"), (ConnectField.SubscriptionId, "subscriptionId"), (ConnectField.TenantId, "tenantId") })
        {
            if (sources.Select(source => source.Find(field)).FirstOrDefault(found => found is not null) is { } found && Guid.TryParse(found.Value, out _))
                facts[fact] = found.Value;
        }

        return facts;
    }

    private static ConnectOptions Options(LayerApp app, Choices choices, ParseResult parsed, string name, TimeSpan? wait) => new(
        name, parsed.GetValue(choices.SaveAnyway), wait ?? (app.Terminal.CanAsk ? PropagationWait.Longest : TimeSpan.Zero), Actor.OfThisProcess);

    private static async Task<int> ConnectAsync(
        LayerApp app, Installation layer, ConnectRequest request, ConnectOptions options, OutputForm form, CancellationToken cancellationToken)
    {
        var terminal = app.Terminal;
        var ladder = new CheckLadder(terminal.Error, terminal.ErrorInk, terminal.Width);
        var workspace = await layer.GetOrCreateWorkspaceAsync(cancellationToken);
        var outcome = await layer.Connecting.RunAsync(workspace.Id, request, options, Told, cancellationToken);
        if (outcome.Sync is { } sync)
        {
            SyncCommand.Write(terminal, form, [sync]);
            SyncCommand.SayUnseen(terminal, [sync]);
        }

        if (outcome.Failure is { } failure)
        {
            var code = FailureReport.Print(app, failure, connecting: outcome.Connection is null, form);
            if (outcome.Connection is not null)
                terminal.Say($"{options.Name} was saved anyway. Its first complete sync is still to come: layer sync {options.Name}");
            return code;
        }

        await TimestampAfterSync.RunAsync(app, layer, workspace, cancellationToken);
        if (outcome.Connection is { } connected)
            await NamesCommand.AfterSyncAsync(app, layer, workspace, [connected], cancellationToken);
        terminal.Say();
        terminal.Say($"{terminal.ErrorInk.Good("✓")} {terminal.ErrorInk.Strong(options.Name)} is connected and its first evidence is sealed.");
        terminal.Say(terminal.ErrorInk.Quiet("  Next: layer show assignments --privileged · layer evidence list · layer verify"));
        return ExitCode.Done;

        void Told(ConnectEvent happened)
        {
            switch (happened)
            {
                case ConnectEvent.TenantFound found:
                    terminal.Say($"  {terminal.ErrorInk.Good("✓")} Tenant found from the subscription: {found.TenantId}");
                    break;
                case ConnectEvent.Checked tried:
                    ladder.Write(tried.Step);
                    break;
                case ConnectEvent.Waiting waiting:
                    terminal.Say(terminal.ErrorInk.Caution(
                        $"  {waiting.Failure.Code}: waiting for the role to spread, {Math.Ceiling(waiting.Left.TotalMinutes)} min left. Ctrl-C stops."));
                    break;
                case ConnectEvent.Saved:
                    terminal.Say(terminal.ErrorInk.Quiet("  Saved. Reading everything for the first time…"));
                    break;
            }
        }
    }

    private static async Task<InputSource> StoredAsync(Installation layer, string name, CancellationToken cancellationToken)
    {
        var workspace = await layer.GetOrCreateWorkspaceAsync(cancellationToken);
        var credential = await layer.Credentials.GetAsync(workspace.Id, name, cancellationToken);
        using var open = layer.Credentials.Open(credential);
        var from = $"credential {name}";
        var source = new InputSource()
            .Add(ConnectField.ClientId, credential.ClientId == Guid.Empty ? null : credential.ClientId.ToString(), from)
            .Add(ConnectField.TenantId, credential.TenantId.ToString(), from)
            .Add(ConnectField.Cloud, credential.Cloud, from);
        return open.Azure switch
        {
            ClientSecret secret => source.AddSecret(SecretText.From(secret.Secret), from),
            FederatedToken token => source.Add(ConnectField.FederatedTokenFile, token.TokenFile, from),
            ManagedIdentity => source.Add(ConnectField.ManagedIdentity, "true", from),
            _ => source,
        };
    }

    private sealed class Choices
    {
        public Option<string?> Name { get; } = new("--name") { Description = "what to call the connection, e.g. production", HelpName = "NAME" };

        public Option<string?> Subscription { get; } = new("--subscription-id") { Description = "else AZURE_SUBSCRIPTION_ID, ARM_SUBSCRIPTION_ID", HelpName = "ID" };

        public Option<string?> Client { get; } = new("--client-id") { Description = "the Application (client) ID; else AZURE_CLIENT_ID, ARM_CLIENT_ID", HelpName = "ID" };

        public Option<string?> Tenant { get; } = new("--tenant-id") { Description = "else AZURE_TENANT_ID, ARM_TENANT_ID, else found from the subscription", HelpName = "ID" };

        public Option<string?> Cloud { get; } = new("--cloud") { Description = CloudName.Allowed, HelpName = "CLOUD" };

        public Option<string?> SecretFile { get; } = new("--client-secret-file") { Description = "a file that holds the secret, or - for standard input; else AZURE_CLIENT_SECRET, ARM_CLIENT_SECRET", HelpName = "FILE" };

        public Option<string?> Certificate { get; } = new("--certificate-file") { Description = "PEM with key, or PKCS #12 without password", HelpName = "FILE" };

        public Option<string?> Federated { get; } = new("--federated-token-file") { Description = "the token of another issuer (workload identity)", HelpName = "FILE" };

        public Option<bool> Managed { get; } = new("--managed-identity") { Description = "the identity Azure gives this machine" };

        public Option<string?> Paste { get; } = new("--paste") { Description = "JSON of az, .env, export lines or terraform output: a file, or - for standard input", HelpName = "FILE" };

        public Option<string?> Credential { get; } = new("--credential") { Description = "a stored app registration, to add a subscription under it", HelpName = "NAME" };

        public Option<string?> Wait { get; } = new("--wait")
        {
            Description = "how long to wait for a role to spread, at most 30m; without a terminal 0", HelpName = "DURATION",
        };

        public Option<bool> SaveAnyway { get; } = new("--save-anyway") { Description = "save although a needed check fails; the exit code stays that of the failure" };

        public Option<OutputForm> Output { get; } = OutputOption.Create();

        public IEnumerable<Option> All => [Name, Subscription, Client, Tenant, Cloud, SecretFile, Certificate, Federated, Managed, Paste, Credential, Wait, SaveAnyway, Output];

        public InputSource Read(ParseResult parsed)
        {
            var source = new InputSource()
                .Add(ConnectField.SubscriptionId, parsed.GetValue(Subscription), Subscription.Name)
                .Add(ConnectField.ClientId, parsed.GetValue(Client), Client.Name)
                .Add(ConnectField.TenantId, parsed.GetValue(Tenant), Tenant.Name)
                .Add(ConnectField.Cloud, parsed.GetValue(Cloud), Cloud.Name)
                .Add(ConnectField.CertificatePath, parsed.GetValue(Certificate), Certificate.Name)
                .Add(ConnectField.FederatedTokenFile, parsed.GetValue(Federated), Federated.Name)
                .Add(ConnectField.ManagedIdentity, parsed.GetValue(Managed) ? "true" : null, Managed.Name);
            return SecretInput.Read(parsed.GetValue(SecretFile)) is { } secret ? source.AddSecret(secret, SecretFile.Name) : source;
        }
    }

    private sealed class Questions(Terminal terminal)
    {
        public string Ask(string question, string? answer = null)
        {
            terminal.Error.Write($"  {question}{(answer is null ? "" : terminal.ErrorInk.Quiet($" [{answer}]"))}: ");
            var line = terminal.In.ReadLine()?.Trim();
            return string.IsNullOrEmpty(line) ? answer ?? "" : line;
        }

        public InputSource For(IReadOnlyList<ConnectField> missing)
        {
            var source = new InputSource();
            foreach (var field in missing)
            {
                if (field == ConnectField.Secret)
                    source.AddSecret(SecretInput.Ask(terminal, "Client secret (its value; it is not shown)"), "prompt");
                else
                    source.Add(field, Ask(field == ConnectField.SubscriptionId ? "Subscription ID" : "Application (client) ID"), "prompt");
            }

            return source;
        }
    }
}
