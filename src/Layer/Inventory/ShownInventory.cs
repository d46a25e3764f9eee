using System.Text.Json;
using Layer.Evidence.Observations;
using Layer.Remote;
using Layer.Workspaces;

namespace Layer.Inventory;

/// <summary>What was there on a day, from the installation of this machine or from a server.</summary>
internal abstract class ShownInventory : IAsyncDisposable
{
    /// <summary>For each connection its last complete reading on or before the day.</summary>
    public IReadOnlyList<Reading> Readings { get; protected set; } = [];

    /// <summary>Connections without one: they are missing from every list, they are not empty.</summary>
    public IReadOnlyList<string> NotRead { get; protected set; } = [];

    /// <summary>Null: there is no installation here yet.</summary>
    public static async Task<ShownInventory?> OpenAsync(LayerApp app, string type, DateOnly? day, CancellationToken cancellationToken)
    {
        if (await app.FindServerAsync(cancellationToken) is { } server)
            return await OverServer.ReadAsync(server, type, day, cancellationToken);
        return await app.FindReadableAsync(cancellationToken) is var (layer, workspace) ? await Here.ReadAsync(layer, workspace, day, cancellationToken) : null;
    }

    /// <summary>Those that no reading stands for, in order of name.</summary>
    public static IReadOnlyList<string> Unread(IEnumerable<Connections.Connection> connections, IReadOnlyList<Reading> readings) =>
        [.. connections.Where(connection => readings.All(reading => reading.Connection != connection.Id)).Select(connection => connection.Name)];

    /// <summary>Everything of the type that was seen, reading by reading, in order of key.</summary>
    public abstract Task<List<Seen>> ListAsync(string type, CancellationToken cancellationToken);

    /// <summary>Every role assignment with its names.</summary>
    public abstract Task<List<AssignmentRow>> AssignmentsAsync(CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();

    private sealed class Here(Installation layer, InventoryReader inventory) : ShownInventory
    {
        public static async Task<ShownInventory> ReadAsync(Installation layer, Workspace workspace, DateOnly? day, CancellationToken cancellationToken)
        {
            var inventory = layer.InventoryOf(workspace);
            var readings = await inventory.ReadingsAsync(day ?? DateOnly.MaxValue, cancellationToken);
            return new Here(layer, inventory) { Readings = readings, NotRead = Unread(await layer.Connections.ListAsync(workspace.Id, cancellationToken), readings) };
        }

        public override async Task<List<Seen>> ListAsync(string type, CancellationToken cancellationToken)
        {
            var seen = new List<Seen>();
            foreach (var reading in Readings)
                seen.AddRange(await inventory.ListAsync(reading, type, cancellationToken));
            return seen;
        }

        public override async Task<List<AssignmentRow>> AssignmentsAsync(CancellationToken cancellationToken)
        {
            var names = await inventory.NamesAsync(cancellationToken);
            var rows = new List<AssignmentRow>();
            foreach (var reading in Readings)
                rows.AddRange(await AssignmentRow.ReadAsync(inventory, reading, names, cancellationToken));
            return rows;
        }

        public override ValueTask DisposeAsync() => layer.DisposeAsync();
    }

    // One list, read whole: readings and rows are of the same moment.
    private sealed class OverServer(RemoteServer server, RemoteList list) : ShownInventory
    {
        private static readonly string[] NoFacts = ["id", "connection"];
        private static readonly string[] KnownOfAssignment = ["roleName", "principalName", "principalNameState", "privileged"];

        public static async Task<ShownInventory> ReadAsync(RemoteServer server, string type, DateOnly? day, CancellationToken cancellationToken)
        {
            var path = type switch
            {
                ObservationType.Subscription => "subscriptions", ObservationType.ResourceGroup => "resource-groups", ObservationType.RoleDefinition => "role-definitions", _ => "role-assignments",
            };
            var list = await server.ListAsync($"/v1/{path}{(day is { } asked ? $"?day={asked:yyyy-MM-dd}" : "")}", path.Replace('-', ' '), cancellationToken);
            return server.Read(() => new OverServer(server, list)
            {
                Readings = [.. list.Beside.GetProperty("readings").EnumerateArray().Select(ReadReading)],
                NotRead = [.. list.Beside.GetProperty("notRead").EnumerateArray().Select(name => name.GetString()!)],
            });
        }

        public override Task<List<Seen>> ListAsync(string type, CancellationToken cancellationToken) => Task.FromResult(server.Read(() => list.Rows.Select(row => ReadSeen(row, type)).ToList()));

        public override Task<List<AssignmentRow>> AssignmentsAsync(CancellationToken cancellationToken) => Task.FromResult(server.Read(() => list.Rows.Select(ReadAssignment).ToList()));

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private AssignmentRow ReadAssignment(JsonElement row)
        {
            var seen = ReadSeen(row, ObservationType.RoleAssignment);
            return new AssignmentRow(seen, row.TextOrNull("roleName"), row.GetProperty("privileged").GetBoolean(), PrincipalName.Read(row, seen));
        }

        private Seen ReadSeen(JsonElement row, string type)
        {
            var (id, connection) = (row.Text("id"), row.Text("connection"));
            var reading = Readings.FirstOrDefault(each => each.Name == connection) ?? throw new FormatException($"a row is of no reading: {connection}");
            return new Seen(reading, type, id.ToLowerInvariant(), id, default, FactsOf(row, type == ObservationType.RoleAssignment ? [.. NoFacts, .. KnownOfAssignment] : NoFacts));
        }

        private static JsonElement FactsOf(JsonElement row, string[] without)
        {
            using var bytes = new MemoryStream();
            using (var json = new Utf8JsonWriter(bytes))
            {
                json.WriteStartObject();
                foreach (var field in row.EnumerateObject().Where(field => !without.Contains(field.Name, StringComparer.Ordinal)))
                    field.WriteTo(json);
                json.WriteEndObject();
            }

            using var facts = JsonDocument.Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
            return facts.RootElement.Clone();
        }

        private static Reading ReadReading(JsonElement json) => new(Guid.Empty, json.Text("connection"), json.Id("subscriptionId"), json.Id("tenantId"), 0, json.Day("day"), json.Time("observedAt"));
    }
}
