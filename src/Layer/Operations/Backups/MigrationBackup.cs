using System.Globalization;
using Layer.Audits;
using Layer.Storage;

namespace Layer.Operations.Backups;

/// <summary>
/// What is made of a database before it is migrated: of SQLite a copy of its file beside it, which the older version opens as it is; of PostgreSQL a backup in
/// <c>backups/</c>, which the older version restores.
/// </summary>
internal sealed class MigrationBackup(DataFolder folder, DatabaseAddress address, TimeProvider clock)
{
    /// <summary>Where it will be.</summary>
    public string Place => address is DatabaseAddress.Sqlite sqlite ? Path.GetDirectoryName(Path.GetFullPath(sqlite.File)) ?? folder.Path : new BackupStore(folder, clock).Folder;

    /// <returns>The path of the copy.</returns>
    /// <exception cref="RefusedException">FILE_EXISTS, FILE_UNWRITABLE, DATA_FOLDER_UNWRITABLE: there is no copy, so nothing is migrated.</exception>
    public async Task<string> MakeAsync(StorageEngine engine)
    {
        if (engine is not SqliteEngine files || address is not DatabaseAddress.Sqlite sqlite)
        {
            var store = new BackupStore(folder, clock);
            return (await store.CreateAsync(engine, store.NewPath("upgrade"), CancellationToken.None)).File;
        }

        var copy = $"{Path.GetFullPath(sqlite.File)}.before-{clock.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";
        using var file = BundleFile.Create(copy);
        await files.CopyToAsync(file.PartialPath, CancellationToken.None);
        file.Finish();
        return copy;
    }
}
