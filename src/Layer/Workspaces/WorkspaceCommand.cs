using System.CommandLine;
using Layer.Cli;
using Layer.Syncing;

namespace Layer.Workspaces;

/// <summary><c>layer workspace show|hold|release|remove</c>: how long evidence is kept, and its end.</summary>
internal static class WorkspaceCommand
{
    public static Command Create(LayerApp app) => new("workspace", "How long evidence is kept, legal holds, and removal.") { Show(app), Hold(app), Release(app), Remove(app) };

    private static Command Show(LayerApp app)
    {
        var output = OutputOption.Create();
        var command = new Command("show", "Show what the workspace holds, until when it must be kept, and whether it is held.") { output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var form = parsed.GetValue(output);
            if (await app.FindReadableAsync(cancellationToken) is not var (layer, workspace))
                return SyncCommand.NothingConnected(app, form);
            await using var opened = layer;
            var standing = await layer.Retention.ReadAsync(workspace, cancellationToken);
            new Listing<WorkspaceStanding>(
                [
                    new("WORKSPACE", "workspace", _ => workspace.Name) { Tone = _ => Tone.Strong },
                    new("ENTRIES", "entries", s => $"{s.Leaves}") { Right = true },
                    new("RECORDS", "records", s => $"{s.Records}") { Right = true },
                    new("CONNECTIONS", "connections", s => $"{s.Connections}") { Right = true },
                    new("OBSERVATIONS", "observations", s => $"{s.Observations}") { Right = true },
                    new("NAMES", "names", s => $"{s.Names}") { Right = true },
                    new("NEWEST ENTRY (UTC)", "newest", s => $"{s.NewestAt:yyyy-MM-dd HH:mm}"),
                    new("KEPT UNTIL", "keptUntil", s => $"{s.KeepUntil:yyyy-MM-dd}") { Tone = _ => Tone.Strong },
                    new("HELD", "held", s => s.Hold is { } hold ? $"since {hold.Since:yyyy-MM-dd} by {hold.Reason}" : "no") { Shrinks = true, Tone = s => s.Hold is null ? Tone.Plain : Tone.Caution },
                    new("LOG", "log", _ => workspace.Origin) { CsvOnly = true },
                    new("ID", "id", _ => workspace.Id.ToString()) { CsvOnly = true },
                ],
                (json, s) =>
                {
                    json.WriteStartObject();
                    json.WriteString("workspace", workspace.Name);
                    json.WriteString("id", workspace.Id);
                    json.WriteString("log", workspace.Origin);
                    json.WriteNumber("entries", s.Leaves);
                    json.WriteNumber("records", s.Records);
                    json.WriteNumber("connections", s.Connections);
                    json.WriteNumber("observations", s.Observations);
                    json.WriteNumber("names", s.Names);
                    json.WriteString("newest", Time(s.NewestAt));
                    json.WriteNumber("retentionYears", s.Years);
                    json.WriteString("keptUntil", Time(s.KeepUntil));
                    json.WriteBoolean("held", s.Hold is not null);
                    json.WriteString("heldSince", s.Hold is { } hold ? Time(hold.Since) : null);
                    json.WriteString("heldBecause", s.Hold?.Reason);
                    json.WriteEndObject();
                }).Write(app.Terminal, form, [standing]);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Hold(LayerApp app)
    {
        var (by, reason) = (Statement.ByOption(), Statement.ReasonOption("why, in that person's words; it is sealed"));
        var command = new Command("hold", "Hold the workspace: nothing of it is removed until it is released, whatever its retention says.") { by, reason };
        command.SetAction((parsed, cancellationToken) => SealAsync(
            app, (layer, workspace) => layer.Retention.HoldAsync(
                workspace, Actor.OfThisProcess, new Statement(parsed.GetRequiredValue(by), parsed.GetRequiredValue(reason)), cancellationToken),
            "is held: nothing of it is removed until 'layer workspace release'.", cancellationToken));
        return command;
    }

    private static Command Release(LayerApp app)
    {
        var (by, reason) = (Statement.ByOption(), Statement.ReasonOption("why, in that person's words; it is sealed"));
        var command = new Command("release", "Release a hold: only the retention counts again.") { by, reason };
        command.SetAction((parsed, cancellationToken) => SealAsync(
            app, (layer, workspace) => layer.Retention.ReleaseAsync(
                workspace, Actor.OfThisProcess, new Statement(parsed.GetRequiredValue(by), parsed.GetRequiredValue(reason)), cancellationToken),
            "is not held any more. The release is an entry of the log, and its retention counts from it: see 'layer workspace show'.", cancellationToken));
        return command;
    }

    private static Command Remove(LayerApp app)
    {
        var (by, reason) = (Statement.ByOption(), Statement.ReasonOption("why, in that person's words; it stands in the tombstone"));
        var command = new Command("remove", "Remove the workspace with all its evidence when its retention is over; a signed tombstone stays.") { by, reason };
        var yes = Confirmation.AddTo(command, app);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (await app.FindWritableAsync(cancellationToken) is not var (layer, workspace))
                return SyncCommand.NothingConnected(app, OutputForm.Table, ExitCode.Error);
            await using var opened = layer;
            // Asked first whether it may be at all: nobody should have to say yes to what is refused.
            var standing = await layer.Retention.ReadAsync(workspace, cancellationToken);
            standing.RefuseRemoval(workspace, app.Clock.GetUtcNow());
            if (!Confirmation.Given(
                app.Terminal, parsed.GetValue(yes),
                $"{workspace.Name} with {Words.Count(standing.Records, "evidence record")} and all that belongs to them would be removed for good. Go on?"))
                return ExitCode.Error;
            var tombstone = await layer.Removal.RemoveAsync(workspace, new Statement(parsed.GetRequiredValue(by), parsed.GetRequiredValue(reason)), cancellationToken);
            app.Terminal.Say(SafeText.ForTerminal(
                $"{workspace.Name} was removed. Its log {tombstone.Origin} had {tombstone.Size} entries; the signed tombstone is {layer.Tombstones.NoteOf(workspace.Id)}, and its key stands beside it."));
            await layer.Removal.OverwriteAsync(cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<int> SealAsync(
        LayerApp app, Func<Installation, Workspace, Task> seal, string told, CancellationToken cancellationToken)
    {
        if (await app.FindWritableAsync(cancellationToken) is not var (layer, workspace))
            return SyncCommand.NothingConnected(app, OutputForm.Table, ExitCode.Error);
        await using var opened = layer;
        await seal(layer, workspace);
        // Told before it is signed: it is stored whether or not the log may be signed.
        app.Terminal.Say($"{SafeText.ForTerminal(workspace.Name)} {told}");
        await layer.Ledger.SignCheckpointAsync(workspace.Id, cancellationToken);
        return ExitCode.Done;
    }

    private static string Time(DateTimeOffset at) => $"{at:yyyy-MM-ddTHH:mm:ss.fffZ}";
}
