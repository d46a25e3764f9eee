using System.Globalization;
using System.Text.Json;
using Layer.Cli;
using Layer.Evidence.Audits;
using Layer.Evidence.Observations;

namespace Layer.Audits.Documents;

internal sealed partial class ReportPage
{
    private static readonly (string Type, string Title)[] Kinds =
    [
        (ObservationType.RoleAssignment, "Role assignments"), (ObservationType.RoleDefinition, "Role definitions"), (ObservationType.ResourceGroup, "Resource groups"),
        (ObservationType.Subscription, "Subscriptions"),
    ];

    private Markup Changes()
    {
        var changes = contents.Changes;
        if (changes.Count == 0)
            return Section("changes", $"Nothing changed in this window", $"No reading of the window differs from the one before it.");
        var body = new List<Markup> { Heading("By month"), ByMonth() };
        if (changes.Drawn > 0)
            body.Add(Note($"{Words.Count(changes.Drawn, "assignment")} of these {(changes.Drawn == 1 ? "was" : "were")} there when the subscription was read for the first time, and Azure dates {(changes.Drawn == 1 ? "its" : "their")} creation into the window. What was granted and taken away before the first reading is not visible."));
        var shown = changes.Shown;
        body.Add(Heading(changes.Count <= ChangeTally.Most ? "All of them, the newest first" : "The newest that concern privileged access first in line"));
        body.Add(Table([("Seen (UTC)", false), ("Change", false), ("What", false), ("Subscription", false), ("", false)], shown.Select(Row)));
        if (changes.Count > shown.Count)
            body.Add(Paragraph($"{shown.Count} of {changes.Count} are shown, privileged ones before others and newer before older; all are in {Code("changes.csv")}."));
        body.Add(contents.Principals is null
            ? Paragraph($"Principals are given by their object id: names are personal and go with a bundle on request only.")
            : Paragraph($"Names are those that the directory gave at the last look-up before this checkpoint; {Code("principals.csv")} has all of them. They are committed to in the log and are no evidence of their own."));
        body.Add(Paragraph($"A change lies between the reading that shows it and the one before. What came and went between two readings is not visible to anybody here."));
        return Section(
            "changes", $"{Words.Count(changes.Count, "change")} in the window, {changes.Privileged} of them about privileged access",
            $"Each is the difference between two complete readings, with what Azure says about who made it and when.", [.. body]);
    }

    private Markup ByMonth()
    {
        var months = contents.Changes.Months.GroupBy(month => month.Key.Month).ToList();
        var kinds = Kinds.Where(kind => contents.Changes.Of(kind.Type).Sum > 0).ToList();
        return Markup.Join(
        [
            Table(
                [("Month", false), .. kinds.Select(kind => (kind.Title, true))],
                months.Select(month => Markup.Of(
                    $"<tr><th scope=\"row\">{month.Key.ToString("MMMM yyyy", CultureInfo.InvariantCulture)}</th>{Markup.Join(kinds.Select(kind => Cell(contents.Changes.Months.GetValueOrDefault((month.Key, kind.Type)))))}</tr>\n")),
                Markup.Of($"<tr><th scope=\"row\">All</th>{Markup.Join(kinds.Select(kind => Cell(contents.Changes.Of(kind.Type))))}</tr>")),
            Markup.Of($"<p class=\"small quiet\">+ came, ~ changed, − went. A role definition comes when its first assignment is seen.</p>\n"),
        ]);
    }

    private static Markup Cell(ChangeCount count) => count.Sum == 0
        ? Markup.Of($"<td class=\"n quiet\">–</td>")
        : Markup.Of($"<td class=\"n\">+{count.Added} ~{count.Changed} −{count.Removed}</td>");

    private Markup Row(ChangeRow row) => Markup.Of(
        $"<tr><td class=\"day\">{Period.Minute(row.Observed)}{(row.Previous is { } previous ? Markup.Of($"<small>after {Period.Minute(previous)}</small>") : Markup.Empty)}</td><td class=\"nowrap\">{Sign(row.Change)}</td><td>{What(row)}</td><td><bdi>{(NameOf(row.Subscription) is { Length: > 0 } name ? name : Text(row.Subscription))}</bdi></td><td>{Marks(row)}</td></tr>\n");

