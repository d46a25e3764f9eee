using System.Data.Common;
using System.Text.Json;
using Layer.Evidence;
using Layer.Evidence.Observations;
using Layer.Storage;

namespace Layer.Inventory;

/// <summary>What was synced, as of any day: it only reads.</summary>
internal sealed class InventoryReader(LayerDatabase database, Guid workspace)
{
    /// <summary>For each connection its last complete reading on or before a day; a connection that has none is not in it.</summary>
    public async Task<IReadOnlyList<Reading>> ReadingsAsync(DateOnly day, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        var readings = new List<Reading>();
        var rows = connection.QueryAsync(
            """
            SELECT c.id, c.name, c.subscription_id, c.tenant_id, s.seq, s.day, s.observed_from
            FROM connection c JOIN sync s ON s.connection = c.id
            WHERE c.workspace = @workspace AND s.seq =
                (SELECT MAX(l.seq) FROM sync l WHERE l.connection = c.id AND l.status = 'complete' AND l.day <= @day)
            ORDER BY c.name
            """, cancellationToken, ("@workspace", database.Engine.Id(workspace)), ("@day", day.DayNumber));
        await foreach (var row in rows)
        {
            readings.Add(new Reading(
                database.Engine.ReadId(row, 0), row.GetString(1), database.Engine.ReadId(row, 2), database.Engine.ReadId(row, 3),
                row.GetInt64(4), DateOnly.FromDayNumber(row.GetInt32(5)), new DateTimeOffset(row.GetInt64(6), TimeSpan.Zero)));
        }

        return readings;
    }

    /// <summary>Everything of a type that a reading saw, in order of key.</summary>
    public async Task<IReadOnlyList<Seen>> ListAsync(Reading reading, string type, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        var seen = new List<Seen>();
        var rows = connection.QueryAsync(
            """
            SELECT o.key, o.digest, o.bytes, v.source_id
            FROM observation_version v JOIN observation o ON o.workspace = v.workspace AND o.digest = v.digest
            WHERE v.connection = @connection AND v.type = @type AND v.from_seq <= @seq AND (v.to_seq IS NULL OR v.to_seq > @seq)
            """, cancellationToken, ("@connection", database.Engine.Id(reading.Connection)), ("@type", type), ("@seq", reading.Seq));
        await foreach (var row in rows)
            seen.Add(new Seen(reading, type, row.GetString(0), row.GetString(3), new Digest(row.GetFieldValue<byte[]>(1)), FactsOf(row)));
        seen.Sort((x, y) => Population.CompareKeys(x.Key, y.Key));
        return seen;
    }

    /// <summary>The definitions of the roles in use, by GUID.</summary>
    public async Task<Roles> RolesAsync(Reading reading, CancellationToken cancellationToken) =>
        new(await ListAsync(reading, ObservationType.RoleDefinition, cancellationToken));

    /// <summary>What directories call principals; one that was never looked up is not in it.</summary>
    public async Task<KnownNames> NamesAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        var names = new List<PrincipalName>();
        var rows = connection.QueryAsync(
            """
            SELECT tenant_id, principal_id, state, name, detail, first_looked_up_at, last_looked_up_at, type, user_type, enabled
            FROM principal_name WHERE workspace = @workspace
            """,
            cancellationToken, ("@workspace", database.Engine.Id(workspace)));
        await foreach (var row in rows)
        {
            names.Add(new PrincipalName
            {
                Workspace = workspace, TenantId = database.Engine.ReadId(row, 0), PrincipalId = row.GetString(1),
                State = KebabCaseText.Parse<NameState>(row.GetString(2)), Name = row.IsDBNull(3) ? null : row.GetString(3),
                Detail = row.IsDBNull(4) ? null : row.GetString(4), FirstLookedUpAt = new DateTimeOffset(row.GetInt64(5), TimeSpan.Zero),
                LastLookedUpAt = new DateTimeOffset(row.GetInt64(6), TimeSpan.Zero),
                Type = row.IsDBNull(7) ? null : row.GetString(7), UserType = row.IsDBNull(8) ? null : row.GetString(8),
                Enabled = row.IsDBNull(9) ? null : row.GetBoolean(9),
            });
        }

        return new KnownNames(names);
    }

    private static JsonElement FactsOf(DbDataReader row)
    {
        using var document = JsonDocument.Parse(row.GetFieldValue<byte[]>(2));
        return document.RootElement.GetProperty("facts").Clone();
    }
}

/// <summary>One complete reading of a connection: its UTC day, and Azure's clock at the first answer.</summary>
internal sealed record Reading(Guid Connection, string Name, Guid Subscription, Guid Tenant, long Seq, DateOnly Day, DateTimeOffset ObservedAt);

/// <summary>One object as a reading saw it: the key is its ARM id in lower case, the id is as Azure wrote it, the facts are as sealed.</summary>
internal sealed record Seen(Reading Reading, string Type, string Key, string Id, Digest Digest, JsonElement Facts)
{
    /// <summary>A fact that is a text; empty when it is null or absent.</summary>
    public string Text(string fact) => Facts.TryGetProperty(fact, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : "";
}
