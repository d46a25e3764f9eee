using System.CommandLine;
using System.Globalization;
using Layer.Cli;
using Layer.Storage;
using Layer.Syncing;

namespace Layer.Operations.Backups;

/// <summary><c>layer backup create|verify|restore</c>.</summary>
internal static class BackupCommand
{
    public static Command Create(LayerApp app) =>
        new("backup", "Copies of the whole database in one file, for either engine; keys stay apart.") { Make(app), Verify(app), Restore(app) };

    private static Command Make(LayerApp app)
    {
        var file = new Argument<string?>("FILE") { Description = "the file to make; without it, one in backups/ of the data folder", HelpName = "FILE", Arity = ArgumentArity.ZeroOrOne };
        var keep = new Option<int?>("--keep")
        {
            Description = "of the backups in backups/, keep the newest so many, this one included, and delete older ones", HelpName = "NUMBER",
            CustomParser = result =>
            {
                if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
                    return number;
                result.AddError($"--keep: '{result.Tokens[0].Value}' is no number of backups. Allowed: a whole number from 1 on.");
                return null;
            },
        };
        keep.Validators.Add(result =>
        {
            if (result.GetResult(file) is { Tokens.Count: > 0 })
                result.AddError("--keep is for backups/ of the data folder: a backup with a name of its own is yours to delete. Leave FILE or --keep out.");
        });
        var output = OutputOption.Create();
        var command = new Command("create", "Back up the database as it is at one moment; syncs go on meanwhile.") { file, keep, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var form = parsed.GetValue(output);
            if (await app.FindReadableAsync(cancellationToken) is not var (layer, _))
                return SyncCommand.NothingConnected(app, form, ExitCode.Error);
            await using var opened = layer;
            var store = new BackupStore(layer.Folder, app.Clock);
            var backup = await store.CreateAsync(layer.Database.Engine, parsed.GetValue(file) ?? store.NewPath("layer"), cancellationToken);
            Write(app, form, backup);
            if (parsed.GetValue(keep) is { } most)
                store.DeleteBeyond(most);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Verify(LayerApp app)
    {
        var (file, output) = (FileArgument(), OutputOption.Create());
        var command = new Command("verify", "Check a backup's sums, load it into a throw-away database and verify every log in it.") { file, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var backup = BackupFile.Open(parsed.GetRequiredValue(file));
            var logs = await new BackupRestore(backup, app.Clock).RehearseAsync(cancellationToken);
            Write(app, parsed.GetValue(output), backup, logs);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Restore(LayerApp app)
    {
        var (file, output) = (FileArgument(), OutputOption.Create());
        var without = new Option<bool>("--without-keys") { Description = "restore although the key is lost: evidence can be read and verified, and nothing signed or synced" };
        var command = new Command("restore", "Put a backup into the empty database that the settings name, SQLite or PostgreSQL.") { file, without, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var backup = BackupFile.Open(parsed.GetRequiredValue(file));
            var settings = app.GetSettings();
            var folder = new DataFolder(settings.DataFolder);
            var address = Installation.AddressOf(settings, folder);
            folder.Create();
            var logs = await new BackupRestore(backup, app.Clock).RunAsync(address, parsed.GetValue(without) ? null : folder.Keys, cancellationToken);
            Write(app, parsed.GetValue(output), backup, logs);
            app.Terminal.Say($"Restored into {SafeText.ForTerminal(address.ToString())}.");
            await SayWhetherNewestAsync(app, cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }

    // The restore is done either way; what somebody has to know next is said, and is no failure of it.
    private static async Task SayWhetherNewestAsync(LayerApp app, CancellationToken cancellationToken)
    {
        try
        {
            await using var layer = await app.OpenRolledBackAsync(withKeys: false, cancellationToken);
            await layer.Ledger.RefuseRollbackAsync(cancellationToken);
        }
        catch (RefusedException refused)
        {
            FailureReport.Print(app, refused.Failure, connecting: false, OutputForm.Table);
        }
    }

    private static Argument<string> FileArgument()
    {
        var file = new Argument<string>("FILE") { Description = "a file that 'layer backup create' made", HelpName = "FILE" };
        file.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var path }] && !System.IO.File.Exists(path))
                result.AddError(Directory.Exists(path) ? $"FILE: '{path}' is a folder. Name a file." : $"FILE: there is no file '{path}'.");
        });
        return file;
    }

    private static void Write(LayerApp app, OutputForm form, Backup backup)
    {
        var (terminal, manifest) = (app.Terminal, backup.Manifest);
        if (form == OutputForm.Json)
        {
            Json.Write(terminal.Out, terminal.OutIsTerminal, json =>
            {
                json.WriteStartObject();
                json.WriteString("file", backup.File);
                json.WriteNumber("bytes", backup.Bytes);
                json.WriteString("sha256", backup.Sha256.ToString());
                WriteManifest(json, manifest);
                json.WriteEndObject();
            });
            return;
        }

        WriteRows(terminal,
        [
            ("file", backup.File), ("size", $"{backup.Bytes.ToString("N0", CultureInfo.InvariantCulture)} bytes"), ("SHA-256", backup.Sha256.ToString()), .. Rows(manifest),
        ]);
        terminal.Say("The keys are not in it. Keep a copy of keys/ apart from it: together they open what is sealed.");
    }

    private static void Write(LayerApp app, OutputForm form, BackupFile backup, IReadOnlyList<RestoredLog> logs)
    {
        var terminal = app.Terminal;
        if (form == OutputForm.Json)
        {
            Json.Write(terminal.Out, terminal.OutIsTerminal, json =>
            {
                json.WriteStartObject();
                json.WriteString("file", backup.Path);
                WriteManifest(json, backup.Manifest);
                json.WriteStartArray("logs");
                foreach (var log in logs)
                {
                    json.WriteStartObject();
                    json.WriteString("origin", log.Origin);
                    json.WriteNumber("entries", log.Found.Leaves);
                    json.WriteNumber("records", log.Found.Records);
                    json.WriteNumber("observations", log.Found.Observations);
                    json.WriteNumber("signed", log.Found.Checkpoint?.Size ?? 0);
                    json.WriteString("key", log.Found.Key?.ToString());
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
            return;
        }

        WriteRows(terminal,
        [
            ("file", backup.Path), .. Rows(backup.Manifest),
            .. logs.Select(log => ("log", $"{log.Origin}: {log.Found.Leaves} entries, {log.Found.Records} records and {log.Found.Observations} observations verified, signed up to {log.Found.Checkpoint?.Size ?? 0}")),
        ]);
    }

    private static IEnumerable<(string, string)> Rows(BackupManifest manifest) =>
    [
        ("made", $"{manifest.CreatedAt:yyyy-MM-dd HH:mm:ss} UTC of {manifest.Engine}, schema {manifest.Schema} ({manifest.SchemaName})"),
        ("rows", $"{manifest.Rows.ToString("N0", CultureInfo.InvariantCulture)} in {manifest.Tables.Count} tables"),
        ("needs", manifest.Keys.Count == 0 ? "no key: nothing in it is sealed" : $"{string.Join(" and ", manifest.Keys.Select(key => $"kek-{key}.key"))} of keys/"),
    ];

    private static void WriteRows(Terminal terminal, IEnumerable<(string Name, string Value)> rows)
    {
        foreach (var (name, value) in rows)
            terminal.Out.WriteLine($"{terminal.OutInk.Quiet(name.PadRight(13))} {SafeText.ForTerminal(value)}");
        terminal.Out.Flush();
    }

    private static void WriteManifest(System.Text.Json.Utf8JsonWriter json, BackupManifest manifest)
    {
        json.WriteString("createdAt", $"{manifest.CreatedAt:yyyy-MM-ddTHH:mm:ss.fffZ}");
        json.WriteString("engine", manifest.Engine);
        json.WriteNumber("schema", manifest.Schema);
        json.WriteNumber("rows", manifest.Rows);
        json.WriteStartArray("keys");
        foreach (var key in manifest.Keys)
            json.WriteStringValue(key);
        json.WriteEndArray();
    }
}
