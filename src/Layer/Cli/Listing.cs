using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Layer.Cli;

/// <summary>One column of a listing.</summary>
/// <param name="Title">Heading in the table.</param>
/// <param name="Name">Name of the column in CSV.</param>
/// <param name="Text">The cell, as the source wrote it; made safe where it is printed.</param>
internal sealed record Column<T>(string Title, string Name, Func<T, string> Text)
{
    public bool Right { get; init; }

    /// <summary>May be shortened when the terminal is narrow; others keep their full width.</summary>
    public bool Shrinks { get; init; }

    /// <summary>Shortened at its start, as the end tells more (ids, scopes).</summary>
    public bool KeepEnd { get; init; }

    /// <summary>In CSV only: too long for a line.</summary>
    public bool CsvOnly { get; init; }

    public Func<T, Tone>? Tone { get; init; }
}

/// <summary>Writes rows as a table for people, as <c>{"value":[…]}</c>, or as CSV.</summary>
internal sealed class Listing<T>(IReadOnlyList<Column<T>> columns, Action<Utf8JsonWriter, T> writeJson)
{
    private const int Gap = 2;
    private const int NarrowestColumn = 8;

    public void Write(Terminal terminal, OutputForm form, IReadOnlyCollection<T> rows)
    {
        switch (form)
        {
            case OutputForm.Json: Json.WriteValue(terminal, rows, writeJson); break;
            case OutputForm.Csv: WriteCsv(terminal.Out, rows); break;
            default: WriteTable(terminal, rows); break;
        }

        terminal.Out.Flush();
    }

    private void WriteCsv(TextWriter output, IReadOnlyCollection<T> rows)
    {
        output.Write(string.Join(',', columns.Select(column => column.Name)));
        output.Write("\r\n");
        foreach (var row in rows)
        {
            output.Write(string.Join(',', columns.Select(column => SafeText.ForCsv(column.Text(row)))));
            output.Write("\r\n");
        }
    }

    private void WriteTable(Terminal terminal, IReadOnlyCollection<T> rows)
    {
        if (rows.Count == 0)
            return;
        Column<T>[] shown = [.. columns.Where(column => !column.CsvOnly)];
        var cells = rows.Select(row => Array.ConvertAll(shown, column => SafeText.ForTerminal(column.Text(row)))).ToArray();
        var widths = new int[shown.Length];
        for (var i = 0; i < shown.Length; i++)
            widths[i] = Math.Max(SafeText.WidthOf(shown[i].Title), cells.Max(row => SafeText.WidthOf(row[i])));
        if (terminal.OutIsTerminal)
            Narrow(shown, widths, terminal.Width);

        var ink = terminal.OutInk;
        terminal.Out.WriteLine(Line(shown, widths, i => shown[i].Title, _ => Tone.Quiet, ink));
        foreach (var (row, text) in rows.Zip(cells))
            terminal.Out.WriteLine(Line(shown, widths, i => text[i], i => shown[i].Tone?.Invoke(row) ?? Tone.Plain, ink));
    }

    private static string Line(Column<T>[] shown, int[] widths, Func<int, string> text, Func<int, Tone> tone, Ink ink)
    {
        var line = new StringBuilder();
        for (var i = 0; i < shown.Length; i++)
        {
            var cell = SafeText.Fit(text(i), widths[i], shown[i].KeepEnd);
            var padding = new string(' ', widths[i] - SafeText.WidthOf(cell));
            if (i > 0)
                line.Append(' ', Gap);
            if (shown[i].Right)
                line.Append(padding);
            line.Append(ink.Paint(cell, tone(i)));
            if (!shown[i].Right && i < shown.Length - 1)
                line.Append(padding);
        }

        return line.ToString();
    }

    private static void Narrow(Column<T>[] shown, int[] widths, int available)
    {
        var excess = widths.Sum() + (Gap * (shown.Length - 1)) - available;
        while (excess > 0)
        {
            var widest = -1;
            for (var i = 0; i < shown.Length; i++)
            {
                if (shown[i].Shrinks && widths[i] > NarrowestColumn && (widest < 0 || widths[i] > widths[widest]))
                    widest = i;
            }

            if (widest < 0)
                return;
            widths[widest]--;
            excess--;
        }
    }
}

/// <summary>JSON on standard output: indented for a person at a terminal, one line for a program.</summary>
internal static class Json
{
    /// <summary>Leaves letters of every language as they are: answers are JSON and never markup.</summary>
    public static JavaScriptEncoder Readable => JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    public static void WriteValue<T>(Terminal terminal, IEnumerable<T> rows, Action<Utf8JsonWriter, T> writeRow) =>
        Write(terminal.Out, terminal.OutIsTerminal, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("value");
            foreach (var row in rows)
                writeRow(json, row);
            json.WriteEndArray();
            json.WriteEndObject();
        });

    public static void Write(TextWriter output, bool indented, Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = indented, Encoder = Readable }))
            write(json);
        output.WriteLine(SafeText.ForJson(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length)));
        output.Flush();
    }
}
