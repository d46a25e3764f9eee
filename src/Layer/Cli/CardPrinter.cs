using Layer.Evidence.Errors;

namespace Layer.Cli;

/// <summary>Prints an error card for a person: what happened, why, what to do, what is safe, and what to quote to support.</summary>
internal static class CardPrinter
{
    private const int WidestText = 88;
    private const string Indent = "  ";

    /// <param name="terminal">Where to.</param>
    /// <param name="card">The filled card.</param>
    /// <param name="details">Quoted to support: correlation id, request id, time; never a secret.</param>
    public static void Print(Terminal terminal, ErrorCard card, IEnumerable<string> details)
    {
        var ink = terminal.ErrorInk;
        var width = Math.Min(terminal.Width, WidestText) - Indent.Length;
        terminal.Say();
        terminal.Say($"{ink.Bad("✗")} {ink.Strong(SafeText.ForTerminal(card.Title))}");
        Paragraph(card.Why, Indent, Indent);
        if (card.DoThis.Count > 0)
        {
            terminal.Say();
            terminal.Say(Indent + ink.Strong("Do this"));
            for (var i = 0; i < card.DoThis.Count; i++)
                Paragraph(card.DoThis[i], $"{Indent}{i + 1}. ", Indent + "   ");
        }

        // Never wrapped: a command is there to be copied whole.
        if (card.Commands.Count > 0)
            terminal.Say();
        foreach (var command in card.Commands)
            terminal.Say(Indent + ink.Accent(SafeText.ForTerminal(command)));

        terminal.Say();
        if (card.Link is not null)
            terminal.Say($"{Indent}{ink.Quiet("Open")}  {SafeText.ForTerminal(card.Link)}");
        Paragraph(card.Safe, $"{Indent}{ink.Good("Safe")}  ", Indent + "      ");
        terminal.Say(Indent + ink.Quiet(SafeText.ForTerminal(string.Join(" · ", details.Prepend(card.Code)))));
        terminal.Say();

        void Paragraph(string text, string first, string next)
        {
            var lead = first;
            foreach (var line in Wrapping.Lines(SafeText.ForTerminal(text), width - next.Length + Indent.Length))
            {
                terminal.Say(lead + line);
                lead = next;
            }
        }
    }
}

/// <summary>Breaks text at spaces.</summary>
internal static class Wrapping
{
    public static IEnumerable<string> Lines(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && SafeText.WidthOf(line) + 1 + SafeText.WidthOf(word) > width)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        if (line.Length > 0)
            yield return line;
    }
}
