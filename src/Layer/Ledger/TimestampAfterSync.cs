using System.Data.Common;
using Layer.Cli;
using Layer.Operations;
using Layer.Workspaces;

namespace Layer.Ledger;

/// <summary>The day's time stamp after a sync, when an authority is set.</summary>
internal static class TimestampAfterSync
{
    /// <summary>Asks at most once a UTC day and for at most ten seconds. Whatever becomes of it, the sync stands; a person is told in one line.</summary>
    public static async Task RunAsync(LayerApp app, Installation layer, Workspace workspace, CancellationToken cancellationToken)
    {
        if (layer.Timestamps is not { } timestamps)
            return;
        try
        {
            await timestamps.StampOnceADayAsync(workspace.Id, cancellationToken);
        }
        catch (RefusedException refused)
        {
            var card = ErrorCatalog.Card(refused.Failure, connecting: false);
            Say(app.Terminal, $"{card.Title} ({card.Code}): {card.Why}");
        }
        catch (DbException broken)
        {
            Say(app.Terminal, $"The time stamp was not stored: {broken.Message}");
        }
    }

    private static void Say(Terminal terminal, string note) =>
        terminal.Say($"{terminal.ErrorInk.Caution("!")} {SafeText.ForTerminal(note)}");
}
