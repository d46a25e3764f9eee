using System.CommandLine;
using Layer.Cli;
using Layer.Operations;

namespace Layer.Notices;

/// <summary><c>layer notices test</c>.</summary>
internal static class NoticesCommand
{
    public static Command Create(LayerApp app)
    {
        var output = OutputOption.Create();
        var test = new Command("test", "Send a message over every channel that is set, and say what became of it.") { output };
        test.SetAction((parsed, cancellationToken) => TestAsync(app, parsed.GetValue(output), cancellationToken));
        return new Command("notices", "Messages about failures, secrets that end and checkpoints.") { test };
    }

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
