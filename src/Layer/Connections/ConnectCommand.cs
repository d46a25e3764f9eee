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
        app.AlsoOverServer(command);
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
        if (await app.FindServerAsync(cancellationToken) is { } server)
            return await new ConnectOverServer(app, server, form).RunAsync(await GatherAsync(app, choices, parsed, stored: null, form, cancellationToken), cancellationToken);
        await using var layer = await app.OpenAsync(withKeys: true, cancellationToken);
        if (await GatherAsync(app, choices, parsed, name => StoredAsync(layer, name, cancellationToken), form, cancellationToken) is not { Request: { } request } given)
            return ExitCode.Usage;
        var options = new ConnectOptions(given.Name, given.SaveAnyway, given.Wait, Actor.OfThisProcess);
        return await ConnectAsync(app, layer, request, options, form, cancellationToken);
    }

    // Null: what is wrong with it was told. A server keeps what it stores of a credential, so that its name is all there is to send.
    private static async Task<ConnectOrder?> GatherAsync(
        LayerApp app, Choices choices, ParseResult parsed, Func<string, Task<InputSource>>? stored, OutputForm form, CancellationToken cancellationToken)
    {
        var sources = new List<InputSource> { choices.Read(parsed) };
        if (parsed.GetValue(choices.Paste) is { } paste)
        {
            var text = paste == FromStandardInput ? await app.Terminal.In.ReadToEndAsync(cancellationToken) : await File.ReadAllTextAsync(paste, cancellationToken);
            if (PastedCredential.Parse(text, "--paste") is not { } pasted)
            {
                UsageProblems.Print(app.Terminal, [$"--paste: nothing in it was recognised. Allowed: {PastedCredential.Allowed}."], "layer connect azure");
                return null;
            }

            sources.Add(pasted);
        }

        var credential = parsed.GetValue(choices.Credential);
        if (credential is not null && stored is not null)
            sources.Add(await stored(credential));
        sources.AddRange(InputSource.OfEnvironment(app.Terminal.Environment));

        var onServer = credential is not null && stored is null;
        var input = ConnectInput.Resolve(sources, app.Terminal.CanAsk);
        var name = parsed.GetValue(choices.Name);
        var missing = input.Missing.Where(field => !onServer || field == ConnectField.SubscriptionId).ToList();
        if (app.Terminal.CanAsk && input.Problems.Count == 0 && (missing.Count > 0 || name is null))
        {
            var asked = new Questions(app.Terminal);
            name ??= asked.Ask("Name of the connection", FirstName);
            sources.Add(asked.For(missing));
            input = ConnectInput.Resolve(sources, ask: false);
        }

        // Of a stored credential only the subscription has to be said.
        var problems = input.Problems.Where(problem => !onServer || problem.Field == ConnectField.SubscriptionId).Select(problem => problem.ToString()).ToList();
        if (name is null)
            problems.Add("--name is missing. Allowed: a word for this subscription, e.g. production.");
        var wait = app.Terminal.CanAsk ? PropagationWait.Longest : TimeSpan.Zero;
        if (parsed.GetValue(choices.Wait) is { } typed && !TextOptions.TryParseDuration(typed, out wait))
            problems.Add($"{choices.Wait.Name}: '{typed}' is not a duration. {TextOptions.DurationAllowed}.");
        if (!onServer && input.Problems.FirstOrDefault(problem => problem.Code is not null) is { Code: { } code })
            FailureReport.Print(app, new Evidence.Collecting.Failure(code, FactsOf(sources)), connecting: true, form);
        if (problems.Count > 0 || name is null || (!onServer && input.Request is null))
        {
            UsageProblems.Print(app.Terminal, problems, "layer connect azure");
            return null;
        }

        foreach (var choice in input.Choices.Where(choice => choice.From.StartsWith("environment", StringComparison.Ordinal) && (!onServer || choice.Field == ConnectField.SubscriptionId)))
            app.Terminal.Say(app.Terminal.ErrorInk.Quiet($"  {choice}"));
        var subscription = sources.Select(source => source.Find(ConnectField.SubscriptionId)).First(found => found is not null)!.Value.Value;
        return new ConnectOrder(name, onServer ? null : input.Request, onServer ? credential : null, Guid.Parse(subscription), wait, parsed.GetValue(choices.SaveAnyway));
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

    private static async Task<int> ConnectAsync(
        LayerApp app, Installation layer, ConnectRequest request, ConnectOptions options, OutputForm form, CancellationToken cancellationToken)
    {
        var report = new ConnectReport(app, options.Name, form);
        var workspace = await layer.GetOrCreateWorkspaceAsync(cancellationToken);
        var outcome = await layer.Connecting.RunAsync(workspace.Id, request, options, report.Tell, cancellationToken);
        if (report.Ended(outcome.Sync, outcome.Failure, saved: outcome.Connection is not null) is { } code)
            return code;
        await TimestampAfterSync.RunAsync(app, layer, workspace, cancellationToken);
        if (outcome.Connection is { } connected)
            await NamesCommand.AfterSyncAsync(app, layer, workspace, [connected], cancellationToken);
        return report.Done();
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
