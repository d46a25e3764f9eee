using System.CommandLine;

namespace Layer.Cli;

/// <summary>What cannot be taken back is asked for once more: at a terminal by a question, elsewhere by <c>--yes</c>.</summary>
internal static class Confirmation
{
    /// <summary>Adds <c>--yes</c>; without a terminal its absence is a problem told with all others.</summary>
    public static Option<bool> AddTo(Command command, LayerApp app)
    {
        var yes = new Option<bool>("--yes") { Description = "do not ask; needed where nobody can be asked" };
        // Not a validator of the command: those are asked first, and a problem of theirs hides what else is missing.
        yes.Validators.Add(result =>
        {
            if (!app.Terminal.CanAsk && !result.GetValueOrDefault<bool>())
                result.AddError("--yes is missing: this cannot be taken back, and without a terminal nobody can be asked.");
        });
        command.Options.Add(yes);
        return yes;
    }

    /// <summary>Asks unless that was answered on the command line. Anything but yes is no.</summary>
    public static bool Given(Terminal terminal, bool yes, string question)
    {
        if (yes)
            return true;
        terminal.Error.Write($"  {SafeText.ForTerminal(question)} {terminal.ErrorInk.Quiet("[no]")}: ");
        if (terminal.In.ReadLine()?.Trim() is { } answer
            && (answer.Equals("yes", StringComparison.OrdinalIgnoreCase) || answer.Equals("y", StringComparison.OrdinalIgnoreCase)))
            return true;
        terminal.Say("Nothing was changed.");
        return false;
    }
}
