using Layer.Evidence.Frameworks;

namespace Layer.Audits.Documents;

internal sealed partial class ReportPage
{
    private static Markup Overview() => Table(
        [("Criterion", false), ("Points of focus", true), ("direct", true), ("supporting", true), ("context", true), ("From", false)],
        ControlTexts.Criteria.Select(criterion =>
        {
            var entries = Mapping.Current.Entries.Where(entry => entry.Criterion == criterion).ToList();
            return Markup.Of(
                $"<tr><th scope=\"row\"><a href=\"#{Anchor(criterion)}\">{criterion}</a></th><td class=\"n\">{entries.Count}</td>{Markup.Join(Enum.GetValues<Strength>().Select(strength => Markup.Of($"<td class=\"n\">{Number(entries.Count(entry => entry.Strength == strength))}</td>")))}<td>{string.Join(", ", entries.Select(entry => EvidenceType.Get(entry.Evidence).Title).Distinct())}</td></tr>\n");
        }));

    private Markup Controls() => Section(
        "controls", $"What the evidence shows of each criterion, and what it does not",
        $"Each point of focus has a strength of its own. None of them says that a criterion is met; points of focus are in our words.",
        [Overview(), .. ControlTexts.Criteria.Select(Criterion)]);

    private Markup Criterion(string criterion) => Markup.Of(
        $"<h3 id=\"{Anchor(criterion)}\">{criterion}</h3>\n{Markup.Join(Mapping.Current.Entries.Where(entry => entry.Criterion == criterion).Select(Point))}");

    private Markup Point(MappingEntry entry) => Markup.Of($"""
        <div class="focus">
        <div>{Chip(entry.Strength)}</div>
        <div><h4>{entry.PointOfFocus}</h4>
        <dl><dt>Why</dt><dd>{entry.Reason}</dd>
        <dt>In this window</dt><dd class="now">{contents.Numbers.Of(entry)}</dd>
        <dt>Does not show</dt><dd>{entry.DoesNotShow}</dd></dl></div>
        </div>

        """);

    private static string Number(int count) => count == 0 ? "–" : $"{count}";

    private static string Anchor(string criterion) => criterion.Replace('.', '-');
}
