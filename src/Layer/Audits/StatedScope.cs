using System.Text.Json;
using Layer.Evidence.Audits;
using Layer.Evidence.Canonical;
using Layer.Remote;

namespace Layer.Audits;

/// <summary>Who said what a window covers.</summary>
/// <param name="Leaf">Index of the leaf that says so.</param>
/// <param name="At">When it was sealed, UTC.</param>
/// <param name="Day">Its UTC day.</param>
/// <param name="By">Who answers for it.</param>
/// <param name="Actor">Who sealed it.</param>
internal sealed record ScopeStatement(long Leaf, DateTimeOffset At, DateOnly Day, string By, string Actor);

/// <summary>What stands for a window: each subscription that can be seen, is connected or was named.</summary>
/// <param name="Window">The window.</param>
/// <param name="Statement">The statement in force; null when nobody stated anything.</param>
/// <param name="Connected">The connected subscriptions.</param>
/// <param name="Rows">Every subscription of it.</param>
internal sealed record StatedScope(AuditWindow Window, ScopeStatement? Statement, IReadOnlyList<Guid> Connected, IReadOnlyList<SubscriptionRow> Rows)
{
    /// <summary>How many are undecided.</summary>
    public int Undecided => Rows.Count(row => row.State == SubscriptionState.Undecided);

    /// <summary>What a new statement replaces, as an ETag.</summary>
    public string ETag => $"\"{(Statement is { } made ? $"scope-{made.Leaf}" : "scope-none")}\"";

    public static StatedScope Of(WholeLog whole, AuditWindow window)
    {
        var statement = whole.Log.Scopes.LastOrDefault(scope => scope.Leaf.Window == window);
        return new StatedScope(
            window, statement.Leaf is { } leaf ? new ScopeStatement(statement.Index, statement.At, statement.Day, leaf.By, leaf.Actor) : null, whole.ConnectedIn(window),
            SubscriptionTable.Of(whole.Log, window, whole.Size, whole.SourceOf(window)).Rows);
    }

    /// <summary>Beside the rows.</summary>
    public void WriteStatement(Utf8JsonWriter json)
    {
        json.WriteString("window", $"{Window}");
        if (Statement is not { } made)
        {
            json.WriteNull("statement");
            return;
        }

        json.WriteStartObject("statement");
        json.WriteNumber("leaf", made.Leaf);
        json.WriteString("at", Instant.Format(made.At));
        json.WriteString("by", made.By);
        json.WriteString("actor", made.Actor);
        json.WriteEndObject();
    }

    /// <summary>Reads <see cref="WriteStatement"/>, the connected subscriptions and the rows of a server's answer.</summary>
    public static StatedScope Read(AuditWindow window, JsonElement beside, IEnumerable<JsonElement> rows)
    {
        var statement = beside.GetProperty("statement") is { ValueKind: JsonValueKind.Object } made
            ? new ScopeStatement(made.GetProperty("leaf").GetInt64(), made.Time("at"), DateOnly.FromDateTime(made.Time("at").UtcDateTime), made.Text("by"), made.Text("actor"))
            : null;
        return new StatedScope(window, statement, [.. beside.GetProperty("connected").EnumerateArray().Select(id => id.GetGuid())], [.. rows.Select(ReadRow)]);
    }

    private static SubscriptionRow ReadRow(JsonElement json) => new(
        json.Id("subscription"), json.Text("name"), json.Text("tenant"), json.Text("state"), json.TextOrNull("by"), json.TextOrNull("reason"),
        DayOrNull(json, "firstVisible"), DayOrNull(json, "lastVisible"), DayOrNull(json, "connectedFrom"), DayOrNull(json, "connectedTo"));

    private static DateOnly? DayOrNull(JsonElement json, string name) => json.TextOrNull(name) is null ? null : json.Day(name);
}
