using System.Text.Json;
using System.Text.Json.Nodes;
using Layer.Evidence.Collecting;
using Layer.Ledger;
using Layer.Operations;
using Layer.Remote;
using Layer.Storage;

namespace Layer.Syncing;

/// <summary>What one sync came to, as <c>layer sync -o json</c> prints it.</summary>
internal sealed record SyncResult
{
    public required string Connection { get; init; }

    /// <summary>Null when the attempt left no row, because another one held the connection or took it over.</summary>
    public Guid? Sync { get; init; }

    public required SyncStatus Status { get; init; }

    /// <summary>Null when complete.</summary>
    public Failure? Failure { get; init; }

    /// <summary>Observations by type; empty unless complete.</summary>
    public IReadOnlyDictionary<string, int> Counts { get; init; } = new Dictionary<string, int>();

    public int Added { get; init; }

    public int Changed { get; init; }

    public int Removed { get; init; }

    /// <summary>Why it is not known what the app registration can see, when it was asked; the sync is complete all the same.</summary>
    public Failure? VisibleFailure { get; init; }

    /// <summary>As an operation of a server tells it: what <see cref="WriteTo"/> writes is for people's programs and has no facts of failures.</summary>
    public JsonObject Describe() => new()
    {
        ["connection"] = Connection, ["sync"] = Sync?.ToString(), ["status"] = KebabCaseText.Of(Status),
        ["counts"] = new JsonObject(Counts.Select(count => KeyValuePair.Create(count.Key, (JsonNode?)count.Value))),
        ["added"] = Added, ["changed"] = Changed, ["removed"] = Removed,
        ["failure"] = Failure is { } failure ? FailureJson.Describe(failure) : null,
        ["visibleFailure"] = VisibleFailure is { } unseen ? FailureJson.Describe(unseen) : null,
    };

    /// <summary>Reads what <see cref="Describe"/> told.</summary>
    /// <exception cref="FormatException">It is not what was told, or says neither that it is complete nor why not.</exception>
    public static SyncResult Read(JsonElement json)
    {
        var read = ReadFields(json);
        return read.Status == SyncStatus.Complete == (read.Failure is null) ? read : throw new FormatException("a sync says neither that it is complete nor why not");
    }

    private static SyncResult ReadFields(JsonElement json) => new()
    {
        Connection = json.Text("connection"), Sync = json.TextOrNull("sync") is null ? null : json.Id("sync"), Status = KebabCaseText.Parse<SyncStatus>(json.Text("status")),
        Counts = json.GetProperty("counts").EnumerateObject().ToDictionary(count => count.Name, count => count.Value.GetInt32(), StringComparer.Ordinal),
        Added = json.Count("added"), Changed = json.Count("changed"), Removed = json.Count("removed"),
        Failure = json.FailureOrNull("failure"), VisibleFailure = json.FailureOrNull("visibleFailure"),
    };

    public int ExitCode => Failure is null ? 0 : (int)ErrorCatalog.Get(Failure.Code).Kind;

    public static SyncResult Of(string connection, CommitOutcome outcome, Failure? failure) => new()
    {
        Connection = connection,
        Sync = outcome.Sync.Id,
        Status = outcome.Sync.Status,
        // An attempt whose failure could not be stored because it had been committed just before is complete.
        Failure = outcome.Sync.Status == SyncStatus.Complete ? null : failure,
        Counts = outcome.Counts,
        Added = outcome.Sync.Added,
        Changed = outcome.Sync.Changed,
        Removed = outcome.Sync.Removed,
        VisibleFailure = outcome.VisibleFailure,
    };

    public static SyncResult Refused(string connection, Failure failure) => new() { Connection = connection, Status = SyncStatus.Failed, Failure = failure };

    /// <summary>A cancelled sync is a failed one to whoever reads the JSON; its code tells them apart.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("connection", Connection);
        json.WriteString("sync", Sync?.ToString());
        json.WriteString("status", KebabCaseText.Of(Status == SyncStatus.Complete ? SyncStatus.Complete : SyncStatus.Failed));
        json.WriteString("code", Failure?.Code);
        json.WriteStartObject("counts");
        foreach (var (type, count) in Counts.OrderBy(c => c.Key, StringComparer.Ordinal))
            json.WriteNumber(type, count);
        json.WriteEndObject();
        json.WriteStartObject("changes");
        json.WriteNumber("added", Added);
        json.WriteNumber("changed", Changed);
        json.WriteNumber("removed", Removed);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
