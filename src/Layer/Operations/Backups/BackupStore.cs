using System.Globalization;
using System.Text.Json;
using Layer.Audits;
using Layer.Evidence;
using Layer.Storage;

namespace Layer.Operations.Backups;

/// <summary>Makes backups of an open database, and remembers when the last one was made.</summary>
internal sealed class BackupStore(DataFolder folder, TimeProvider clock)
{
    private const string TimeForm = "yyyy-MM-ddTHH:mm:ssZ";

    private readonly string _marker = Path.Combine(folder.Path, "last-backup.json");

    /// <summary>The folder <c>backups</c> of the data folder, where backups are put that nobody gave a place.</summary>
    public string Folder => Path.Combine(folder.Path, "backups");

    /// <summary>A free name in <see cref="Folder"/> that tells when and why it was made.</summary>
    public string NewPath(string why)
    {
        var name = Path.Combine(Folder, $"{why}-{clock.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}");
        var path = $"{name}.zip";
        for (var i = 2; File.Exists(path); i++)
            path = $"{name}-{i}.zip";
        return path;
    }

    /// <summary>Backs up what one moment saw; syncs go on meanwhile. The file is read again before this returns.</summary>
    /// <exception cref="RefusedException">FILE_EXISTS, FILE_UNWRITABLE.</exception>
    public async Task<Backup> CreateAsync(StorageEngine engine, string path, CancellationToken cancellationToken)
    {
        await using var connection = await engine.OpenAsync(cancellationToken);
        await using var snapshot = await engine.BeginReadAsync(connection, cancellationToken);
        return await CreateAsync(engine, connection, path, cancellationToken);
    }

    /// <summary>As above, of what the connection's open transaction sees.</summary>
    public async Task<Backup> CreateAsync(StorageEngine engine, System.Data.Common.DbConnection connection, string path, CancellationToken cancellationToken)
    {
        MakeFolder(path);
        BackupManifest manifest;
        long bytes;
        Digest sha256;
        using (var file = BundleFile.Create(path))
        {
            manifest = await new BackupWriter(engine, clock).WriteAsync(connection, await new Schema(engine).ReadAsync(connection, cancellationToken), file.Stream, cancellationToken);
            (bytes, sha256) = file.Finish();
        }

        using (var written = BackupFile.Open(path))
            written.CheckSums();
        var backup = new Backup(Path.GetFullPath(path), bytes, sha256, manifest);
        Remember(backup);
        return backup;
    }

    /// <summary>Deletes all but the newest of those that nobody gave a name. Copies from before an upgrade or a move stay.</summary>
    public void DeleteBeyond(int most)
    {
        // Their names begin with the time.
        foreach (var file in Directory.GetFiles(Folder, "layer-*.zip").OrderDescending(StringComparer.Ordinal).Skip(most))
            File.Delete(file);
    }

    /// <summary>When the last backup was made here, and where it was put; null when there never was one.</summary>
    public (DateTimeOffset At, string File)? FindLast()
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(_marker));
            return (json.RootElement.GetProperty("at").GetDateTimeOffset(), json.RootElement.GetProperty("file").GetString() ?? "");
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private void Remember(Backup backup)
    {
        try
        {
            using (var bytes = new FileStream(_marker + ".new", FileMode.Create))
            using (var json = new Utf8JsonWriter(bytes))
            {
                json.WriteStartObject();
                json.WriteString("at", backup.Manifest.CreatedAt.UtcDateTime.ToString(TimeForm, CultureInfo.InvariantCulture));
                json.WriteString("file", backup.File);
                json.WriteString("sha256", backup.Sha256.ToString());
                json.WriteEndObject();
            }

            File.Move(_marker + ".new", _marker, overwrite: true);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw DataFolder.Unwritable(folder.Path, refused.Message);
        }
    }

    private void MakeFolder(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) != Path.GetFullPath(Folder))
            return;
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(Folder);
            else
                Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw DataFolder.Unwritable(Folder, refused.Message);
        }
    }
}

/// <summary>A finished backup.</summary>
internal sealed record Backup(string File, long Bytes, Digest Sha256, BackupManifest Manifest);
