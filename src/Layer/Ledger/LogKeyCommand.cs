using System.CommandLine;
using System.Text;
using Layer.Cli;
using Layer.Evidence.Log;
using Layer.Syncing;
using Layer.Workspaces;

namespace Layer.Ledger;

/// <summary><c>layer log key</c>: what an auditor pins.</summary>
internal static class LogKeyCommand
{
    public static Command Create(LayerApp app)
    {
        var alone = new Option<bool>("--vkey") { Description = "only the verification keys that sign now, one a line, oldest first" };
        var output = OutputOption.Create();
        var command = new Command("key", "Show the keys that sign the log: what an auditor pins.") { alone, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var form = parsed.GetValue(output);
            if (await app.FindReadableAsync(cancellationToken) is not var (layer, workspace))
                return SyncCommand.NothingConnected(app, form, ExitCode.Error);
            await using var opened = layer;
            var keys = await ReadAsync(layer, workspace, cancellationToken);
            if (parsed.GetValue(alone))
            {
                foreach (var key in keys.Where(key => key.State != Retired))
                    app.Terminal.Out.WriteLine(key.Key);
                app.Terminal.Out.Flush();
            }
            else
            {
                Write(app.Terminal, form, workspace.Origin, keys);
            }

            LogCommand.SayHowToHandOver(app.Terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private const string Active = "active";
    private const string Added = "added";
    private const string Retired = "retired";

    // Added: the log names it, and no checkpoint that it signed is out yet.
    private static async Task<IReadOnlyList<Line>> ReadAsync(Installation layer, Workspace workspace, CancellationToken cancellationToken)
    {
        await using var connection = await layer.Database.ConnectAsync(cancellationToken);
        var newest = await Storage.Sql.ScalarAsync(
            connection, "SELECT text FROM checkpoint WHERE workspace = @workspace ORDER BY size DESC LIMIT 1", cancellationToken,
            ("@workspace", layer.Database.Engine.Id(workspace.Id))) as string;
        var signed = newest is null ? null : SignedCheckpoint.Parse(Encoding.UTF8.GetBytes(newest));
        var keys = await SigningKeys.ListAsync(layer.Database.Engine, connection, workspace.Id, cancellationToken);
        return [.. keys.Select(key => new Line(
            key.Key, key.CreatedAt, key.RetiredAt,
            key.RetiredAt is not null ? Retired : signed?.Check(key.Key) == SignatureState.Valid ? Active : Added))];
    }

    private static void Write(Terminal terminal, OutputForm form, string origin, IReadOnlyList<Line> keys)
    {
        if (form == OutputForm.Table)
        {
            foreach (var key in keys)
                Write(terminal, origin, key);
            terminal.Out.Flush();
            return;
        }

        new Listing<Line>(
            [
                new("ORIGIN", "origin", _ => origin), new("VKEY", "vkey", key => key.Key.ToString()), new("FINGERPRINT", "fingerprint", key => key.Key.Fingerprint),
                new("CREATED", "created", key => Time(key.CreatedAt)), new("STATE", "state", key => key.State), new("RETIRED", "retired", key => key.RetiredAt is { } at ? Time(at) : ""),
            ],
            (json, key) =>
            {
                json.WriteStartObject();
                json.WriteString("origin", origin);
                json.WriteString("vkey", key.Key.ToString());
                json.WriteString("fingerprint", key.Key.Fingerprint);
                json.WriteString("created", Time(key.CreatedAt));
                json.WriteString("state", key.State);
                json.WriteString("retired", key.RetiredAt is { } at ? Time(at) : null);
                json.WriteEndObject();
            }).Write(terminal, form, keys);
    }

    private static void Write(Terminal terminal, string origin, Line key)
    {
        Row("origin", origin);
        Row("key", terminal.OutInk.Strong(key.Key.ToString()));
        Row("fingerprint", key.Key.Fingerprint);
        Row("created", Time(key.CreatedAt));
        Row("state", key.RetiredAt is { } at ? $"{Retired} since {Time(at)}" : key.State == Added ? $"{Added}, signs from the next checkpoint on" : key.State);
        terminal.Out.WriteLine();

        void Row(string name, string value) => terminal.Out.WriteLine($"{terminal.OutInk.Quiet(name.PadRight(13))} {value}");
    }

    private static string Time(DateTimeOffset time) => $"{time.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fff}Z";

    private sealed record Line(VerificationKey Key, DateTimeOffset CreatedAt, DateTimeOffset? RetiredAt, string State);
}
