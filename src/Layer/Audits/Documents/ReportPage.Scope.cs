using Layer.Evidence.Audits;

namespace Layer.Audits.Documents;

internal sealed partial class ReportPage
{
    private Markup Scope()
    {
        var rows = contents.Subscriptions.Rows;
        var reasons = rows.Any(row => row.Reason is not null);
        var body = new List<Markup>
        {
            contents.Scope.Statement is { } statement
                ? Paragraph($"{statement.By} stated the scope of this window; it was sealed by {statement.Actor}.")
                : Note($"<b>Nobody stated the scope of this window.</b> Every subscription that was connected in it was taken. That this is all of them is management's assertion."),
            Table(
                [("Subscription", false), ("State", false), ("Seen by an app registration", false), ("Connected", false), .. reasons ? [("Reason", false)] : Array.Empty<(string, bool)>()],
                rows.Take(MostRows).Select(row => Markup.Of(
                    $"<tr><th scope=\"row\"><bdi>{row.Name}</bdi><small class=\"mono\">{Text(row.Subscription)}</small></th><td>{State(row.State)}</td><td class=\"day\">{Run(row.FirstVisible, row.LastVisible)}</td><td class=\"day\">{Run(row.ConnectedFrom, row.ConnectedTo)}</td>{(reasons ? Markup.Of($"<td><bdi>{row.Reason}</bdi></td>") : Markup.Empty)}</tr>\n"))),
            Shown(rows.Count, "subscriptions.csv"),
        };
        if (rows.All(row => row.FirstVisible is null))
            body.Add(Note($"What the app registrations could see was never recorded in this window: a subscription that nobody connected would not show here."));
        if (contents.Subscriptions.Undecided > 0)
            body.Add(Note($"Undecided: it was there to be seen, and nobody said whether the audit covers it. Nothing of it is in the numbers below."));
        body.Add(Heading("What no list can show"));
        body.Add(Paragraph($"Layer sees what its app registrations may see. A tenant without one, and a subscription that none of them may see, appears nowhere in this bundle. That the list is complete remains management's assertion."));
        var included = contents.Scope.Subscriptions.Count;
        return Section(
            "scope", $"{(included == 1 ? "1 subscription is" : $"{included} subscriptions are")} in scope",
            $"{Decided(rows, contents.Scope.Statement is not null)}", [.. body]);
    }

    private static string Decided(IReadOnlyList<SubscriptionRow> rows, bool stated)
    {
        var excluded = rows.Count(row => row.State == SubscriptionState.Excluded);
        var undecided = rows.Count(row => row.State == SubscriptionState.Undecided);
        var open = $"{(undecided == 0 ? "none is" : undecided == 1 ? "1 is" : $"{undecided} are")} undecided";
        return stated
            ? $"A named person stated it. {(excluded == 0 ? "None is" : excluded == 1 ? "1 is" : $"{excluded} are")} excluded; {open}."
            : $"Taken from what was connected, because nobody stated it; {open}.";
    }

    private static Markup State(string state) => state switch
    {
        SubscriptionState.Included or SubscriptionState.Connected => Markup.Of($"<span class=\"chip direct\">in: {state}</span>"),
        SubscriptionState.Excluded => Markup.Of($"<span class=\"chip\">out: {state}</span>"),
        _ => Markup.Of($"<span class=\"chip warn\">{state}</span>"),
    };

    private static Markup Run(DateOnly? from, DateOnly? to) => (from, to) switch
    {
        (null, _) => Markup.Of($"<span class=\"quiet\">never</span>"),
        ({ } first, null) => Markup.Of($"from {first}"),
        ({ } first, { } last) when first == last => Markup.Of($"{first}"),
        ({ } first, { } last) => Markup.Of($"{first}<small>to {last}</small>"),
    };

    // What a long table leaves out is said, and where all of it stands.
    private static Markup Shown(long all, string file, string order = "") => all <= MostRows
        ? Markup.Empty
        : Paragraph($"{MostRows} of {all} are shown{order}; all are in {Code(file)}.");
}
