using System.Text.RegularExpressions;

namespace Layer.Evidence.Errors;

/// <summary>Fills <c>{name}</c> in a text.</summary>
internal static partial class Placeholders
{
    // Only {letters}: the braces of JSON and JMESPath in a command stay as they are.
    [GeneratedRegex(@"\{(?<name>[a-z][A-Za-z0-9]*)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder { get; }

    public static string Fill(string template, IReadOnlyDictionary<string, string> facts) =>
        Placeholder.Replace(template, match =>
        {
            var name = match.Groups["name"].Value;
            return facts.TryGetValue(name, out var value) ? value : $"<{name}>";
        });
}
