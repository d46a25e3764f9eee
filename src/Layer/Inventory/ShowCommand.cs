using System.CommandLine;
using System.Text.Json;
using Layer.Cli;
using Layer.Evidence.Observations;

namespace Layer.Inventory;

/// <summary><c>layer show …</c>: what was synced, now or as of any day.</summary>
internal static class ShowCommand
{
    public static Command Create(LayerApp app) => new("show", "Show what was read, now or as of any day.")
    {
        Verb(app, "subscriptions", "Subscriptions and their state.", ObservationType.Subscription, canBePrivileged: false),
        Verb(app, "groups", "Resource groups with their tags.", ObservationType.ResourceGroup, canBePrivileged: false),
        Verb(app, "assignments", "Role assignments, inherited ones included.", ObservationType.RoleAssignment, canBePrivileged: true),
        Verb(app, "roles", "Definitions of the roles in use.", ObservationType.RoleDefinition, canBePrivileged: true),
        Verb(app, "principals", "Who holds roles, and which.", PrincipalRow.Type, canBePrivileged: true),
    };

    private static Command Verb(LayerApp app, string name, string description, string type, bool canBePrivileged)
    {
        var at = new Option<DateOnly?>("--at") { Description = "a UTC day; without it the last reading", HelpName = "DAY", CustomParser = result => TextOptions.Day(result, app.Clock) };
        var privileged = new Option<bool>("--privileged") { Description = "only roles that can change anything or give rights to others" };
        var output = OutputOption.Create();
        var command = new Command(name, description) { at, output };
        if (canBePrivileged)
            command.Options.Add(privileged);
        app.AlsoOverServer(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (form, day) = (parsed.GetValue(output), parsed.GetValue(at));
            if (await ShownInventory.OpenAsync(app, type, day, cancellationToken) is not { } inventory)
                return Syncing.SyncCommand.NothingConnected(app, form);
            await using var opened = inventory;
            var onlyPrivileged = canBePrivileged && parsed.GetValue(privileged);
            var count = type switch
            {
                ObservationType.RoleAssignment => await AssignmentsAsync(app, inventory, onlyPrivileged, form, cancellationToken),
                PrincipalRow.Type => await PrincipalsAsync(app, inventory, onlyPrivileged, form, cancellationToken),
                _ => await ObjectsAsync(app, inventory, type, onlyPrivileged, form, cancellationToken),
            };
            if (form == OutputForm.Table)
            {
                SayAsOf(app, inventory.Readings, day, count, name);
                SayUnread(app, inventory.NotRead, day);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<int> ObjectsAsync(
        LayerApp app, ShownInventory inventory, string type, bool onlyPrivileged, OutputForm form, CancellationToken cancellationToken)
    {
        var seen = await inventory.ListAsync(type, cancellationToken);
        if (onlyPrivileged)
            seen.RemoveAll(each => !Roles.IsPrivileged(each.Facts));
        var id = new Column<Seen>("ID", "id", each => each.Id) { CsvOnly = true };
        Column<Seen>[] columns = type switch
        {
            ObservationType.Subscription =>
                [Connection<Seen>(each => each.Reading), new("NAME", "name", each => each.Text("displayName")) { Shrinks = true },
                    new("SUBSCRIPTION ID", "subscriptionId", each => each.Text("subscriptionId")), new("STATE", "state", each => each.Text("state")), id],
            ObservationType.ResourceGroup =>
                [new("GROUP", "name", each => each.Text("name")) { Shrinks = true, Tone = _ => Tone.Strong }, Connection<Seen>(each => each.Reading),
                    new("LOCATION", "location", each => each.Text("location")), new("STATE", "state", each => each.Text("provisioningState")),
                    new("TAGS", "tags", each => TagsOf(each)) { Shrinks = true, Tone = _ => Tone.Quiet }, id],
            _ =>
                [new("ROLE", "name", each => each.Text("name")) { Shrinks = true, Tone = each => Roles.IsPrivileged(each.Facts) ? Tone.Caution : Tone.Plain },
                    new("TYPE", "type", each => each.Text("roleType")), Connection<Seen>(each => each.Reading),
                    new("POWERS", "privileged", each => Roles.IsPrivileged(each.Facts) ? "privileged" : ""), id],
        };
        new Listing<Seen>(columns, (json, each) => WriteFacts(json, each)).Write(app.Terminal, form, seen);
        return seen.Count;
    }

    private static async Task<int> AssignmentsAsync(
        LayerApp app, ShownInventory inventory, bool onlyPrivileged, OutputForm form, CancellationToken cancellationToken)
    {
        var rows = await inventory.AssignmentsAsync(cancellationToken);
        if (onlyPrivileged)
            rows.RemoveAll(row => !row.Privileged);
        new Listing<AssignmentRow>(
            [
                new("WHO", "principal", row => row.Who) { Shrinks = true },
                new("KIND", "principalType", row => row.Assignment.Text("principalType")) { Tone = _ => Tone.Quiet },
                new("ROLE", "role", row => row.Role) { Shrinks = true, Tone = row => row.Privileged ? Tone.Caution : Tone.Plain },
                new("SCOPE", "scope", row => form == OutputForm.Csv ? row.Assignment.Text("scope") : row.ShortScope) { Shrinks = true, KeepEnd = true },
                Connection<AssignmentRow>(row => row.Assignment.Reading),
                new("ID", "id", row => row.Assignment.Id) { CsvOnly = true },
                new("PRINCIPAL ID", "principalId", row => row.Assignment.Text("principalId")) { CsvOnly = true },
                new("CONDITION", "condition", row => row.Assignment.Text("condition")) { CsvOnly = true },
                new("SINCE", "createdOn", row => row.Assignment.Text("createdOn")) { CsvOnly = true },
            ],
            WriteAssignment).Write(app.Terminal, form, rows);
        return rows.Count;
    }

    private static async Task<int> PrincipalsAsync(
        LayerApp app, ShownInventory inventory, bool onlyPrivileged, OutputForm form, CancellationToken cancellationToken)
    {
        var rows = PrincipalRow.Of(await inventory.AssignmentsAsync(cancellationToken)).Where(row => !onlyPrivileged || row.Privileged).ToList();
        new Listing<PrincipalRow>(
            [
                new("WHO", "principal", row => row.Who) { Shrinks = true, Tone = row => row.Privileged ? Tone.Caution : Tone.Plain },
                new("KIND", "principalType", row => row.Kind) { Tone = _ => Tone.Quiet },
                new("ASSIGNMENTS", "assignments", row => $"{row.Assignments}") { Right = true },
                new("ROLES", "roles", row => string.Join(", ", row.RoleNames)) { Shrinks = true },
                new("PRINCIPAL ID", "principalId", row => row.Id) { CsvOnly = true },
            ],
            (json, row) =>
            {
                json.WriteStartObject();
                json.WriteString("id", row.Id);
                json.WriteString("principalType", row.Kind);
                json.WriteString("name", row.Name);
                json.WriteString("nameState", row.NameState);
                json.WriteNumber("assignments", row.Assignments);
                json.WriteBoolean("privileged", row.Privileged);
                json.WriteStartArray("roles");
                foreach (var role in row.RoleNames)
                    json.WriteStringValue(role);
                json.WriteEndArray();
                json.WriteEndObject();
            }).Write(app.Terminal, form, rows);
        return rows.Count;
    }

    private static Column<T> Connection<T>(Func<T, Reading> reading) => new("CONNECTION", "connection", row => reading(row).Name) { Shrinks = true, Tone = _ => Tone.Quiet };

    private static string TagsOf(Seen group) => !group.Facts.TryGetProperty("tags", out var tags) ? "" : string.Join(' ', tags.EnumerateArray()
        .Select(tag => $"{tag.GetProperty("k").GetString()}={tag.GetProperty("v").GetString()}"));

    /// <summary>An assignment as JSON: what Azure said, and what is known about it.</summary>
    public static void WriteAssignment(Utf8JsonWriter json, AssignmentRow row) => WriteFacts(json, row.Assignment, more =>
    {
        more.WriteString("roleName", row.RoleName);
        more.WriteString("principalName", row.Name?.Name);
        more.WriteString("principalNameState", row.NameState);
        more.WriteBoolean("privileged", row.Privileged);
    });

    /// <summary>What was seen as JSON: its id, its facts as sealed, and the connection.</summary>
    public static void WriteFacts(Utf8JsonWriter json, Seen seen, Action<Utf8JsonWriter>? more = null)
    {
        json.WriteStartObject();
        json.WriteString("id", seen.Id);
        foreach (var fact in seen.Facts.EnumerateObject())
            fact.WriteTo(json);
        json.WriteString("connection", seen.Reading.Name);
        more?.Invoke(json);
        json.WriteEndObject();
    }

    // A day without a reading is shown as the last one before it, and must never look like its own.
    // A subscription that was never read to its end is not an empty one.
    private static void SayUnread(LayerApp app, IReadOnlyList<string> notRead, DateOnly? day)
    {
        foreach (var name in notRead)
            app.Terminal.Say(app.Terminal.ErrorInk.Caution($"{name} is not in it: it has no complete reading{(day is { } asked ? $" on or before {asked:yyyy-MM-dd}" : " yet")}"));
    }

    private static void SayAsOf(LayerApp app, IReadOnlyList<Reading> readings, DateOnly? day, int count, string what)
    {
        var ink = app.Terminal.ErrorInk;
        app.Terminal.Say();
        app.Terminal.Say(ink.Quiet(Words.Count(count, what[..^1])));
        foreach (var reading in readings)
        {
            var asOf = $"{reading.Name} as Azure answered on {reading.ObservedAt:yyyy-MM-dd HH:mm} UTC";
            app.Terminal.Say(day is { } asked && asked != reading.Day ? ink.Caution($"{asOf}: there is no complete reading of {asked:yyyy-MM-dd}") : ink.Quiet(asOf));
        }
    }
}
