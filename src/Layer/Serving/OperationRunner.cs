using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Layer.Evidence.Collecting;
using Layer.Operations;
using Layer.Storage;
using Microsoft.EntityFrameworkCore;

namespace Layer.Serving;

/// <summary>Runs long work beside the request that started it. Whatever it says is stored before anybody is told, so that a page can be closed and opened again.</summary>
internal sealed class OperationRunner(LayerDatabase database, ILogger<OperationRunner> log, TimeProvider clock) : IHostedService, IDisposable
{
    public const string Running = "running";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";

    // No check, sync or bundle takes this long.
    private static readonly TimeSpan Longest = TimeSpan.FromHours(2);

    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Guid, Task> _running = new();

    /// <summary>Starts work and returns at once.</summary>
    /// <param name="workspace">Whose.</param>
    /// <param name="kind">See <see cref="Operation.Kind"/>.</param>
    /// <param name="subject">See <see cref="Operation.Subject"/>.</param>
    /// <param name="actor">Who started it, e.g. <c>user:0192…</c>.</param>
    /// <param name="work">Tells how far it is and returns what it came to. A <see cref="RefusedException"/> or <see cref="CollectionFailedException"/> ends it as failed, with its card.</param>
    /// <param name="cancellationToken">Of the request: it no longer counts once the work has started.</param>
    public async Task<Guid> StartAsync(
        Guid workspace, string kind, string subject, string actor, Func<OperationProgress, CancellationToken, Task<JsonNode?>> work, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var operation = new Operation { Id = Guid.CreateVersion7(now), Workspace = workspace, Kind = kind, Subject = subject, Actor = actor, State = Running, StartedAt = now, Events = "[]" };
        await using (var db = database.CreateContext())
        {
            db.Operations.Add(operation);
            await db.SaveChangesAsync(cancellationToken);
        }

        _running[operation.Id] = Task.Run(() => RunAsync(operation.Id, work), CancellationToken.None);
        return operation.Id;
    }

    /// <summary>Null when this workspace has no such operation.</summary>
    public async Task<Operation?> FindAsync(Guid workspace, Guid id, CancellationToken cancellationToken)
    {
        await using var db = database.CreateContext();
        return await db.Operations.AsNoTracking().FirstOrDefaultAsync(o => o.Workspace == workspace && o.Id == id, cancellationToken);
    }

    /// <summary>What an earlier process did not finish has failed: nobody works on it any more. Of other nodes' work that is known after a while only.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var begun = database.Address is DatabaseAddress.Sqlite ? now : now - Longest;
        var result = FailureJson.Describe(new Failure("OPERATION_INTERRUPTED", new Dictionary<string, string>(StringComparer.Ordinal))).ToJsonString();
        await using var db = database.CreateContext();
        await db.Operations.Where(o => o.State == Running && o.StartedAt <= begun)
            .ExecuteUpdateAsync(set => set.SetProperty(o => o.State, Failed).SetProperty(o => o.EndedAt, now).SetProperty(o => o.Result, result), cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        try
        {
            await Task.WhenAll(_running.Values).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host does not wait longer; the next start marks what was left.
        }
    }

    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync(Guid id, Func<OperationProgress, CancellationToken, Task<JsonNode?>> work)
    {
        string state;
        JsonNode? result;
        var progress = new OperationProgress(database, id, clock);
        try
        {
            result = await work(progress, _stopping.Token);
            state = Succeeded;
        }
        catch (Exception e)
        {
            state = Failed;
            result = FailureJson.Describe(FailureOf(e, id));
        }

        await progress.FlushAsync();
        await using var db = database.CreateContext();
        var (ended, json) = (clock.GetUtcNow(), result?.ToJsonString());
        await db.Operations.Where(o => o.Id == id)
            .ExecuteUpdateAsync(set => set.SetProperty(o => o.State, state).SetProperty(o => o.EndedAt, ended).SetProperty(o => o.Result, json), CancellationToken.None);
        _running.TryRemove(id, out _);
    }

    private Failure FailureOf(Exception e, Guid id)
    {
        switch (e)
        {
            case RefusedException refused:
                return refused.Failure;
            case CollectionFailedException failed:
                return failed.Failure;
            case OperationCanceledException when _stopping.IsCancellationRequested:
                return new Failure("OPERATION_INTERRUPTED", new Dictionary<string, string>(StringComparer.Ordinal));
            default:
                // Types and places only: a message may hold what somebody typed.
                log.LogError("Operation {Operation}: {Exception} at {Where}", id, e.GetType().Name, e.StackTrace);
                return new Failure("INTERNAL_ERROR", new Dictionary<string, string>(StringComparer.Ordinal) { ["traceId"] = id.ToString() });
        }
    }

    /// <summary>Why an operation failed; null unless it did.</summary>
    public static Failure? FailureOf(Operation operation)
    {
        if (operation.State != Failed || operation.Result is null)
            return null;
        return FailureJson.Read(JsonNode.Parse(operation.Result)!); // we wrote it
    }
}

/// <summary>How running work tells how far it is.</summary>
internal sealed class OperationProgress(LayerDatabase database, Guid id, TimeProvider clock)
{
    private readonly JsonArray _events = [];
    private readonly Lock _gate = new();
    private Task _writing = Task.CompletedTask;

    /// <summary>Stores one event; it is told to whoever watches, also later.</summary>
    /// <param name="type">What happened, e.g. <c>checked</c>.</param>
    /// <param name="data">Its fields; never a secret.</param>
    public void Tell(string type, JsonObject data)
    {
        lock (_gate)
        {
            data["type"] = type;
            data["at"] = clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
            _events.Add(data);
            _writing = WriteAsync(_writing, _events.ToJsonString());
        }
    }

    /// <summary>Waits until everything told so far is stored.</summary>
    public Task FlushAsync()
    {
        lock (_gate)
            return _writing;
    }

    private async Task WriteAsync(Task earlier, string events)
    {
        await earlier;
        await using var db = database.CreateContext();
        await db.Operations.Where(o => o.Id == id).ExecuteUpdateAsync(set => set.SetProperty(o => o.Events, events));
    }
}
