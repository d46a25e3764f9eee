using System.Text.Json;
using Layer.Connections;
using Layer.Evidence.Observations;
using Layer.Remote;

namespace Layer.Inventory;

/// <summary>What changed between two days, and which readings were compared for it.</summary>
/// <param name="From">The earlier day.</param>
/// <param name="To">The later day.</param>
/// <param name="Compared">For each connection with a reading on or before the later day: that, and the one on or before the earlier day; null when there is none, and nothing can be compared then.</param>
/// <param name="NotRead">Connections that stood on the later day and have no reading on or before it: nothing is known of them.</param>
/// <param name="Changes">What differs, connection by connection; of a role assignment with what its principal is called.</param>
internal sealed record Difference(DateOnly From, DateOnly To, IReadOnlyList<(Reading? Before, Reading After)> Compared, IReadOnlyList<string> NotRead, IReadOnlyList<(Change Change, PrincipalName? Name)> Changes)
{
    /// <summary>Whether there was something to compare and all of it could be: what could not is not unchanged.</summary>
    public bool IsWhole => Compared.Count > 0 && NotRead.Count == 0 && Compared.All(pair => pair.Before is not null);

    /// <param name="inventory">What was read.</param>
    /// <param name="connections">All of the workspace.</param>
    /// <param name="from">The earlier day.</param>
    /// <param name="to">The later day.</param>
    /// <param name="mayCompare">Readings that may be looked at.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<Difference> ReadAsync(
        InventoryReader inventory, IReadOnlyList<Connection> connections, DateOnly from, DateOnly to, Func<Reading, bool> mayCompare, CancellationToken cancellationToken)
    {
        var before = (await inventory.ReadingsAsync(from, cancellationToken)).Where(mayCompare).ToDictionary(reading => reading.Connection);
        var names = await inventory.NamesAsync(cancellationToken);
        var compared = new List<(Reading? Before, Reading After)>();
        var changes = new List<(Change, PrincipalName?)>();
        foreach (var after in (await inventory.ReadingsAsync(to, cancellationToken)).Where(mayCompare))
        {
            var was = before.GetValueOrDefault(after.Connection);
            compared.Add((was, after));
            if (was is not null)
                changes.AddRange((await Change.BetweenAsync(inventory, was, after, cancellationToken)).Select(change => (change, change.NameIn(names))));
        }

        var expected = connections.Where(connection => DateOnly.FromDateTime(connection.CreatedAt.UtcDateTime) <= to);
        return new Difference(from, to, compared, ShownInventory.Unread(expected, [.. compared.Select(pair => pair.After)]), changes);
    }

    /// <summary>That of a server.</summary>
    public static async Task<Difference> ReadAsync(RemoteServer server, DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        var list = await server.ListAsync($"/v1/diff?fromDay={from:yyyy-MM-dd}&toDay={to:yyyy-MM-dd}", "changes", cancellationToken);
        return server.Read(() =>
        {
            (Reading?, Reading After)[] compared = [.. list.Beside.GetProperty("compared").EnumerateArray().Select(ReadPair)];
            return new Difference(from, to, compared, [.. list.Beside.GetProperty("notRead").EnumerateArray().Select(name => name.GetString()!)], [.. list.Rows.Select(row => ReadChange(row, compared))]);
        });
    }

    /// <summary>What stands beside the changes.</summary>
    public void WriteCompared(Utf8JsonWriter json)
    {
        json.WriteString("fromDay", $"{From:yyyy-MM-dd}");
        json.WriteString("toDay", $"{To:yyyy-MM-dd}");
        json.WriteStartArray("compared");
        foreach (var (before, after) in Compared)
        {
            json.WriteStartObject();
            json.WriteString("connection", after.Name);
            json.WriteString("subscriptionId", after.Subscription);
            json.WriteString("tenantId", after.Tenant);
            json.WriteString("before", before is null ? null : $"{before.Day:yyyy-MM-dd}");
            json.WriteString("after", $"{after.Day:yyyy-MM-dd}");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("notRead");
        foreach (var name in NotRead)
            json.WriteStringValue(name);
        json.WriteEndArray();
    }

    private static (Reading?, Reading) ReadPair(JsonElement json) => (json.TextOrNull("before") is null ? null : ReadingOf(json, "before"), ReadingOf(json, "after"));

    private static Reading ReadingOf(JsonElement json, string side) =>
        new(Guid.Empty, json.Text("connection"), json.Id("subscriptionId"), json.Id("tenantId"), 0, json.Day(side), default);

    private static (Change, PrincipalName?) ReadChange(JsonElement json, (Reading? Before, Reading After)[] compared)
    {
        var (type, id, connection) = (json.Text("type"), json.Text("id"), json.Text("connection"));
        var (before, after) = compared.FirstOrDefault(pair => pair.After.Name == connection);
        if (before is null)
            throw new FormatException($"a change is of no reading: {connection}");
        var change = new Change(
            Enum.Parse<ChangeKind>(json.Text("change"), ignoreCase: true), Side("before", before), Side("after", after), json.TextOrNull("role"), json.GetProperty("privileged").GetBoolean());
        return (change, type == ObservationType.RoleAssignment ? PrincipalName.Read(json, change.Subject) : null);

        Seen? Side(string name, Reading reading) =>
            json.GetProperty(name) is { ValueKind: JsonValueKind.Object } facts ? new Seen(reading, type, id.ToLowerInvariant(), id, default, facts) : null;
    }
}
