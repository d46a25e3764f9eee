namespace Layer.Cli;

/// <summary>One line on the error stream that rewrites itself; silent where there is no terminal.</summary>
internal sealed class ProgressLine(Terminal terminal, TimeProvider clock) : IDisposable
{
    private const int BarWidth = 24;
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(60);
    private long _shown;

    public void Show(int done, int total, string what)
    {
        if (!terminal.CanShowProgress || (_shown != 0 && done < total && clock.GetElapsedTime(_shown) < Between))
            return;
        _shown = clock.GetTimestamp();
        var ink = terminal.ErrorInk;
        var filled = total == 0 ? BarWidth : BarWidth * done / total;
        var bar = ink.Accent(new string('━', filled)) + ink.Quiet(new string('─', BarWidth - filled));
        var room = terminal.Width - BarWidth - 6;
        terminal.Error.Write($"\r\e[K  {bar}  {SafeText.Fit(SafeText.ForTerminal(what), room, keepEnd: false)}");
    }

    public void Dispose()
    {
        if (_shown != 0)
            terminal.Error.Write("\r\e[K");
        _shown = 0;
    }
}
