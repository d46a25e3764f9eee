using System.Globalization;
using System.Text;

namespace Layer.Audits.Documents;

/// <summary>The days of one subscription as one bar; what is not covered is taller, so that it shows without colour. The counts stand beside it as numbers.</summary>
internal static class StripFigure
{
    private const double Width = 480;
    private const double Narrowest = 3;

    /// <summary>Successive days of one state are one rectangle.</summary>
    /// <param name="states">Of each day, as section 7 of docs/evidence-format.md names them.</param>
    /// <param name="words">What a screen reader says of it.</param>
    public static Markup Of(IReadOnlyList<string> states, string words)
    {
        var svg = new StringBuilder();
        var over = new StringBuilder();
        for (var i = 0; i < states.Count;)
        {
            var end = i + 1;
            while (end < states.Count && states[end] == states[i])
                end++;
            var (style, tall) = StyleOf(states[i]);
            var x = i * Width / states.Count;
            var width = (end - i) * Width / states.Count;
            // A single day of a year is thinner than a line; a gap must be seen, so it is drawn over its neighbours.
            if (tall)
                Rectangle(over, style, Math.Min(x, Width - Narrowest), 0, Math.Max(width, Narrowest), 14);
            else
                Rectangle(svg, style, x, 3.5, width, 7);
            i = end;
        }

        return Markup.Of(
            $"<svg class=\"strip\" role=\"img\" viewBox=\"0 0 480 14\" preserveAspectRatio=\"none\" aria-label=\"{words}\">{Markup.OfProgram(svg.Append(over).ToString())}</svg>");
    }

    private static (string Style, bool Tall) StyleOf(string state) => state switch
    {
        "complete" => ("b-on", false),
        "late" => ("b-late", false),
        "not-due" => ("b-due", false),
        "gone" => ("b-gone", false),
        "failed" or "missed" => ("b-bad", true),
        _ => ("b-off", true),
    };

    private static void Rectangle(StringBuilder svg, string style, double x, double y, double width, double height) =>
        svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"{style}\" x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\"/>");
}
