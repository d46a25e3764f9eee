using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Layer.Cli;
using Layer.Operations;
using Layer.Syncing;

namespace Layer.Notices;

/// <summary><c>layer notices list|test</c>.</summary>
internal static class NoticesCommand
{
    public static Command Create(LayerApp app)
    {
        var output = OutputOption.Create();
        var test = new Command("test", "Send a message over every channel that is set, and say what became of it.") { output };
        test.SetAction((parsed, cancellationToken) => TestAsync(app, parsed.GetValue(output), cancellationToken));
        return new Command("notices", "Messages about failures, secrets that end and checkpoints.") { List(app), test };
    }

    private static Command List(LayerApp app)
    {
        var output = OutputOption.Create();
        var command = new Command("list", "List what was told over which channel, newest first.") { output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var form = parsed.GetValue(output);
            if (await app.FindReadableAsync(cancellationToken) is not var (layer, workspace))
                return SyncCommand.NothingConnected(app, form);
            await using var opened = layer;
            var told = await ToldNotice.ListAsync(layer.Database, workspace.Id, cancellationToken);
            new Listing<ToldNotice>(
                [
                    new("LAST TRY", "lastTriedAt", notice => Time(notice.LastTriedAt)),
                    new("KIND", "kind", notice => notice.Kind) { Tone = _ => Tone.Strong },
                    new("ABOUT", "about", notice => notice.About) { Shrinks = true },
                    new("CHANNEL", "channel", notice => notice.Channel),
                    new("STATUS", "status", notice => notice.Status) { Tone = notice => notice.Status switch { "delivered" => Tone.Good, "given-up" => Tone.Bad, _ => Tone.Caution } },
                    new("TRIES", "tries", notice => notice.Tries.ToString(CultureInfo.InvariantCulture)) { Right = true },
                    new("REASON", "reason", notice => notice.Reason ?? "") { Shrinks = true },
                    new("CODE", "code", notice => notice.Code ?? "") { CsvOnly = true },
                    new("DELIVERED", "deliveredAt", notice => notice.DeliveredAt is { } at ? Time(at) : "") { CsvOnly = true },
                ],
                WriteJson).Write(app.Terminal, form, told);
            if (told.Count == 0)
                app.Terminal.Say("Nothing was told yet. Try the channels that are set with: layer notices test");
            return ExitCode.Done;
        });
        return command;
    }

    private static void WriteJson(Utf8JsonWriter json, ToldNotice notice)
    {
        json.WriteStartObject();
        json.WriteString("kind", notice.Kind);
        json.WriteString("about", notice.About);
        json.WriteString("channel", notice.Channel);
        json.WriteString("status", notice.Status);
        json.WriteNumber("tries", notice.Tries);
        json.WriteString("lastTriedAt", Time(notice.LastTriedAt));
        json.WriteString("deliveredAt", notice.DeliveredAt is { } at ? Time(at) : null);
        json.WriteString("code", notice.Code);
        json.WriteString("reason", notice.Reason);
        json.WriteEndObject();
    }

    private static string Time(DateTimeOffset at) => at.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static async Task<int> TestAsync(LayerApp app, OutputForm form, CancellationToken cancellationToken)
    {
        await using var layer = await app.OpenAsync(withKeys: false, cancellationToken);
        var channels = NoticeChannels.Of(layer.Settings, app.Clock);
        if (channels.Count == 0)
        {
            return UsageProblems.Print(
                app.Terminal, ["No channel is set. Allowed: Layer:NoticeWebhook with Layer:NoticeWebhookSecret; Layer:NoticeChat; Layer:Smtp with Layer:NoticeFrom and Layer:NoticeTo."], "layer config explain");
        }

        var notice = await new NoticeBoard(layer).TestAsync(await layer.FindWorkspaceAsync(cancellationToken), cancellationToken);
        var results = new List<(string Channel, Evidence.Collecting.Failure? Failure)>();
        foreach (var channel in channels)
        {
            try
            {
                await channel.SendAsync(notice, Guid.CreateVersion7(app.Clock.GetUtcNow()), cancellationToken);
                results.Add((channel.Name, null));
            }
            catch (RefusedException undelivered)
            {
                results.Add((channel.Name, undelivered.Failure));
            }
        }

        new Listing<(string Channel, Evidence.Collecting.Failure? Failure)>(
            [
                new("CHANNEL", "channel", result => result.Channel) { Tone = _ => Tone.Strong },
                new("STATUS", "status", result => result.Failure?.Code ?? "delivered") { Tone = result => result.Failure is null ? Tone.Good : Tone.Bad },
            ],
            (json, result) =>
            {
                json.WriteStartObject();
                json.WriteString("channel", result.Channel);
                json.WriteString("code", result.Failure?.Code);
                json.WriteEndObject();
            }).Write(app.Terminal, form, results);
        return ExitCode.WorstOf([.. results.Where(result => result.Failure is not null).Select(result => FailureReport.Print(app, result.Failure!, connecting: false, form))]);
    }
}
