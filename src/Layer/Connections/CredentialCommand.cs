using System.CommandLine;
using System.Text.Json.Nodes;
using Layer.Cli;
using Layer.Evidence.Collecting;
using Layer.Remote;
using Layer.Secrets;
using Layer.Storage;
using Layer.Syncing;

namespace Layer.Connections;

/// <summary><c>layer credential list|rotate</c>.</summary>
internal static class CredentialCommand
{
    public static Command Create(LayerApp app) => new("credential", "App registrations and their secrets.") { List(app), Rotate(app) };

    private static Command List(LayerApp app)
    {
        var output = OutputOption.Create();
        var command = new Command("list", "List app registrations, never their secrets.") { output };
        app.AlsoOverServer(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var form = parsed.GetValue(output);
            if (await ListAsync(app, cancellationToken) is not { } credentials)
                return SyncCommand.NothingConnected(app, form);
            new Listing<ListedCredential>(
                [
                    new("NAME", "name", c => c.Name) { Tone = _ => Tone.Strong }, new("KIND", "kind", c => KebabCaseText.Of(c.Kind)),
                    new("CLIENT ID", "clientId", c => c.ClientId.ToString()), new("HINT", "hint", c => c.Hint ?? ""),
                    new("ENDS", "ends", c => c.Ends is { } end ? $"{end:yyyy-MM-dd}" : "unknown"),
                    new("CONNECTIONS", "connections", c => string.Join(' ', c.Connections)) { Shrinks = true },
                ],
                (json, c) => c.WriteTo(json)).Write(app.Terminal, form, credentials);
            return ExitCode.Done;
        });
        return command;
    }

    // Null: there is no installation here yet.
    private static async Task<IReadOnlyList<ListedCredential>?> ListAsync(LayerApp app, CancellationToken cancellationToken)
    {
        if (await app.FindServerAsync(cancellationToken) is { } server)
            return await ListedCredential.ListAsync(server, cancellationToken);
        if (await app.FindReadableAsync(cancellationToken) is not var (layer, workspace))
            return null;
        await using var opened = layer;
        return await ListedCredential.ListAsync(layer, workspace, cancellationToken);
    }

    private static Command Rotate(LayerApp app)
    {
        var name = new Argument<string>("NAME") { Description = "the credential, as 'layer credential list' names it" };
        var file = new Option<string?>("--client-secret-file") { Description = "a file that holds the new secret, or - for standard input; else AZURE_CLIENT_SECRET, ARM_CLIENT_SECRET", HelpName = "FILE" };
        var command = new Command("rotate", "Try a new secret on every connection of an app registration, then swap.") { name, file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (ReadSecret(app.Terminal, parsed.GetValue(file), file.Name) is not { } secret)
                return UsageProblems.Print(app.Terminal, ["The new secret is missing. Allowed: AZURE_CLIENT_SECRET, or --client-secret-file FILE, or --client-secret-file - for standard input."], "layer credential rotate");
            var tried = new List<Failure>();
            if (await app.FindServerAsync(cancellationToken) is { } server)
            {
                var body = new JsonObject { ["secret"] = secret.Reveal() };
                var operation = await server.RunAsync($"/v1/credentials/{Uri.EscapeDataString(parsed.GetRequiredValue(name))}/rotate", body, happened =>
                {
                    if (happened.Text("type") == "tried")
                        Tell(happened.Text("connection"), happened.FailureOrNull("failure"));
                }, cancellationToken);
                return End(parsed.GetRequiredValue(name), server.FailureOf(operation));
            }

            await using var layer = await app.OpenAsync(withKeys: true, cancellationToken);
            var workspace = await layer.GetOrCreateWorkspaceAsync(cancellationToken);
            var credential = await layer.Credentials.GetAsync(workspace.Id, parsed.GetRequiredValue(name), cancellationToken);
            var outcome = await layer.Rotation.RunAsync(credential, new RotationRequest(new SignIn(CredentialKind.Secret, secret)), Actor.OfThisProcess, cancellationToken);
            foreach (var (connection, failure) in outcome.Tried)
                Tell(connection.Name, failure);
            return End(credential.Name, outcome.Rotated ? null : outcome.Tried.Select(t => t.Failure).First(failure => failure is not null));

            void Tell(string connection, Failure? failure)
            {
                app.Terminal.Say($"  {(failure is null ? app.Terminal.ErrorInk.Good("✓") : app.Terminal.ErrorInk.Bad("✗"))} {connection}  {failure?.Code ?? "signs in and reads with the new secret"}");
                if (failure is not null)
                    tried.Add(failure);
            }

            int End(string rotated, Failure? kept)
            {
                if (kept is null)
                {
                    app.Terminal.Say($"{rotated} uses the new secret from now on. The old one can be deleted in Azure.");
                    return ExitCode.Done;
                }

                return ExitCode.WorstOf([.. tried.DefaultIfEmpty(kept).DistinctBy(f => f.Code).Select(failure => FailureReport.Print(app, failure, connecting: false, OutputForm.Table))]);
            }
        });
        return app.AlsoOverServer(command);
    }

    private static SecretText? ReadSecret(Terminal terminal, string? file, string from)
    {
        var sources = new List<InputSource> { new() };
        if (SecretInput.Read(file) is { } given)
            sources[0].AddSecret(given, from);
        sources.AddRange(InputSource.OfEnvironment(terminal.Environment));
        var secret = sources.Select(source => source.FindSecret()).FirstOrDefault(found => found is not null)?.Value;
        if (secret is null && terminal.CanAsk)
            secret = SecretInput.Ask(terminal, "New client secret (its value; it is not shown)");
        return secret is { IsEmpty: false } ? secret : null;
    }
}
