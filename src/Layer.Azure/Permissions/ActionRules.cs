using System.Text.Json;
using Layer.Azure.Lists;
using Layer.Evidence;

namespace Layer.Azure.Permissions;

/// <summary>What one role allows: actions with <c>*</c> in any place, less the notActions of the same entry; case does not matter.</summary>
internal sealed record ActionRules(IReadOnlyList<string> Actions, IReadOnlyList<string> NotActions, Digest Digest) : IListed
{
    // Two roles may hold the same rules.
    public string? Key => null;

    public bool Allow(string action) => Actions.Any(rule => Matches(rule, action)) && !NotActions.Any(rule => Matches(rule, action));

    public static ActionRules Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> page)
    {
        Json.ExpectObject(ref reader, "A permission");
        var start = (int)reader.TokenStartIndex;
        List<string> actions = [], notActions = [];
        var names = new SeenNames();
        while (Json.NextProperty(ref reader, ref names, page.Span))
        {
            if (reader.ValueTextEquals("actions"u8)) ReadTexts(ref reader, page, actions);
            else if (reader.ValueTextEquals("notActions"u8)) ReadTexts(ref reader, page, notActions);
            else Json.SkipNext(ref reader, page);
        }

        return new ActionRules(actions, notActions, Digest.Of(page.Span[start..(int)reader.BytesConsumed]));
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
