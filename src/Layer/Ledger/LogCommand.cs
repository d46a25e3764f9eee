using System.CommandLine;
using Layer.Cli;
using Layer.Evidence.Log;
using Layer.Syncing;
using Layer.Workspaces;

namespace Layer.Ledger;

/// <summary><c>layer log key|rotate-key|retire-key|new-epoch|timestamp</c>: the keys of the log and what only an operator decides about it.</summary>
internal static class LogCommand
{
    private const string SecondChannel = "Give the auditor this key through a second channel: in person, by telephone or on paper, never together with the evidence.";

    public static Command Create(LayerApp app) =>
        new("log", "The evidence log: its signing keys, time stamps and epochs.") { LogKeyCommand.Create(app), RotateKey(app), RetireKey(app), NewEpoch(app), Timestamp(app) };

    public static void SayHowToHandOver(Terminal terminal) => terminal.Say(terminal.ErrorInk.Quiet(SecondChannel));

    private static Option<string> Reason() => new("--reason") { Description = "why, in your words; it is sealed in the log", HelpName = "TEXT", Required = true };

    private static Command RotateKey(LayerApp app)
    {
        var reason = Reason();
        var command = new Command("rotate-key", "Add a signing key; from now on all active keys sign.") { reason };
        command.Validators.Add(result => RefuseEmpty(result.GetResult(reason), reason.Name));
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var layer = await app.OpenAsync(withKeys: true, cancellationToken);
            if (await FindLogAsync(app, layer, cancellationToken) is not { } workspace)
                return ExitCode.Error;
            var key = await layer.Ledger.AddKeyAsync(workspace.Id, Actor.OfThisProcess, parsed.GetRequiredValue(reason), cancellationToken);
            WriteKey(app.Terminal, key);
            app.Terminal.Say("The new key signs beside the older ones: who pinned one of those still verifies.");
            SayHowToHandOver(app.Terminal);
            app.Terminal.Say("When every auditor has it, retire the old one with: layer log retire-key KEY --reason TEXT");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command RetireKey(LayerApp app)
    {
        var which = new Argument<string>("KEY") { Description = "the key's eight digits or its whole verification key, as 'layer log key' shows them" };
        var reason = Reason();
        var command = new Command("retire-key", "Let a key sign no more; what it signed stays valid.") { which, reason };
        command.Validators.Add(result => RefuseEmpty(result.GetResult(reason), reason.Name));
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var layer = await app.OpenAsync(withKeys: true, cancellationToken);
            if (await FindLogAsync(app, layer, cancellationToken) is not { } workspace)
                return ExitCode.Error;
            var key = await layer.Ledger.RetireKeyAsync(
                workspace.Id, parsed.GetRequiredValue(which), Actor.OfThisProcess, parsed.GetRequiredValue(reason), cancellationToken);
            app.Terminal.Say($"{key} signs no more. Who pinned it verifies the log up to here; for what comes next they need a key that is active: layer log key");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command NewEpoch(LayerApp app)
    {
        var reason = Reason();
        var command = new Command("new-epoch", "Go on with a log that lost what was signed, and seal that it did.") { reason };
        command.Validators.Add(result => RefuseEmpty(result.GetResult(reason), reason.Name));
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var layer = await app.OpenRolledBackAsync(withKeys: true, cancellationToken);
            if (await FindLogAsync(app, layer, cancellationToken) is not { } workspace)
                return ExitCode.Error;
            var epoch = await layer.Ledger.BeginEpochAsync(workspace.Id, Actor.OfThisProcess, parsed.GetRequiredValue(reason), cancellationToken);
            var signed = await layer.Ledger.SignCheckpointAsync(workspace.Id, cancellationToken);
            app.Terminal.Say(
                $"The log goes on with {signed.Checkpoint.Size} entries. It says for ever that a signed log of {epoch.LostSize} was lost. 'layer verify' lists it as a remark.");
            app.Terminal.Say("Tell your auditor: a checkpoint they kept from the lost part is not extended by this log.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Timestamp(LayerApp app)
    {
        var command = new Command("timestamp", "Have the newest checkpoint stamped by the time-stamp authority now.");
        command.SetAction(async (_, cancellationToken) =>
        {
            await using var layer = await app.OpenAsync(withKeys: true, cancellationToken);
            if (await FindLogAsync(app, layer, cancellationToken) is not { } workspace)
                return ExitCode.Error;
            if (layer.Timestamps is not { } timestamps)
            {
                return UsageProblems.Print(
                    app.Terminal, ["No time-stamp authority is set. Allowed: Layer:TimestampAuthority with an http:// or https:// address (RFC 3161)."], "layer config explain");
            }

            try
            {
                var (size, at) = await timestamps.StampAsync(workspace.Id, cancellationToken);
                app.Terminal.Say($"The checkpoint of {size} entries was stamped at {at.UtcDateTime:yyyy-MM-ddTHH:mm:ss}Z.");
                return ExitCode.Done;
            }
            catch (Operations.RefusedException refused) when (refused.Failure.Code == "TIMESTAMP_UNAVAILABLE")
            {
                // A warning after a sync; here it was all that was asked for.
                FailureReport.Print(app, refused.Failure, connecting: false, OutputForm.Table);
                return ExitCode.Error;
            }
        });
        return command;
    }

    private static async Task<Workspace?> FindLogAsync(LayerApp app, Installation layer, CancellationToken cancellationToken)
    {
        var workspace = await layer.FindWorkspaceAsync(cancellationToken);
        if (workspace is null)
            SyncCommand.NothingConnected(app, OutputForm.Table);
        return workspace;
    }

    private static void RefuseEmpty(System.CommandLine.Parsing.OptionResult? given, string name)
    {
        if (given is { Tokens: [{ Value: var text }] } && string.IsNullOrWhiteSpace(text))
            given.AddError($"{name} is empty. Allowed: a sentence that an auditor will read.");
    }

    private static void WriteKey(Terminal terminal, VerificationKey key)
    {
        terminal.Out.WriteLine(key);
        terminal.Out.Flush();
    }
}
