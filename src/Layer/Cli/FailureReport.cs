using Layer.Evidence.Collecting;
using Layer.Evidence.Errors;
using Layer.Operations;

namespace Layer.Cli;

/// <summary>Tells a person, or a program that asked for JSON, what failed; always on the error stream.</summary>
internal static class FailureReport
{
    // What support and Microsoft ask for; everything else a card needs is in its text.
    public static readonly (string Fact, string Label)[] Quoted =
        [("azureCode", "Azure"), ("errorCode", "Entra"), ("correlationId", "correlation"), ("requestId", "request"), ("traceId", "trace")];

    private const string PublicPortal = "https://portal.azure.com";

    /// <param name="app">The app.</param>
    /// <param name="failure">What failed.</param>
    /// <param name="connecting">Whether nothing was saved yet.</param>
    /// <param name="form">JSON, or a card.</param>
    /// <param name="about">The connection it is about, where there may be several; null where there is one.</param>
    /// <returns>The exit code of the failure.</returns>
    public static int Print(LayerApp app, Failure failure, bool connecting, OutputForm form, string? about = null)
    {
        failure = WithPortal(failure);
        var entry = ErrorCatalog.Get(failure.Code);
        var card = ErrorCatalog.Card(failure, connecting);
        if (form == OutputForm.Json)
            WriteJson(app.Terminal, card, failure, about);
        else
            CardPrinter.Print(app.Terminal, about is null ? card : card with { Title = $"{about}: {card.Title}" }, Details(failure, app.Clock));
        return ExitCode.Of(entry.Kind);
    }

    /// <summary>What is refused before any call knows no cloud yet; the public one is right for nearly everybody.</summary>
    public static Failure WithPortal(Failure failure) => failure.Facts.ContainsKey("portal")
        ? failure
        : failure with { Facts = new Dictionary<string, string>(failure.Facts, StringComparer.Ordinal) { ["portal"] = PublicPortal } };

    /// <summary>What to quote to support: ids and the time, never a secret.</summary>
    public static IEnumerable<string> Details(Failure failure, TimeProvider clock)
    {
        foreach (var (fact, label) in Quoted)
        {
            if (failure.Facts.TryGetValue(fact, out var value) && value.Length > 0)
                yield return $"{label} {value}";
        }

        yield return $"{clock.GetUtcNow():yyyy-MM-ddTHH:mm:ss}Z";
    }

    private static void WriteJson(Terminal terminal, ErrorCard card, Failure failure, string? about) => Json.Write(terminal.Error, terminal.ErrorIsTerminal, json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("code", card.Code);
        if (about is not null)
            json.WriteString("connection", about);
        json.WriteString("title", card.Title);
        json.WriteString("why", card.Why);
        WriteTexts("do", card.DoThis);
        WriteTexts("commands", card.Commands);
        json.WriteString("link", card.Link);
        json.WriteString("safe", card.Safe);
        foreach (var (fact, _) in Quoted)
        {
            if (failure.Facts.TryGetValue(fact, out var value))
                json.WriteString(fact, value);
        }

        json.WriteEndObject();
        json.WriteEndObject();

        void WriteTexts(string name, IEnumerable<string> texts)
        {
            json.WriteStartArray(name);
            foreach (var text in texts)
                json.WriteStringValue(text);
            json.WriteEndArray();
        }
    });
}
