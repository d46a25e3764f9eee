using Layer.Cli;
using Layer.Evidence.Audits;

namespace Layer.Audits.Documents;

internal sealed partial class ReportPage
{
    private Markup Readings()
    {
        var readings = contents.LastReadings;
        var body = new List<Markup>
        {
            Table(
                [("Subscription", false), ("Read at (UTC)", false), ("Role assignments", true), ("Privileged", true), ("Principals", true), ("Roles in use", true), ("Resource groups", true)],
                readings.Take(MostRows).Select(reading => Markup.Of(
                    $"<tr><th scope=\"row\">{Subscription(reading.Subscription)}</th><td class=\"day\">{Period.Minute(reading.Observed)}{Older(reading)}</td><td class=\"n\">{reading.Assignments}</td><td class=\"n\">{reading.Privileged}{(reading.Unknown == 0 ? Markup.Empty : Markup.Of($"<small>{reading.Unknown} unknown</small>"))}</td><td class=\"n\">{reading.Principals}</td><td class=\"n\">{reading.Roles}<small>{reading.CustomRoles} custom</small></td><td class=\"n\">{reading.Groups}<small>{reading.TaggedGroups} with tags</small></td></tr>\n"))),
            Shown(readings.Count, "populations.jsonl"),
            Paragraph($"Privileged by the rule {Code(Privilege.Version)}: a role that can change anything, give rights to others, or hand out keys. The rule looks at what a role's definition allows, never at its name. A principal that holds roles in two subscriptions counts in both."),
        };
        var holders = readings.SelectMany(reading => reading.Holders).GroupBy(holder => holder.Key, holder => holder.Value, StringComparer.Ordinal).OrderByDescending(holder => holder.Sum()).ThenBy(holder => holder.Key, StringComparer.Ordinal).ToList();
        var all = holders.Sum(holder => holder.Sum());
        body.Add(Heading("Who holds these assignments"));
        body.Add(Table(
            [("Type of principal, in Azure's word", false), ("Assignments", true), ("Share", true), ("What that means", false)],
            holders.Select(holder => Markup.Of(
                $"<tr><th scope=\"row\">{(holder.Key.Length == 0 ? "no type given" : holder.Key)}</th><td class=\"n\">{holder.Sum()}</td><td class=\"n\">{Period.Percent(holder.Sum(), all)}</td><td>{Meaning(holder.Key)}</td></tr>\n"))));
        body.Add(Heading("Perform it again"));
        body.Add(Paragraph($"Ask Azure yourself, with an account that may read the subscription, and compare the number with the one above if nothing has changed since:"));
        body.Add(Markup.Of($"<pre>az rest --method get --query \"length(value)\" --url \"/subscriptions/SUBSCRIPTION/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01\"</pre>\n"));
        body.Add(Paragraph($"It counts the first page of the list; Azure answers in one page up to some thousand rows. {NeverRead(contents.Scope.Subscriptions.Count - readings.Count)}"));
        return Section(
            "readings", $"{Words.Count(all, "role assignment")} stood at the end of the window",
            $"The last complete reading of each subscription up to the end of the window, in numbers. The full lists are in {Code("populations.jsonl")} and {Code("observations.jsonl")}.", [.. body]);
    }

    private static string NeverRead(int subscriptions) => subscriptions switch
    {
        0 => "",
        1 => "1 subscription in scope was never read up to the end of the window.",
        _ => $"{subscriptions} subscriptions in scope were never read up to the end of the window.",
    };

    private Markup Older(LastReading reading) =>
        DateOnly.FromDateTime(reading.Observed.UtcDateTime) == Window.To.AddDays(-1) ? Markup.Empty : Markup.Of($"<small>the last one there is</small>");

    private static string Meaning(string type) => type switch
    {
        "User" => "A person, or an account used like one.",
        "Group" => "Everybody who is a member; who that was is not read.",
        "ServicePrincipal" => "An application or a managed identity.",
        "ForeignGroup" => "A group of another tenant: somebody outside this directory.",
        "Device" => "A device.",
        _ => "Azure does not say.",
    };
}
