using System.Data.Common;
using Layer.Evidence;
using Layer.Evidence.Collecting;
using Layer.Evidence.Leaves;
using Layer.Evidence.Observations;
using Layer.Storage;

namespace Layer.Ledger;

/// <summary>A UTC day on which it was sealed what an app registration can see; its leaf is the truth, these columns find it.</summary>
internal sealed class VisibleRow
{
    public required Guid Workspace { get; init; }

    /// <summary>Application (client) id, as the token named it.</summary>
    public required Guid Client { get; init; }

    public required string Cloud { get; init; }

    public required Guid Tenant { get; init; }

    /// <summary>Of Azure's Date of the list's first answer.</summary>
    public required DateOnly Day { get; init; }

    /// <summary>Index of its leaf.</summary>
    public required long Leaf { get; init; }

    /// <summary>Digest of the observation.</summary>
    public required Digest Digest { get; init; }

    /// <summary>How many subscriptions.</summary>
    public required int Count { get; init; }
}

/// <summary>On which days it was sealed what the app registrations of a tenant can see. The database knows, so that one process does not ask again what another has sealed.</summary>
internal sealed class VisibleDays(StorageEngine engine, DbConnection connection, Guid workspace, string cloud, Guid tenant)
{
    /// <summary>Application ids whose list of that day is sealed.</summary>
    public async Task<HashSet<Guid>> ReadAsync(DateOnly day, CancellationToken cancellationToken)
    {
        var clients = new HashSet<Guid>();
        var rows = connection.QueryAsync(
            "SELECT client FROM visible WHERE workspace = @workspace AND cloud = @cloud AND tenant = @tenant AND day = @day", cancellationToken,
            ("@workspace", engine.Id(workspace)), ("@cloud", cloud), ("@tenant", engine.Id(tenant)), ("@day", day.DayNumber));
        await foreach (var row in rows)
            clients.Add(engine.ReadId(row, 0));
        return clients;
    }

    /// <summary>Decides what becomes of a list: null when the day is sealed already, by whichever connection was quicker.</summary>
    /// <param name="list">As the connector gave it.</param>
    /// <param name="reading">The reading beside which it was asked; complete.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="seq">Its number.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<VisibleSealing?> DecideAsync(
        VisibleList list, CollectionReading reading, SyncAttempt attempt, long seq, CancellationToken cancellationToken)
    {
        if (reading is not { Reader: { } reader, Observed: { } observed })
            throw new ArgumentException("A complete reading has a reader and was answered.", nameof(reading));
        var client = reader.ClientId;
        observed = list.Observed ?? observed;
        if ((await ReadAsync(DayOf(observed), cancellationToken)).Contains(client))
            return null;
        if (list.Observation is not { } observation)
            return new VisibleSealing(null, null, false, list.Failure);
        var leaf = new VisibleLeaf
        {
            Client = client, Cloud = cloud, Connection = attempt.Connection, Seq = seq, Tenant = tenant, Count = list.Count, Digest = observation.Digest,
            List = ManifestList.Of(reading.Lists.Single(each => each.Template == UrlTemplate.Subscriptions)), Observed = observed,
        };
        var known = await engine.FindObservationsAsync(connection, workspace, [observation.Digest], cancellationToken);
        return new VisibleSealing(leaf, observation, known.Count == 0, null);
    }

    public static DateOnly DayOf(ObservedInterval observed) => DateOnly.FromDateTime(observed.From.UtcDateTime);
}

/// <summary>What a commit does with a list of visible subscriptions.</summary>
/// <param name="Leaf">The leaf to seal; null when the list is not known.</param>
/// <param name="Observation">Its observation.</param>
/// <param name="IsNew">The observation is stored nowhere yet, and is kept with its pages.</param>
/// <param name="Failure">Why the list is not known.</param>
internal sealed record VisibleSealing(VisibleLeaf? Leaf, Observation? Observation, bool IsNew, Failure? Failure);
