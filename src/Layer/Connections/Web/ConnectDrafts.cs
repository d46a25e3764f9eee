using System.Text.Json;
using System.Text.Json.Nodes;
using Layer.Secrets;
using Layer.Storage;
using Microsoft.EntityFrameworkCore;

namespace Layer.Connections.Web;

/// <summary>Keeps what somebody typed at Connect for a day, the secret sealed, so that a tab can be closed while a role spreads or somebody else runs a command.</summary>
internal sealed class ConnectDrafts(LayerDatabase database, Seal seal, TimeProvider clock)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    /// <summary>The newest draft of a person; an empty one when there is none.</summary>
    public async Task<ConnectForm> FindAsync(Guid workspace, Guid person, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = database.CreateContext();
        var draft = await db.ConnectDrafts.AsNoTracking().Where(d => d.Workspace == workspace && d.Person == person && d.ExpiresAt > now).OrderByDescending(d => d.CreatedAt).FirstOrDefaultAsync(cancellationToken);
        return draft is null ? new ConnectForm() : Read(draft);
    }

    /// <summary>Stores a form in the place of what the person had before; expired drafts of everybody go with it.</summary>
    public async Task SaveAsync(Guid workspace, Guid person, ConnectForm form, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var engine = database.Engine;
        await using var connection = await database.ConnectAsync(cancellationToken);
        await using var transaction = await engine.BeginWriteAsync(connection, cancellationToken);
        await connection.ExecuteAsync(
            "DELETE FROM connect_draft WHERE (workspace = @workspace AND person = @person) OR expires_at <= @now", cancellationToken,
            ("@workspace", engine.Id(workspace)), ("@person", engine.Id(person)), ("@now", now.UtcTicks));
        var secret = form.Secret is { IsEmpty: false } given ? await seal.CloseAsync(engine, connection, PlaceOf(workspace, id), given, cancellationToken) : null;
        await engine.InsertAsync(
            connection, "connect_draft", ["id", "workspace", "person", "fields", "secret", "created_at", "expires_at"],
            [[engine.Id(id), engine.Id(workspace), engine.Id(person), Write(form), secret, now.UtcTicks, (now + Kept).UtcTicks]], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    public async Task DeleteAsync(Guid workspace, Guid person, CancellationToken cancellationToken)
    {
        await using var db = database.CreateContext();
        await db.ConnectDrafts.Where(d => d.Workspace == workspace && d.Person == person).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Deletes what is kept no longer, of everybody.</summary>
    public async Task DeleteExpiredAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        await connection.ExecuteAsync("DELETE FROM connect_draft WHERE expires_at <= @now", cancellationToken, ("@now", clock.GetUtcNow().UtcTicks));
    }

    private ConnectForm Read(ConnectDraft draft)
    {
        var fields = JsonNode.Parse(draft.Fields)!.AsObject(); // we wrote it
        return new ConnectForm
        {
            Name = Text("name"), SubscriptionId = Text("subscriptionId"), TenantId = Text("tenantId"), ClientId = Text("clientId"), Cloud = Text("cloud"), Kind = Text("kind"), Path = Text("path"),
            Secret = draft.Secret is { } secret ? seal.Open(PlaceOf(draft.Workspace, draft.Id), secret) : null,
        };

        string Text(string name) => fields[name]?.GetValue<string>() ?? "";
    }

    private static SealedPlace PlaceOf(Guid workspace, Guid id) => new(workspace, $"connect_draft/{id}", "secret");

    private static string Write(ConnectForm form) => JsonSerializer.Serialize(new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["name"] = form.Name, ["subscriptionId"] = form.SubscriptionId, ["tenantId"] = form.TenantId, ["clientId"] = form.ClientId, ["cloud"] = form.Cloud, ["kind"] = form.Kind, ["path"] = form.Path,
    });
}
