using Layer.Azure;
using Layer.Cli;

namespace Layer.Connections;

/// <summary>Prints the steps of a check as they end, one line each, the same in connect and check.</summary>
internal sealed class CheckLadder(TextWriter output, Ink ink, int width)
{
    private const int Widest = 76;
    private const int TimeWidth = 9;

    public void Write(CheckStep step)
    {
        var (sign, tone) = step.Result switch
        {
            CheckResult.Pass => ("✓", Tone.Good),
            CheckResult.Warn => ("!", Tone.Caution),
            CheckResult.Fail => ("✗", Tone.Bad),
            _ => ("–", Tone.Quiet),
        };
        var room = Math.Min(width, Widest) - TimeWidth - 4;
        var title = SafeText.Fit(step.Title, room, keepEnd: false);
        var time = step.Result == CheckResult.Skipped ? "not run" : $"{step.Milliseconds} ms";
        output.WriteLine(
            $"  {ink.Paint(sign, tone)} {(step.Result == CheckResult.Skipped ? ink.Quiet(title) : title)}"
            + $"{new string(' ', room - SafeText.WidthOf(title))}{ink.Quiet(time.PadLeft(TimeWidth))}");
        if (step.Result is not (CheckResult.Fail or CheckResult.Warn))
            return;
        var details = string.Join(" · ", new[] { step.Failure?.Code, step.AzureAction }.Where(text => text is not null));
        output.WriteLine($"      {ink.Quiet(details)}");
        foreach (var line in Wrapping.Lines($"Without it: {step.LostWithoutIt}", Math.Min(width, Widest) - 6))
            output.WriteLine($"      {ink.Quiet(line)}");
    }

    public void WriteFacts(CheckStep step)
    {
        if (step.Id == "find-tenant" && step.Facts.TryGetValue("tenantId", out var tenant))
            output.WriteLine($"      {ink.Quiet("tenant " + tenant)}");
    }
}
