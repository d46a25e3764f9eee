using System.IO.Compression;
using Layer.Access;
using Layer.Operations.Backups;
using Layer.Storage;
using Layer.Tests.Audits;
using Layer.Tests.Ledger;
using Layer.Tests.Storage;
using Microsoft.AspNetCore.Identity;

namespace Layer.Tests.Operations.Backups;

/// <summary>A log of three days on one engine, somebody with a passkey, and an empty database of the other engine.</summary>
internal sealed class BackupWorld : IAsyncDisposable
{
    private readonly DirectoryInfo _out = Directory.CreateTempSubdirectory("layer-backups-");
    private readonly PostgresCluster _cluster;
    private int _files;

    private BackupWorld(AuditWorld audit, TestDatabase target, PostgresCluster cluster) => (Audit, Target, _cluster) = (audit, target, cluster);

    public AuditWorld Audit { get; }

    public LedgerWorld Ledger => Audit.Ledger;

    public TestDatabase Target { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<BackupWorld> StartAsync(Engine engine, PostgresCluster cluster)
    {
        var audit = await AuditWorld.StartAsync(engine, cluster);
        await audit.ReadAsync(3);
        await using (var context = audit.Ledger.Database.CreateContext())
        {
            var ada = new Person { Id = Guid.CreateVersion7(), DisplayName = "Ada", CreatedAt = audit.Ledger.Clock.GetUtcNow(), UserName = "ada@contoso.example", Email = "ada@contoso.example", EmailConfirmed = true };
            context.People.Add(ada);
            context.Set<IdentityUserPasskey<Guid>>().Add(new IdentityUserPasskey<Guid>
            {
                UserId = ada.Id, CredentialId = [1, 2, 3],
                Data = new IdentityPasskeyData { Name = "Schlüssel", PublicKey = [4, 5], CreatedAt = audit.Ledger.Clock.GetUtcNow(), Transports = ["usb", "nfc"], AttestationObject = [6], ClientDataJson = [7], SignCount = 7, IsUserVerified = true },
            });
            await context.SaveChangesAsync(Cancellation);
        }

        return new BackupWorld(audit, await TestDatabase.CreateAsync(engine == Engine.Sqlite ? Engine.Postgres : Engine.Sqlite, cluster), cluster);
    }

    public string NewPath() => Path.Combine(_out.FullName, $"{_files++}.zip");

    public BackupStore Store => new(Ledger.Folder, Ledger.Clock);

    public Task<Backup> BackUpAsync() => Store.CreateAsync(Ledger.Database.Engine, NewPath(), Cancellation);

    public async Task<IReadOnlyList<RestoredLog>> RestoreAsync(string path, DatabaseAddress? address = null, string? keys = null)
    {
        using var file = BackupFile.Open(path);
        return await new BackupRestore(file, Ledger.Clock).RunAsync(address ?? Target.Address, keys ?? Ledger.Folder.Keys, Cancellation);
    }

    public async Task<IReadOnlyList<RestoredLog>> RehearseAsync(string path)
    {
        using var file = BackupFile.Open(path);
        return await new BackupRestore(file, Ledger.Clock).RehearseAsync(Cancellation);
    }

    /// <summary>The same backup with one entry changed, and its sum put right when asked for: what somebody with an editor can do.</summary>
    public string Alter(string path, string entry, Func<string, string> change, bool withSum = false)
    {
        var copy = NewPath();
        File.Copy(path, copy);
        using var zip = ZipFile.Open(copy, ZipArchiveMode.Update);
        var before = Read(zip, entry);
        var after = change(before);
        Assert.NotEqual(before, after);
        Write(zip, entry, after);
        if (withSum)
            Write(zip, "manifest.json", Read(zip, "manifest.json").Replace(Sum(before), Sum(after), StringComparison.Ordinal));
        return copy;
    }

    /// <summary>Every table of a database, hashed as a backup does.</summary>
    public async Task<IReadOnlyList<(string Table, long Rows, string Sha256)>> SumsAsync(LayerDatabase database)
    {
        var made = await Store.CreateAsync(database.Engine, NewPath(), Cancellation);
        return [.. made.Manifest.Tables.Select(table => (table.Name, table.Rows, table.Sha256.ToString()))];
    }

    public async ValueTask DisposeAsync()
    {
        await Target.DisposeAsync();
        await Audit.DisposeAsync();
        _out.Delete(recursive: true);
    }

    private static string Sum(string text) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));

    private static string Read(ZipArchive zip, string entry)
    {
        using var reader = new StreamReader(zip.GetEntry(entry)!.Open());
        return reader.ReadToEnd();
    }

    private static void Write(ZipArchive zip, string entry, string text)
    {
        zip.GetEntry(entry)!.Delete();
        using var writer = new StreamWriter(zip.CreateEntry(entry).Open());
        writer.Write(text);
    }
}
