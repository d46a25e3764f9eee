using System.Text.Json;
using Layer.Azure.Lists;
using Layer.Evidence;

namespace Layer.Azure.Permissions;

/// <summary>What one role allows: actions with <c>*</c> in any place, less the notActions of the same entry; case does not matter.</summary>
internal sealed record ActionRules(
    IReadOnlyList<string> Actions, IReadOnlyList<string> NotActions, IReadOnlyList<string> DataActions, IReadOnlyList<string> NotDataActions, Digest Digest) : IListed
{
    // Two roles may hold the same rules.
    public string? Key => null;

    public bool Allow(string action) => Actions.Any(rule => Matches(rule, action)) && !NotActions.Any(rule => Matches(rule, action));

    /// <summary>The rules that let the holder do more than read, the worst first.</summary>
    public IEnumerable<string> BeyondReading() => Beyond(Actions, NotActions).Concat(Beyond(DataActions, NotDataActions)).OrderByDescending(IsRed);

    /// <summary>Whether a rule lets its holder change, delete, grant or read out keys: more than an odd action.</summary>
    public static bool IsRed(string rule) =>
        rule.EndsWith('*') || rule.EndsWith("/write", StringComparison.OrdinalIgnoreCase) || rule.EndsWith("/delete", StringComparison.OrdinalIgnoreCase)
        || rule[(rule.LastIndexOf('/', Math.Max(0, rule.LastIndexOf('/') - 1)) + 1)..].StartsWith("list", StringComparison.OrdinalIgnoreCase);

    // A rule written out in notActions, or covered by one there, grants nothing.
    private static IEnumerable<string> Beyond(IReadOnlyList<string> rules, IReadOnlyList<string> not) =>
        rules.Where(rule => !rule.EndsWith("/read", StringComparison.OrdinalIgnoreCase) && !not.Any(n => Matches(n, rule)));

    public static ActionRules Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> page)
    {
        Json.ExpectObject(ref reader, "A permission");
        var start = (int)reader.TokenStartIndex;
        List<string> actions = [], notActions = [], dataActions = [], notDataActions = [];
        var names = new SeenNames();
        while (Json.NextProperty(ref reader, ref names, page.Span))
        {
            if (reader.ValueTextEquals("actions"u8)) ReadTexts(ref reader, page, actions);
            else if (reader.ValueTextEquals("notActions"u8)) ReadTexts(ref reader, page, notActions);
            else if (reader.ValueTextEquals("dataActions"u8)) ReadTexts(ref reader, page, dataActions);
            else if (reader.ValueTextEquals("notDataActions"u8)) ReadTexts(ref reader, page, notDataActions);
            else Json.SkipNext(ref reader, page);
        }

        return new ActionRules(actions, notActions, dataActions, notDataActions, Digest.Of(page.Span[start..(int)reader.BytesConsumed]));
    }

    private static void ReadTexts(ref Utf8JsonReader reader, ReadOnlyMemory<byte> page, List<string> texts)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return;
        Json.ExpectArray(ref reader, "actions");
        while (Json.NextElement(ref reader))
            texts.Add(Json.Text(ref reader, page, "An action").ToString());
    }

    private static bool Matches(ReadOnlySpan<char> rule, ReadOnlySpan<char> action)
    {
        var star = rule.IndexOf('*');
        if (star < 0)
            return rule.Equals(action, StringComparison.OrdinalIgnoreCase);
        if (!action.StartsWith(rule[..star], StringComparison.OrdinalIgnoreCase))
            return false;
        var rest = rule[(star + 1)..];
        for (var skipped = star; skipped <= action.Length; skipped++)
        {
            if (Matches(rest, action[skipped..]))
                return true;
        }

        return false;
    }
}
