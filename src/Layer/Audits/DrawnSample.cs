using System.Text.Json;
using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Evidence.Canonical;
using Layer.Evidence.Leaves;
using Layer.Evidence.Observations;
using Layer.Inventory;
using Layer.Remote;

namespace Layer.Audits;

/// <summary>A draw as it was sealed, with what was drawn.</summary>
/// <param name="Index">Index of its leaf.</param>
/// <param name="Id">Hash of its leaf.</param>
/// <param name="At">When it was sealed, UTC.</param>
/// <param name="Draw">What the leaf says.</param>
/// <param name="Rows">The members, in the order of the draw.</param>
/// <param name="Earlier">Of a draw from a day: connections that were not read on it, and the day of the reading that stands for them.</param>
/// <param name="NotRead">Of a draw from a day: subscriptions in scope that were never read by then, and are not in the population.</param>
internal sealed record DrawnSample(
    long Index, Digest Id, DateTimeOffset At, SampleLeaf Draw, IReadOnlyList<SampleRow> Rows, IReadOnlyList<(string Connection, DateOnly Day)> Earlier, IReadOnlyList<Guid> NotRead)
{
    /// <summary>Looks up what was drawn.</summary>
    public static async Task<DrawnSample> OfAsync(WholeLog whole, long index, Leaf leaf, InventoryReader inventory, CancellationToken cancellationToken)
    {
        var draw = (SampleLeaf)leaf.Body;
        var rows = await SampleRow.OfAsync(whole, draw, index, inventory, cancellationToken);
        if (!SamplePopulation.IsOfDay(draw.Population, out var day))
            return new DrawnSample(index, leaf.Hash, leaf.At, draw, rows, [], []);
        var readings = SampleRow.Readings(whole, draw.Window, index, day);
        return new DrawnSample(
            index, leaf.Hash, leaf.At, draw, rows, [.. readings.Where(reading => reading.Day < day).Select(reading => (reading.Name, reading.Day))],
            [.. AuditScope.Of(whole.Log, draw.Window, index).Subscriptions.Except(readings.Select(reading => reading.Subscription))]);
    }

    /// <summary>As JSON, on the command line and over HTTP.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("leaf", Index);
        json.WriteString("id", $"{Id}");
        json.WriteString("at", Instant.Format(At));
        json.WriteString("population", Draw.Population);
        json.WriteString("window", Draw.Window.ToString());
        json.WriteNumber("count", Draw.Count);
        json.WriteString("root", $"{Draw.Root}");
        json.WriteString("method", Draw.Method);
        json.WriteString("algorithm", Draw.Algorithm);
        json.WriteString("privileged", Draw.Privileged);
        json.WriteNumber("n", Draw.N);
        json.WriteString("seed", Draw.Seed);
        json.WriteString("givenBy", Draw.GivenBy);
        json.WriteString("actor", Draw.Actor);
        json.WriteStartArray("value");
        foreach (var row in Rows)
            WriteRow(json, row);
        json.WriteEndArray();
        json.WriteStartArray("earlier");
        foreach (var (connection, day) in Earlier)
        {
            json.WriteStartObject();
            json.WriteString("connection", connection);
            json.WriteString("day", $"{day:yyyy-MM-dd}");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("notRead");
        foreach (var subscription in NotRead)
            json.WriteStringValue(subscription);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void WriteRow(Utf8JsonWriter json, SampleRow row)
    {
        json.WriteStartObject();
        json.WriteNumber("rank", row.Rank);
        json.WriteString("member", row.Member);
        if (row.Assignment is { } assignment)
        {
            json.WriteString("connection", assignment.Assignment.Reading.Name);
            json.WriteString("subscription", assignment.Assignment.Reading.Subscription);
            json.WriteString("principalId", assignment.Assignment.Text("principalId"));
            json.WriteString("principalName", assignment.Name?.Name);
            json.WriteString("principalNameState", assignment.NameState);
            json.WriteString("role", assignment.RoleName);
            json.WriteString("scope", assignment.Assignment.Text("scope"));
            json.WriteString("created", assignment.Assignment.Text("createdOn"));
            json.WriteBoolean("privileged", assignment.Privileged);
        }

        json.WriteEndObject();
    }

    /// <summary>Reads what <see cref="WriteTo"/> wrote.</summary>
    public static DrawnSample Read(JsonElement json)
    {
        SampleRow[] rows = [.. json.GetProperty("value").EnumerateArray().Select(ReadRow)];
        var draw = new SampleLeaf
        {
            Actor = json.Text("actor"), Algorithm = json.Text("algorithm"), Method = json.Text("method"), Population = json.Text("population"),
            Window = AuditWindow.TryParse(json.Text("window"), out var window) ? window : throw new FormatException("'window' is no window"),
            Count = json.Count("count"), Root = Digest.Parse(json.Text("root")), N = json.Count("n"), Seed = json.Text("seed"), GivenBy = json.Text("givenBy"), Privileged = json.TextOrNull("privileged"),
            Picked = [.. rows.Select(row => row.Member)],
        };
        return new DrawnSample(
            json.GetProperty("leaf").GetInt64(), Digest.Parse(json.Text("id")), json.Time("at"), draw, rows, [.. json.GetProperty("earlier").EnumerateArray().Select(each => (each.Text("connection"), each.Day("day")))],
            [.. json.GetProperty("notRead").EnumerateArray().Select(id => id.GetGuid())]);
    }

    private static SampleRow ReadRow(JsonElement json)
    {
        var (rank, member) = (json.Count("rank"), json.Text("member"));
        if (!json.TryGetProperty("connection", out _))
            return new SampleRow(rank, member, null);
        var reading = new Reading(Guid.Empty, json.Text("connection"), json.Id("subscription"), Guid.Empty, 0, default, default);
        var facts = JsonSerializer.SerializeToElement(new Dictionary<string, string>
        {
            ["principalId"] = json.Text("principalId"), ["scope"] = json.Text("scope"), ["createdOn"] = json.Text("created"),
        });
        var seen = new Seen(reading, ObservationType.RoleAssignment, "", "", default, facts);
        return new SampleRow(rank, member, new AssignmentRow(seen, json.TextOrNull("role"), json.GetProperty("privileged").GetBoolean(), PrincipalName.Read(json, seen)));
    }
}
