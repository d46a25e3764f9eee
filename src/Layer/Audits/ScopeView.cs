using System.Text.Json;
using Layer.Cli;
using Layer.Evidence.Audits;
using Layer.Evidence.Canonical;

namespace Layer.Audits;

/// <summary>Shows what stands for a window, and the command that decides the rest.</summary>
/// <param name="terminal">Where to.</param>
/// <param name="scope">What stands.</param>
internal sealed class ScopeView(Terminal terminal, StatedScope scope)
{
    /// <param name="sealedAt">Index of the leaf that was sealed just now; null when nothing was.</param>
    /// <param name="form">JSON and CSV have the columns of subscriptions.csv.</param>
    public void Write(long? sealedAt, OutputForm form)
    {
        SubscriptionRow[] rows = [.. scope.Rows.OrderBy(NameOf, StringComparer.Ordinal).ThenBy(row => row.Subscription)];
        if (form == OutputForm.Json)
            WriteJson(rows);
        else
            Columns(form).Write(terminal, form, rows);
        var ink = terminal.ErrorInk;
        if (sealedAt is { } index)
            terminal.Say($"{ink.Good("✓")} Sealed as leaf {index} and signed.");
        var (window, statement) = (scope.Window, scope.Statement);
        terminal.Say(statement is { } made
            ? SafeText.ForTerminal($"Stated for {window} by {made.By} on {Day.Format(made.Day)} (leaf {made.Leaf}, sealed by {made.Actor}).")
            : rows.Length == 0
                ? $"No subscription was connected or visible in {window}."
                : $"Nobody has stated the scope of {window}: every connected subscription is taken.");
        foreach (var unknown in rows.Where(row => row is { FirstVisible: null, ConnectedFrom: null }))
            terminal.Say(ink.Caution($"! {SafeText.ForTerminal(NameOf(unknown))} was neither connected nor visible in this window."));
        if (scope.Undecided > 0)
            terminal.Say(ink.Caution($"! {Words.Count(scope.Undecided, "subscription")} {(scope.Undecided == 1 ? "needs" : "need")} a decision: {SafeText.ForTerminal(string.Join(", ", rows.Where(IsUndecided).Select(NameOf)))}"));
        if (rows.Length > 0 && (scope.Undecided > 0 || statement is null))
        {
            terminal.Say(ink.Quiet(statement is null ? "State it with:" : "A new statement replaces this one:"));
            terminal.Say($"  {ink.Accent(SafeText.ForTerminal(CommandFor(rows)))}");
        }
    }

    private static string NameOf(SubscriptionRow row) => row.Name.Length > 0 ? row.Name : row.Subscription.ToString();

    private static bool IsUndecided(SubscriptionRow row) => row.State == SubscriptionState.Undecided;

    private static string Decision(SubscriptionRow row) => row.State switch
    {
        SubscriptionState.Included => "in",
        SubscriptionState.Excluded => "out",
        SubscriptionState.Connected => "in, not stated",
        _ => "needs a decision",
    };

    private static Tone ToneOf(SubscriptionRow row) => row.State switch
    {
        SubscriptionState.Included => Tone.Good,
        SubscriptionState.Excluded => Tone.Quiet,
        _ => Tone.Caution,
    };

    private static string Span(DateOnly? from, DateOnly? to) => from is { } first ? $"{Day.Format(first)} – {(to is { } last ? Day.Format(last) : "")}".TrimEnd() : "–";

    private static Listing<SubscriptionRow> Columns(OutputForm form) => new(
        form == OutputForm.Csv
            ?
            [
                Csv("subscription", row => row.Subscription.ToString()), Csv("name", row => row.Name), Csv("tenant", row => row.Tenant), Csv("state", row => row.State),
                Csv("by", row => row.By), Csv("reason", row => row.Reason), Csv("firstVisible", row => Text(row.FirstVisible)), Csv("lastVisible", row => Text(row.LastVisible)),
                Csv("connectedFrom", row => Text(row.ConnectedFrom)), Csv("connectedTo", row => Text(row.ConnectedTo)),
            ]
            :
            [
                new("SUBSCRIPTION", "name", NameOf) { Shrinks = true, Tone = _ => Tone.Strong },
                new("ID", "subscription", row => row.Subscription.ToString()) { Tone = _ => Tone.Quiet },
                new("SCOPE", "state", Decision) { Tone = ToneOf },
                new("BY", "by", row => row.By ?? "") { Shrinks = true },
                new("REASON", "reason", row => row.Reason ?? "") { Shrinks = true },
                new("VISIBLE", "visible", row => Span(row.FirstVisible, row.LastVisible)) { Tone = _ => Tone.Quiet },
                new("CONNECTED", "connected", row => Span(row.ConnectedFrom, row.ConnectedTo)) { Tone = _ => Tone.Quiet },
            ],
        WriteRow);

    private static Column<SubscriptionRow> Csv(string name, Func<SubscriptionRow, string?> text) => new(name, name, row => text(row) ?? "");

    private static string? Text(DateOnly? day) => day is { } known ? Day.Format(known) : null;

    private void WriteJson(IReadOnlyList<SubscriptionRow> rows) => Json.Write(terminal.Out, terminal.OutIsTerminal, json =>
    {
        json.WriteStartObject();
        scope.WriteStatement(json);
        json.WriteStartArray("value");
        foreach (var row in rows)
            WriteRow(json, row);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>A subscription of a window as JSON, with the columns of subscriptions.csv.</summary>
    public static void WriteRow(Utf8JsonWriter json, SubscriptionRow row)
    {
        json.WriteStartObject();
        json.WriteString("subscription", row.Subscription);
        json.WriteString("name", row.Name);
        json.WriteString("tenant", row.Tenant);
        json.WriteString("state", row.State);
        json.WriteString("by", row.By);
        json.WriteString("reason", row.Reason);
        json.WriteString("firstVisible", Text(row.FirstVisible));
        json.WriteString("lastVisible", Text(row.LastVisible));
        json.WriteString("connectedFrom", Text(row.ConnectedFrom));
        json.WriteString("connectedTo", Text(row.ConnectedTo));
        json.WriteEndObject();
    }

    // Whole, because a later statement replaces the earlier one: what was decided is in it as well.
    private string CommandFor(IReadOnlyList<SubscriptionRow> rows)
    {
        var parts = new List<string> { $"layer audit scope --window {scope.Window} --by {(scope.Statement is { } made ? Quoted(made.By) : "\"NAME, TITLE\"")}" };
        if (scope.Statement is null)
            parts.Add(scope.Connected.Count > 0 ? "--all-connected" : "");
        parts.AddRange(rows.Where(row => row.State == SubscriptionState.Included).Select(row => $"--in {Named(rows, row)}"));
        parts.AddRange(rows.Where(row => row.State == SubscriptionState.Excluded).Select(row => $"--out {Quoted($"{Named(rows, row)}={row.Reason}")}"));
        parts.AddRange(rows.Where(IsUndecided).Select(row => $"--out {Named(rows, row)}=\"WHY NOT\""));
        return string.Join(' ', parts.Where(part => part.Length > 0));
    }

    private static string Named(IReadOnlyList<SubscriptionRow> rows, SubscriptionRow row) =>
        row.Name.Length > 0 && row.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && rows.Count(each => each.Name == row.Name) == 1
            ? row.Name : row.Subscription.ToString();

    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