    private static string Sign(string change) => change switch
    {
        ChangeRow.Added => "+ came",
        ChangeRow.Removed => "− went",
        _ => "~ changed",
    };

    private Markup What(ChangeRow row)
    {
        if (row.Type != ObservationType.RoleAssignment)
            return Markup.Of($"{Kinds.First(kind => kind.Type == row.Type).Title[..^1]} <b><bdi>{row.Label}</bdi></b>{Differences(row)}");
        return Markup.Of($"{Held(row.Subscription, row.Connection, row.Label, row.After ?? row.Before ?? "{}")}{Differences(row)}");
    }

    // Role, scope and holder of an assignment.
    private Markup Held(Guid subscription, Guid connection, string roleName, string assignment)
    {
        using var facts = JsonDocument.Parse(assignment);
        var role = roleName.Length == 0 ? Fact(facts, "roleDefinitionId") : roleName;
        var created = Fact(facts, "createdOn") is { Length: >= 10 } on ? $", created {on[..10]}{(Fact(facts, "createdBy") is { Length: > 0 } by ? $" by {by}" : "")}" : "";
        return Markup.Of(
            $"<b><bdi>{role}</bdi></b> on <bdi>{ShortScope(Fact(facts, "scope"), subscription)}</bdi><small>{Fact(facts, "principalType")} {Principal(connection, Fact(facts, "principalId"))}{created}</small>");
    }

    // Which facts are others than before; what they say stands in changes.csv.
    private static Markup Differences(ChangeRow row)
    {
        if (row.Before is not { } before || row.After is not { } after)
            return Markup.Empty;
        using var was = JsonDocument.Parse(before);
        using var now = JsonDocument.Parse(after);
        var names = now.RootElement.EnumerateObject()
            .Where(fact => !was.RootElement.TryGetProperty(fact.Name, out var old) || old.GetRawText() != fact.Value.GetRawText()).Select(fact => fact.Name).ToList();
        return Markup.Of($"<small>other than before: {string.Join(", ", names)}</small>");
    }

    private Markup Principal(Guid connection, string id)
    {
        var name = contents.Principals?.Find(connection, id) switch
        {
            // An application's client id beside its object id would only be mistaken for it.
            { State: NameRecord.Resolved, Name: { } known } record => Markup.Of($"<bdi>{known}</bdi>{(record.UpnOrAppId is { } upn && upn.Contains('@') ? Markup.Of($", <bdi>{upn}</bdi>") : Markup.Empty)}, "),
            { State: NameRecord.NotFound } => Markup.Of($"not found in the directory, "),
            _ => Markup.Empty,
        };
        return Markup.Of($"{name}<span class=\"mono\">{id}</span>");
    }

    private static Markup Marks(ChangeRow row) => row.Note is { } note ? Markup.Of($"{Mark(row.Privileged)}<small>{note}</small>") : Mark(row.Privileged);

    private static Markup Mark(string? privileged) => privileged switch
    {
        Privilege.Yes => Markup.Of($"<span class=\"chip warn\">privileged</span> "),
        Privilege.Unknown => Markup.Of($"<span class=\"chip warn\">privilege unknown</span> "),
        _ => Markup.Empty,
    };

    private static string Fact(JsonDocument facts, string name) =>
        facts.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.ToString() : "";

    private static string ShortScope(string scope, Guid subscription)
    {
        const string Groups = "/providers/Microsoft.Management/managementGroups/";
        var own = $"/subscriptions/{Text(subscription)}";
        if (scope == "/")
            return "everything (root)";
        if (scope.StartsWith(Groups, StringComparison.OrdinalIgnoreCase))
            return $"management group {scope[Groups.Length..]}";
        if (!scope.StartsWith(own, StringComparison.OrdinalIgnoreCase))
            return scope;
        return scope.Length == own.Length ? "the subscription" : scope[(own.Length + 1)..].Replace("resourceGroups/", "", StringComparison.OrdinalIgnoreCase);
    }
}
