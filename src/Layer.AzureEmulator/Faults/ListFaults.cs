using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Layer.AzureEmulator.Arm;
using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator.Faults;

/// <summary>Lists that lie: rows too many, too few, of another place, and links that lead astray.</summary>
internal static partial class ListFaults
{
    public static bool TryApply(Answer answer, Fault fault, Exchange exchange)
    {
        switch (fault)
        {
            case Fault.LoneSurrogate:
                Text(answer, t => FirstName().Replace(t, "$0\\ud800", 1));
                return true;
            case Fault.DuplicateProperty:
                Text(answer, t => FirstId().Replace(t, "\"id\":\"/something/else\",$0", 1));
                return true;
            case Fault.WrongSubscriptionId:
                Text(answer, t => Scope.Subscription(exchange.Path) is { } id
                    ? t.Replace(id.ToString(), StableId.From("subscription", "elsewhere").ToString(), StringComparison.OrdinalIgnoreCase) : t);
                return true;
            case Fault.DuplicateItem:
                Rows(answer, rows => rows.Add(rows[0]?.DeepClone()));
                return true;
            case Fault.DuplicateItemChanged:
                Rows(answer, rows => rows.Add(Changed(rows[0]!)));
                return true;
            case Fault.MissingItem:
                Rows(answer, rows => rows.RemoveAt(rows.Count - 1));
                return true;
            case Fault.MovingList:
                Rows(answer, rows => rows[^1] = Renamed(rows[^1]!));
                return true;
            case Fault.OwnRowMissing:
                Rows(answer, rows => rows.RemoveAll(r => (string?)r?["properties"]?["principalId"] == answer.Caller?.ToString()));
                return true;
            case Fault.DuplicatePage:
                Repeat(answer);
                return true;
            default:
                return TryLink(answer, fault, exchange);
        }
    }

    private static bool TryLink(Answer answer, Fault fault, Exchange exchange)
    {
        var own = $"{exchange.Origin}{exchange.Request.Path.ToUriComponent()}{exchange.Request.QueryString.ToUriComponent()}";
        var link = fault switch
        {
            Fault.NextLinkLoop => own,
            Fault.NextLinkForeignHost => own.Replace(exchange.Origin, "https://elsewhere.example", StringComparison.Ordinal),
            Fault.NextLinkHttp => own.Replace("https://", "http://", StringComparison.Ordinal),
            Fault.NextLinkOtherPort => own.Replace(exchange.Origin, exchange.Origin + ":8443", StringComparison.Ordinal),
            Fault.NextLinkForeignSubscription => Scope.Subscription(exchange.Path) is { } id
                ? own.Replace(id.ToString(), StableId.From("subscription", "elsewhere").ToString(), StringComparison.OrdinalIgnoreCase)
                : own.Replace("/subscriptions", $"/subscriptions/{StableId.From("subscription", "elsewhere")}", StringComparison.OrdinalIgnoreCase),
            Fault.NextLinkMalformed => "not a link",
            Fault.EmptyLastPage => $"{own}&%24skiptoken={Uri.EscapeDataString(PreparedLists.SkipToken(answer.Pages + 1))}",
            _ => null,
        };
        if (link is null)
            return false;
        if (fault == Fault.EmptyLastPage && answer.Page != answer.Pages)
            return true;
        Root(answer, root => root["nextLink"] = link);
        return true;
    }

    // The page before once more; the first page twice in one.
    private static void Repeat(Answer answer)
    {
        if (answer.Page > 1 && answer.Page <= answer.AllPages.Count)
        {
            var before = JsonNode.Parse(answer.AllPages[answer.Page - 2])!["value"]!;
            Root(answer, root => root["value"] = before.DeepClone());
            return;
        }
        Rows(answer, rows =>
        {
            foreach (var row in rows.ToList())
                rows.Add(row?.DeepClone());
        });
    }

    private static JsonNode Changed(JsonNode row)
    {
        var copy = row.DeepClone();
        if (copy["properties"] is JsonObject properties && properties.ContainsKey("principalId"))
            properties["description"] = "another content under the same id";
        else
            copy[copy["displayName"] is null ? "location" : "displayName"] = "elsewhere";
        return copy;
    }

    private static JsonNode Renamed(JsonNode row)
    {
        var name = Guid.NewGuid().ToString();
        var copy = row.DeepClone();
        if ((string?)copy["id"] is { } id)
            copy["id"] = id[..(id.LastIndexOf('/') + 1)] + name;
        copy["name"] = name;
        if (copy["subscriptionId"] is not null)
            copy["subscriptionId"] = name;
        return copy;
    }

    private static void Rows(Answer answer, Action<JsonArray> change) => Root(answer, root =>
    {
        if (root["value"] is JsonArray { Count: > 0 } rows)
            change(rows);
    });

    private static void Root(Answer answer, Action<JsonNode> change)
    {
        var root = JsonNode.Parse(answer.Body.Span)!;
        change(root);
        answer.Body = JsonBytes.Write(json => root.WriteTo(json));
    }

    private static void Text(Answer answer, Func<string, string> change) =>
        answer.Body = Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(answer.Body.Span)));

    [GeneratedRegex("\"(?:name|displayName|roleName)\":\"", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex FirstName();

    [GeneratedRegex("\"id\":", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex FirstId();
}
