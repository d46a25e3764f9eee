using System.Globalization;
using Layer.Connections;
using Layer.Connections.Fleet;
using Layer.Evidence.Collecting;
using Layer.Evidence.Errors;
using Layer.Operations;
using Layer.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace Layer.Notices;

/// <summary>What people are to be told now, from what is stored. Asked twice it says the same, with the same keys: telling once is the sender's work.</summary>
internal sealed class NoticeBoard(Installation layer)
{
    /// <summary>So many days ahead of its end a secret is spoken of.</summary>
    public static readonly IReadOnlyList<int> DaysAhead = [1, 7, 14, 30];

    // What passes by itself mostly has passed by then.
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    /// <summary>Reads it.</summary>
    /// <param name="workspace">Whose.</param>
    /// <param name="told">Keys of what was told before; they say what has been resolved since.</param>
    /// <param name="cancellationToken">The cancellation token.</param>
    public async Task<IReadOnlyList<Notice>> ReadAsync(Workspace workspace, IReadOnlyCollection<string> told, CancellationToken cancellationToken)
    {
        var now = layer.Clock.GetUtcNow();
        var day = Text(DateOnly.FromDateTime(now.UtcDateTime));
        var credentials = (await layer.Credentials.ListAsync(workspace.Id, cancellationToken)).ToDictionary(credential => credential.Id);
        var causes = Cause.Of(await layer.Connections.ListAsync(workspace.Id, cancellationToken), credentials).Where(cause => cause.Failure is not null).ToList();
        var notices = new List<Notice>();
        foreach (var cause in causes.Where(cause => IsWorthTelling(cause, now)))
            notices.Add(Failing(cause, day));
        notices.AddRange(told.Where(key => key.StartsWith(NoticeKind.Failing + '|', StringComparison.Ordinal))
            .Select(key => key.Split('|')).GroupBy(parts => (Code: parts[1], Credential: parts[2]))
            .Where(group => !causes.Exists(cause => KeyOf(cause) == group.Key))
            .Select(group => Resolved(group.Key.Code, group.Key.Credential, group.Max(parts => parts[3])!, credentials)));
        foreach (var credential in credentials.Values)
        {
            if (Expiring(credential, now) is { } expiring)
                notices.Add(expiring);
        }

        var checkpoint = await NewestCheckpointAsync(workspace, cancellationToken);
        if (checkpoint is not null)
            notices.Add(new Notice(NoticeKind.Checkpoint, $"{NoticeKind.Checkpoint}|{day}", $"The log of {Text(DateOnly.FromDateTime(now.UtcDateTime))}", [], [], null, []));
        return [.. notices.Select(notice => notice with { Checkpoint = checkpoint, Address = layer.Settings.PublicUrl })];
    }

    /// <summary>What a test of the channels says.</summary>
    public async Task<Notice> TestAsync(Workspace? workspace, CancellationToken cancellationToken) => new(
        NoticeKind.Test, NoticeKind.Test, "A test", ["Somebody asked Layer to try this channel. Messages about failures, secrets that end and the day's checkpoint arrive here."], [], null, [])
    {
        Checkpoint = workspace is null ? null : await NewestCheckpointAsync(workspace, cancellationToken),
        Address = layer.Settings.PublicUrl,
    };

    private static bool IsWorthTelling(Cause cause, DateTimeOffset now) =>
        ErrorCatalog.Get(cause.Code!).Persistence != Persistence.Transient || now - cause.Since >= Patience; // a failure has a code

    private static (string Code, string Credential) KeyOf(Cause cause) => (cause.Code!, cause.Credential.Id.ToString()); // of failures only

    private static Notice Failing(Cause cause, string day)
    {
        var card = ErrorCatalog.Card(Cli.FailureReport.WithPortal(cause.Failure!), connecting: false); // chosen by the caller
        var count = cause.Connections.Count == 1 ? cause.Connections[0].Name : $"{cause.Connections.Count} connections";
        var (code, credential) = KeyOf(cause);
        return new Notice(
            NoticeKind.Failing, $"{NoticeKind.Failing}|{code}|{credential}|{day}", $"{count}: {card.Title}",
            [card.Why, .. card.DoThis, card.Safe], card.Commands, code, [.. cause.Connections.Select(connection => connection.Name)]);
    }

    private static Notice Resolved(string code, string credential, string day, Dictionary<Guid, Credential> credentials)
    {
        var name = credentials.TryGetValue(Guid.Parse(credential), out var found) ? found.Name : credential;
        return new Notice(
            NoticeKind.Resolved, $"{NoticeKind.Resolved}|{code}|{credential}|{day}", $"Resolved: {code} of {name}",
            [$"What was told on {day} is over: no connection of {name} fails with {code} any more. Days without a complete reading stay gaps: layer coverage"], [], code, []);
    }

    private static Notice? Expiring(Credential credential, DateTimeOffset now)
    {
        if (credential.SecretExpiresAt is not { } end || end <= now)
            return null;
        var left = (int)Math.Ceiling((end - now).TotalDays);
        if (DaysAhead.FirstOrDefault(days => left <= days) is not (> 0 and var ahead))
            return null;
        var card = ErrorCatalog.Card(Cli.FailureReport.WithPortal(new Failure("SECRET_EXPIRES_SOON", new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["clientId"] = credential.ClientId.ToString(), ["tenantId"] = credential.TenantId.ToString(), ["expiresOn"] = Text(DateOnly.FromDateTime(end.UtcDateTime)),
            ["days"] = left.ToString(CultureInfo.InvariantCulture), ["credential"] = credential.Name,
        })), connecting: false);
        return new Notice(
            NoticeKind.Expiring, $"{NoticeKind.Expiring}|{credential.Id}|{Text(DateOnly.FromDateTime(end.UtcDateTime))}|{ahead}", $"{credential.Name}: {card.Title}",
            [card.Why, .. card.DoThis], card.Commands, "SECRET_EXPIRES_SOON", []);
    }

    private async Task<string?> NewestCheckpointAsync(Workspace workspace, CancellationToken cancellationToken)
    {
        await using var db = layer.Database.CreateContext();
        return await db.Checkpoints.Where(checkpoint => checkpoint.Workspace == workspace.Id).OrderByDescending(checkpoint => checkpoint.Size)
            .Select(checkpoint => checkpoint.Text).FirstOrDefaultAsync(cancellationToken);
    }

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
