using System.CommandLine;
using Layer.Cli;
using Layer.Storage;
using Layer.Syncing;

namespace Layer.Operations.Backups;

/// <summary><c>layer database move</c>.</summary>
internal static class DatabaseCommand
{
    public static Command Create(LayerApp app) => new("database", "Where everything is kept.") { Move(app) };

    private static Command Move(LayerApp app)
    {
        var to = new Option<DatabaseAddress>("--to")
        {
            Description = "an empty database: postgres://USER@HOST/NAME; a password can come from PGPASSWORD or a PGPASSFILE instead", HelpName = "ADDRESS", Required = true,
            CustomParser = result =>
            {
                try
                {
                    return DatabaseAddress.Parse(result.Tokens[0].Value);
                }
                catch (FormatException wrong)
                {
                    result.AddError($"--to: {wrong.Message}");
                    return null!; // never read: the command does not run
                }
            },
        };
        var command = new Command("move", "Carry the database over to another one, with log and proofs unchanged, and verify it there.") { to };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (await app.FindWritableAsync(cancellationToken) is not var (layer, _))
                return SyncCommand.NothingConnected(app, OutputForm.Table, ExitCode.Error);
            // Opened to be migrated and compared with what was signed; to be carried over, it has to be closed.
            var (from, folder, target) = (layer.Database.Address, layer.Folder, parsed.GetRequiredValue(to));
            await layer.DisposeAsync();
            var (backup, logs) = await new DatabaseMove(folder, app.Clock).RunAsync(from, target, cancellationToken);
            Say(app, from, target, folder, backup, logs);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Say(LayerApp app, DatabaseAddress from, DatabaseAddress to, DataFolder folder, Backup backup, IReadOnlyList<RestoredLog> logs)
    {
        var terminal = app.Terminal;
        foreach (var (name, value) in new[] { ("from", from.ToString()), ("to", to.ToString()), ("rows", $"{backup.Manifest.Rows}"), ("backup", backup.File) }
            .Concat(logs.Select(log => ("log", $"{log.Origin}: {log.Found.Leaves} entries verified there, signed up to {log.Found.Checkpoint?.Size ?? 0}"))))
            terminal.Out.WriteLine($"{terminal.OutInk.Quiet(name.PadRight(13))} {SafeText.ForTerminal(value)}");
        terminal.Out.Flush();
        terminal.Say($"Now set Layer:Database to the address given with --to, as Layer__Database in the environment or in {SafeText.ForTerminal(Path.Combine(folder.Path, Settings.FileName))}, and start Layer again.");
        terminal.Say("keys/ stays where it is and belongs to the new database, too. The old database was not changed; what would still be written there is lost.");
    }
}
