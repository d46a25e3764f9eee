using Layer.Cli;
using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;

namespace Layer.Audits.Documents;

internal sealed partial class ReportPage
{
    private Markup LogActs()
    {
        var (exceptions, deeds) = (contents.Notes.Exceptions, contents.Notes.Deeds);
        var body = new List<Markup> { Heading("Second thoughts about earlier records") };
        if (exceptions.Count == 0)
        {
            body.Add(Paragraph($"There is none: no later reading showed that an earlier one had lacked something."));
        }
        else
        {
            body.Add(Paragraph($"A record that lacked something stays as it is and is marked. {Code(SecondThought.Reappeared)}: an assignment was back, with the same id and creation date, after a reading without it. {Code(SecondThought.SeenLate)}: an assignment was seen for the first time more than 15 minutes after it was made and after a complete reading."));
            body.Add(Table(
                [("Noticed (UTC)", false), ("Code", false), ("Object", false), ("Record", true)],
                exceptions.Kept.Reverse().Select(exception => Markup.Of(
                    $"<tr><td class=\"day\">{Period.Minute(exception.At)}</td><td class=\"nowrap\"><code>{exception.Leaf.Code}</code></td><td><code>{exception.Leaf.Key}</code></td><td class=\"n\">{exception.Leaf.Record}</td></tr>\n"))));
            body.Add(Kept(exceptions.Kept.Count, exceptions.Count));
        }

        body.Add(Heading("Oddities that did not forbid evidence"));
        body.Add(contents.Notes.Anomalies.Count == 0
            ? Paragraph($"None was noted on any record of the window.")
            : Items(contents.Notes.Anomalies.Select(anomaly => $"{anomaly.Key}: {Words.Count(anomaly.Value, "time")}")));
        body.Add(Heading("What people did"));
        body.Add(Paragraph($"Connections made, changed, paused or ended; scopes stated; keys and mappings changed; bundles handed over: each is a leaf of the log, with who did it."));
        body.Add(deeds.Count == 0
            ? Paragraph($"Nothing of the kind was recorded in the window.")
            : Table(
                [("When (UTC)", false), ("What", false), ("Who", false), ("Why", false)],
                deeds.Kept.Reverse().Select(deed => Deed(deed.At, deed.Leaf))));
        body.Add(Kept(deeds.Kept.Count, deeds.Count));
        return Section(
            "log", $"{(exceptions.Count == 0 ? "No record was called into question" : $"{Words.Count(exceptions.Count, "second thought")} about earlier records")}",
            $"The log never changes an entry. What turned out later, and what people did, stands in it as entries of their own.", [.. body]);
    }

    private static Markup Kept(int shown, long all) => shown == all ? Markup.Empty : Paragraph($"The newest {shown} of {all} are shown; all are in {Code("leaves.jsonl")}.");

    private static Markup Deed(DateTimeOffset at, LeafBody leaf)
    {
        var (what, about, who, why) = leaf switch
        {
            ConnectionLeaf connection => ($"Connection {Words(connection.Change)}", connection.Name, connection.Actor, connection.Reason),
            ScopeLeaf scope => ("Scope stated", $"{scope.Window}: {scope.Included.Count} in, {scope.Excluded.Count} out, by {scope.By}", scope.Actor, null),
            KeyLeaf key => ($"Signing key {key.Change}", key.Key, key.Actor, null),
            MappingLeaf mapping => ("Mapping replaced", $"{mapping.Previous} by {mapping.Mapping}", mapping.Actor, null),
            EpochLeaf epoch => ("Went on after signed leaves were lost", $"{epoch.LostSize} leaves had been signed", epoch.Actor, epoch.Reason),
            AuditLeaf audit => (audit.Action, audit.Subject ?? "", audit.Actor, audit.Reason),
            _ => throw new ArgumentException($"A {leaf.Kind} leaf is nobody's deed.", nameof(leaf)),
        };
        return Markup.Of($"<tr><td class=\"day\">{Period.Minute(at)}</td><td>{what}<small><bdi>{about}</bdi></small></td><td><bdi>{who}</bdi></td><td><bdi>{why}</bdi></td></tr>\n");

        static string Words(string change) => change.Replace('-', ' ');
    }

    private Markup Samples()
    {
        var draws = contents.Samples.Draws;
        if (draws.Count == 0)
            return Section("samples", $"No sample was drawn", $"A draw is sealed before anybody sees it, used or not; there is none for this window.");
        return Section(
            "samples", $"{Words.Count(draws.Count, "sample")} {(draws.Count == 1 ? "was" : "were")} drawn",
            $"Each draw was sealed before anybody saw it, used or not, and anybody draws the same again from population and seed: nobody could draw until the result was pleasant.",
            Markup.Join(draws.Take(MostRows).Select(Draw)), Shown(draws.Count, "samples.csv"));
    }

    private Markup Draw(Placed<SampleLeaf> draw) => Markup.Join(
    [
        Markup.Of($"<h3>{draw.Leaf.Picked.Count} of {draw.Leaf.Count}: {draw.Leaf.Population}</h3>\n"),
        Markup.Of($"<p class=\"small quiet\">{draw.Leaf.Method}, {draw.Leaf.N} asked for, seed <code>{draw.Leaf.Seed}</code> given by <bdi>{draw.Leaf.GivenBy}</bdi>; drawn {Period.Minute(draw.At)} UTC by <bdi>{draw.Leaf.Actor}</bdi>; leaf {draw.Index}</p>\n"),
        draw.Leaf.Population == SamplePopulation.Days
            ? Table(
                [("Rank", true), ("Day (UTC)", false)],
                draw.Leaf.Picked.Take(MostRows).Select((day, i) => Markup.Of($"<tr><td class=\"n\">{i + 1}</td><td class=\"day\">{day}</td></tr>\n")))
            : Assignments(draw),
        Shown(draw.Leaf.Picked.Count, "samples.csv"),
    ]);

    private Markup Assignments(Placed<SampleLeaf> draw)
    {
        var drawn = DrawnAssignment.Of(contents.Log, draw, contents.Source);
        return Table(
            [("Rank", true), ("Assignment", false), ("Subscription", false), ("", false)],
            draw.Leaf.Picked.Take(MostRows).Select((member, i) => drawn.TryGetValue(member, out var found)
                ? Markup.Of($"<tr><td class=\"n\">{i + 1}</td><td>{Held(found.Subscription, found.Connection, found.Role, found.Facts)}<small class=\"mono\">{member}</small></td><td>{Subscription(found.Subscription)}</td><td>{Mark(found.Privileged)}</td></tr>\n")
                : Markup.Of($"<tr><td class=\"n\">{i + 1}</td><td><code>{member}</code></td><td></td><td></td></tr>\n")));
    }
}
