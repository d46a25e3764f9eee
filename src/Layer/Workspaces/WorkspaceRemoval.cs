using System.Data.Common;
using Layer.Access;
using Layer.Cli;
using Layer.Evidence.Audits;
using Layer.Evidence.Canonical;
using Layer.Ledger;
using Layer.Operations;
using Layer.Serving;
using Layer.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Layer.Workspaces;

/// <summary>Removes a workspace whole when its retention is over, and leaves a signed tombstone.</summary>
/// <remarks>
/// In this order: everybody else is kept out; hold and retention are read again; the tombstone is signed and on disk; the guards are taken down, the rows
/// deleted and the guards put back, all in one transaction. A crash before the commit leaves the workspace as it was, with a tombstone beside it that the
/// next attempt replaces and that nothing reads while the workspace is there.
/// </remarks>
internal sealed class WorkspaceRemoval(LayerDatabase database, EvidenceLedger ledger, WorkspaceRetention retention, Tombstones tombstones, TimeProvider clock)
{
    private StorageEngine Engine => database.Engine;

    /// <exception cref="RefusedException">
    /// WORKSPACE_HELD, RETENTION_NOT_OVER, WORKSPACE_IN_USE, LOG_ROLLED_BACK, LOG_BROKEN, KEYRING_LOST, DATA_FOLDER_UNWRITABLE: everything is as it was.
    /// </exception>
    public async Task<Tombstone> RemoveAsync(Workspace workspace, Statement statement, CancellationToken cancellationToken)
    {
        var tables = Tables();
        await using var connection = await database.ConnectAsync(cancellationToken);
        await using var transaction = await Engine.BeginWriteAsync(connection, cancellationToken);
        await Engine.LockTablesAsync(connection, [.. Names(tables)], cancellationToken);
        var now = Instant.Truncate(clock.GetUtcNow());
        (await retention.ReadAsync(connection, workspace, cancellationToken)).RefuseRemoval(workspace, now);
        Tombstone? left = null;
        var (note, key) = await ledger.SignLastAsync(
            connection, workspace.Id,
            (head, signer) => (left = new Tombstone(head.Origin, head.Size, head.Root, now, statement.By, statement.Reason)).Sign(signer), cancellationToken);
        tombstones.Write(workspace.Id, note, key);
        try
        {
            await database.WithoutGuardsAsync(connection, () => DeleteAsync(connection, tables, workspace.Id, cancellationToken), cancellationToken);
        }
        catch
        {
            tombstones.Delete(workspace.Id);
            throw;
        }

        // From here on the tombstone stays: a commit whose answer is lost may have been stored.
        await transaction.CommitAsync(CancellationToken.None);
        return left ?? throw new InvalidOperationException("A workspace was removed without a tombstone.");
    }

    /// <summary>Writes the database's files anew, without the bytes of what was removed.</summary>
    /// <exception cref="RefusedException">ERASURE_UNFINISHED: it is removed, and another process keeps its bytes from being overwritten.</exception>
    public async Task OverwriteAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        await Engine.EndErasingAsync(connection, [.. Names(Tables())], cancellationToken);
    }

    private async Task DeleteAsync(DbConnection connection, IReadOnlyList<Table> tables, Guid workspace, CancellationToken cancellationToken)
    {
        var members = new List<Guid>();
        await foreach (var row in connection.QueryAsync("SELECT person FROM membership WHERE workspace = @workspace", cancellationToken, ("@workspace", Engine.Id(workspace))))
            members.Add(Engine.ReadId(row, 0));
        foreach (var table in tables)
        {
            // RESTRICT is asked row by row: a row that points to another of its table would keep it from going first.
            foreach (var column in table.OwnReferences)
            {
                await connection.ExecuteAsync(
                    $"UPDATE \"{table.Name}\" SET {column} = NULL WHERE {table.Key} = @workspace", cancellationToken, ("@workspace", Engine.Id(workspace)));
            }

            await connection.ExecuteAsync($"DELETE FROM \"{table.Name}\" WHERE {table.Key} = @workspace", cancellationToken, ("@workspace", Engine.Id(workspace)));
        }

        // Somebody who is a member of another workspace stays; with a person go their passkeys and tokens (CASCADE).
        foreach (var member in members)
        {
            await connection.ExecuteAsync(
                "DELETE FROM person WHERE id = @person AND NOT EXISTS (SELECT 1 FROM membership WHERE person = @person)", cancellationToken, ("@person", Engine.Id(member)));
        }
    }

    private static IEnumerable<string> Names(IEnumerable<Table> tables) => tables.Select(table => table.Name).Append("person");

    /// <summary>Every table of the model, those that refer to others before them; so that a table added later cannot be left behind.</summary>
    private List<Table> Tables()
    {
        using var context = database.CreateContext();
        var left = context.Model.GetEntityTypes().Where(type => !IsOfInstallation(type)).ToList();
        var ordered = new List<Table>();
        while (left.Count > 0)
        {
            var next = left.Find(type => !left.Exists(other => other != type && other.GetForeignKeys().Any(key => key.PrincipalEntityType == type)))
                ?? throw new InvalidOperationException("Tables refer to each other in a circle.");
            left.Remove(next);
            ordered.Add(Table.Of(next));
        }

        return ordered;
    }

    // Whoever can sign in, and the keys of the web: they serve every workspace.
    private static bool IsOfInstallation(IEntityType type) => type.IsOwned() || type.ClrType == typeof(Person) || type.ClrType == typeof(WebKey)
        || (type.FindProperty(nameof(Workspace)) is null && type.GetForeignKeys().Any(key => key.PrincipalEntityType.ClrType == typeof(Person)));

    /// <param name="Name">The table.</param>
    /// <param name="Key">Its column that says whose a row is.</param>
    /// <param name="OwnReferences">Columns that refer to rows of the same table.</param>
    private sealed record Table(string Name, string Key, IReadOnlyList<string> OwnReferences)
    {
        public static Table Of(IEntityType type)
        {
            var name = type.GetTableName() ?? throw new InvalidOperationException($"{type.Name} has no table.");
            var key = type.ClrType == typeof(Workspace) ? nameof(Workspace.Id) : nameof(Workspace);
            var column = type.FindProperty(key)?.GetColumnName() ?? throw new InvalidOperationException($"The rows of {name} do not say whose they are.");
            return new Table(
                name, column,
                [.. type.GetForeignKeys().Where(own => own.PrincipalEntityType == type).SelectMany(own => own.Properties).Select(property => property.GetColumnName())]);
        }
    }
}
