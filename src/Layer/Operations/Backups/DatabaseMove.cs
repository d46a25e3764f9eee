using Layer.Storage;

namespace Layer.Operations.Backups;

/// <summary>Carries a database over to an empty one: a backup of it, taken while nobody else can write, restored there. The old one stays as it was.</summary>
internal sealed class DatabaseMove(DataFolder folder, TimeProvider clock)
{
    /// <exception cref="RefusedException">DATABASE_SAME, DATABASE_IN_USE, and what <see cref="BackupRestore"/> refuses: nothing was changed.</exception>
    public async Task<(Backup Backup, IReadOnlyList<RestoredLog> Logs)> RunAsync(DatabaseAddress from, DatabaseAddress to, CancellationToken cancellationToken)
    {
        if (from.ToString() == to.ToString())
            throw new RefusedException("DATABASE_SAME", ("database", from.ToString()));
        await using var engine = StorageEngine.Of(from);
        var schema = new Schema(engine);
        await using var alone = await engine.OpenAloneAsync(schema.Tables(schema.Newest), cancellationToken);
        var store = new BackupStore(folder, clock);
        var backup = await store.CreateAsync(engine, alone, store.NewPath("move"), cancellationToken);
        using var file = BackupFile.Open(backup.File);
        // Whether the lock still stands: a session that was ended meanwhile has let somebody write what would not have been carried over.
        var restore = new BackupRestore(file, clock) { BeforeCommit = () => alone.ScalarAsync("SELECT 1", cancellationToken) };
        return (backup, await restore.RunAsync(to, folder.Keys, cancellationToken));
    }
}
