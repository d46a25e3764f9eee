using System.Text;
using System.Text.RegularExpressions;
using Layer.Evidence.Errors;

namespace Layer.Tests.Operations;

/// <summary>docs/errors.md, made from the catalog.</summary>
internal static partial class ErrorDocument
{
    public static string Render(IEnumerable<(string Area, IReadOnlyList<ErrorEntry> Entries)> areas)
    {
        var sections = areas.ToList();
        var text = new StringBuilder();
        text.Append("""
            # Errors

            Every failure Layer can name. The same texts appear in the terminal, in pages and in messages; words in `<angle brackets>` are filled in there.
            The codes are stable. Where a sign-in or an answer carries a code of Microsoft's that is not in this list, Layer shows Microsoft's own text with
            the code and the correlation ID (`SIGN_IN_REFUSED`, `AZURE_UNKNOWN`).

            *Exit* is the exit code of the command (docs/cli.md); a warning fails nothing. *Trying again* says whether it helps.

            This page is made from the catalog; to change it, change the catalog and run the tests with `LAYER_UPDATE_GOLDEN=1`.

            | code | what happened | exit |
            |---|---|---|

            """);
        foreach (var (_, entries) in sections)
        {
            foreach (var entry in entries)
                text.Append($"| [`{entry.Code}`](#{entry.Code.ToLowerInvariant()}) | {Cell(entry.Title)} | {Exit(entry)} |\n");
        }

        foreach (var (area, entries) in sections)
        {
            text.Append($"\n## {area}\n");
            foreach (var entry in entries)
                Append(text, entry);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, ErrorEntry entry)
    {
        text.Append($"\n### {entry.Code}\n\n**{Words(entry.Title)}**\n\n{Words(entry.Why)}\n\n");
        for (var i = 0; i < entry.DoThis.Count; i++)
            text.Append($"{i + 1}. {Words(entry.DoThis[i])}\n");
        if (entry.Commands.Count > 0)
            text.Append($"\n```sh\n{string.Join('\n', entry.Commands.Select(Brackets))}\n```\n");
        if (entry.Link is not null)
            text.Append($"\nOpen: `{Brackets(entry.Link)}`\n");
        text.Append($"\n- While connecting: {Words(entry.SafeOnConnect)}\n- While syncing: {Words(entry.SafeOnSync)}\n");
        text.Append($"- Exit: {Exit(entry)}. Trying again: {Retry(entry.Persistence)}.\n");
    }

    private static string Exit(ErrorEntry entry) => entry.Kind == FailureKind.Warning ? "warning" : ((int)entry.Kind).ToString();

    private static string Retry(Persistence persistence) => persistence switch
    {
        Persistence.Transient => "helps later",
        Persistence.Spreading => "helps for up to 30 minutes, then a person has to act",
        _ => "does not help until a person has acted",
    };

    // In running text a bare <word> would vanish as an HTML tag.
    private static string Words(string text) => Placeholder.Replace(text, match => $"`<{match.Groups["name"].Value}>`");

    private static string Cell(string text) => Words(text).Replace("|", "\\|");

    private static string Brackets(string text) => Placeholder.Replace(text, match => $"<{match.Groups["name"].Value}>");

    [GeneratedRegex(@"\{(?<name>[a-z][A-Za-z0-9]*)\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Placeholder { get; }
}
