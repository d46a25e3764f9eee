using System.CommandLine;
using System.Data.Common;
using System.Globalization;
using Layer.Cli;
using Layer.Operations.Backups;
using Layer.Storage;
using Layer.Syncing;

namespace Layer.Operations;

/// <summary><c>layer upgrade check</c>: what this version would do to the database of an older one, before it does.</summary>
internal static class UpgradeCommand
{
    // The copy, and as much again for tables that are written anew.
    private const int RoomOfSqlite = 2;

    public static Command Create(LayerApp app)
    {
        var output = OutputOption.Create();
        var check = new Command("check", "Say what starting this version would do to the database, and change nothing.") { output };
        check.SetAction((parsed, cancellationToken) => CheckAsync(app, parsed.GetValue(output), cancellationToken));
        return new Command("upgrade", "Before a newer version is started.") { check };
    }

    private static async Task<int> CheckAsync(LayerApp app, OutputForm form, CancellationToken cancellationToken)
    {
        var settings = app.GetSettings();
        var folder = new DataFolder(settings.DataFolder);
        var address = Installation.AddressOf(settings, folder);
        if (address is DatabaseAddress.Sqlite && settings.Database is null && !folder.HasDatabase())
            return SyncCommand.NothingConnected(app, form);
        var plan = await ReadAsync(address, folder, app.Clock, cancellationToken);
        if (form == OutputForm.Json)
            WriteJson(app.Terminal, plan);
        else
            Write(app.Terminal, plan);
        return plan.Ready ? ExitCode.Done : ExitCode.Error;
    }

    private static async Task<UpgradePlan> ReadAsync(DatabaseAddress address, DataFolder folder, TimeProvider clock, CancellationToken cancellationToken)
    {
        await using var engine = StorageEngine.Of(address);
        try
        {
            await using var connection = await engine.OpenAsync(cancellationToken);
            var schema = new Schema(engine);
            var version = await schema.ReadAsync(connection, cancellationToken);
            var (backup, size) = (new MigrationBackup(folder, address, clock), await engine.SizeAsync(connection, cancellationToken));
            return new UpgradePlan(
                address.ToString(), version, schema.Newest, [.. Enumerable.Range(version + 1, schema.Newest - version).Select(schema.NameOf)], size,
                address is DatabaseAddress.Sqlite ? size * RoomOfSqlite : size, FreeAt(backup.Place), backup.Place, new BackupStore(folder, clock).FindLast()?.At);
        }
        catch (DbException broken) when (DatabaseFailure.Find(broken, address) is { } failure)
        {
            throw new RefusedException(failure, broken);
        }
    }

    // The folder of backups is made with the first of them; its room is that of the nearest folder above it that is there.
    private static long FreeAt(string place)
    {
        var folder = new DirectoryInfo(place);
        while (!folder.Exists && folder.Parent is { } above)
            folder = above;
        return new DriveInfo(folder.FullName).AvailableFreeSpace;
    }

    private static void Write(Terminal terminal, UpgradePlan plan)
    {
        var rows = new List<(string Name, string Value)>
        {
            ("database", plan.Database), ("schema", $"{plan.Schema}; this version works with {plan.Newest}"),
        };
        if (plan.Migrations.Count > 0 && plan.Schema > 0)
        {
            rows.Add(("migrations", string.Join(", ", plan.Migrations)));
            rows.Add(("room", $"{Size(plan.Needed)} needed, {Size(plan.Free)} free"));
            rows.Add(("copy before", $"in {plan.BackupPlace}"));
            rows.Add(("last backup", plan.LastBackup is { } at ? $"{at:yyyy-MM-dd HH:mm} UTC" : "none was made with 'layer backup create' here"));
        }

        foreach (var (name, value) in rows)
            terminal.Out.WriteLine($"{terminal.OutInk.Quiet(name.PadRight(13))} {SafeText.ForTerminal(value)}");
        terminal.Out.WriteLine(terminal.OutInk.Paint(plan.Sentence, plan.Ready ? Tone.Good : Tone.Bad));
        terminal.Out.Flush();
    }

    private static void WriteJson(Terminal terminal, UpgradePlan plan) => Json.Write(terminal.Out, terminal.OutIsTerminal, json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("ready", plan.Ready);
        json.WriteString("database", plan.Database);
        json.WriteNumber("schema", plan.Schema);
        json.WriteNumber("newest", plan.Newest);
        json.WriteStartArray("migrations");
        foreach (var migration in plan.Migrations)
            json.WriteStringValue(migration);
        json.WriteEndArray();
        json.WriteNumber("databaseBytes", plan.Size);
        json.WriteNumber("neededBytes", plan.Needed);
        json.WriteNumber("freeBytes", plan.Free);
        json.WriteString("copyBefore", plan.BackupPlace);
        json.WriteString("lastBackup", plan.LastBackup is { } at ? $"{at:yyyy-MM-ddTHH:mm:ssZ}" : null);
        json.WriteEndObject();
    });

    private static string Size(long bytes) => bytes < 1 << 20
        ? $"{(bytes >> 10).ToString("N0", CultureInfo.InvariantCulture)} KiB"
        : $"{(bytes >> 20).ToString("N0", CultureInfo.InvariantCulture)} MiB";
}

/// <summary>What starting this version would do.</summary>
/// <param name="Database">Without user and password.</param>
/// <param name="Schema">Its version now; 0: there are no tables yet.</param>
/// <param name="Newest">The version of the schema this program works with.</param>
/// <param name="Migrations">Those that would run, in order.</param>
/// <param name="Size">Of the database, bytes.</param>
/// <param name="Needed">Bytes that must be free where the copy is made.</param>
/// <param name="Free">Bytes that are.</param>
/// <param name="BackupPlace">The folder of the copy that is made before.</param>
/// <param name="LastBackup">Made with <c>layer backup create</c>; null: none.</param>
internal sealed record UpgradePlan(
    string Database, int Schema, int Newest, IReadOnlyList<string> Migrations, long Size, long Needed, long Free, string BackupPlace, DateTimeOffset? LastBackup)
{
    public bool Ready => Schema is 0 || Migrations.Count == 0 || Free > Needed;

    public string Sentence => (Ready, Migrations.Count, Schema) switch
    {
        (false, _, _) => "There is too little room: nothing would be migrated. Make room first.",
        (_, 0, _) => "Nothing has to be done: the database is as this version needs it.",
        (_, _, 0) => "The database is empty: its tables are made at the first start.",
        (_, 1, _) => "Safe to start: one migration runs at the first start, after a copy was made. Older versions refuse the database from then on.",
        _ => $"Safe to start: {Migrations.Count} migrations run at the first start, in one transaction and after a copy was made. Older versions refuse the database from then on.",
    };
}
