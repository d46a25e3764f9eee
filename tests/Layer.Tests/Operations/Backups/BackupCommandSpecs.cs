using System.Text.Json;
using Layer.Tests.Cli;
using Layer.Tests.Storage;

namespace Layer.Tests.Operations.Backups;

/// <summary>Backup, restore and move as a person types them.</summary>
public sealed class BackupCommandSpecs(PostgresCluster cluster) : IDisposable
{
    private readonly LayerAtAClock _layer = new();
    private readonly LayerAtAClock _other = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _layer.Dispose();
        _other.Dispose();
    }

    private void CopyKeys()
    {
        Directory.CreateDirectory(Path.Combine(_other.DataFolder, "keys"));
        foreach (var file in Directory.GetFiles(Path.Combine(_layer.DataFolder, "keys")))
            File.Copy(file, Path.Combine(_other.DataFolder, "keys", Path.GetFileName(file)));
    }

    private async Task<JsonElement> CreateAsync(params string[] more)
    {
        var made = await _layer.RunAsync(["backup", "create", .. more, "-o", "json"]);
        Assert.True(made.ExitCode == 0, made.Error);
        using var json = JsonDocument.Parse(made.Output);
        return json.RootElement.Clone();
    }

    [Fact]
    public async Task A_backup_is_made_verified_and_restored_elsewhere_with_the_keys_from_elsewhere()
    {
        await _layer.ConnectAsync("prod", "test");
        var made = await CreateAsync();
        var file = made.GetProperty("file").GetString()!;
        Assert.Equal(Path.Combine(_layer.DataFolder, "backups", "layer-20261123T060000Z.zip"), file);

        var verified = await _other.RunAsync("backup", "verify", file);
        Assert.Equal((0, ""), (verified.ExitCode, verified.Error));
        Assert.Contains("3 entries", verified.Output, StringComparison.Ordinal);
        Assert.Contains($"kek-{made.GetProperty("keys")[0].GetString()}.key of keys/", verified.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_other.DataFolder));

        var keyless = await _other.RunAsync("backup", "restore", file);
        Assert.Equal(1, keyless.ExitCode);
        Assert.Contains("BACKUP_KEY_MISSING", keyless.Error, StringComparison.Ordinal);
        Assert.Contains(made.GetProperty("keys")[0].GetString()!, keyless.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_other.DataFolder, "layer.db")));

        CopyKeys();
        var restored = await _other.RunAsync("backup", "restore", file);
        Assert.True(restored.ExitCode == 0, restored.Error);
        Assert.DoesNotContain("LOG_ROLLED_BACK", restored.Error, StringComparison.Ordinal);
        Assert.Contains("VALID", (await _other.RunAsync("verify")).Output.Split('\n')[^2], StringComparison.Ordinal);
        var twice = await _other.RunAsync("backup", "restore", file);
        Assert.Equal((1, true), (twice.ExitCode, twice.Error.Contains("DATABASE_NOT_EMPTY", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Evidence_is_restored_although_the_key_is_lost()
    {
        await _layer.ConnectAsync("prod");
        var file = (await CreateAsync()).GetProperty("file").GetString()!;

        Assert.Equal(0, (await _other.RunAsync("backup", "restore", file, "--without-keys")).ExitCode);

        Assert.Contains("VALID", (await _other.RunAsync("verify")).Output.Split('\n')[^2], StringComparison.Ordinal);
        Assert.Contains("KEYRING_LOST", (await _other.RunAsync("log", "rotate-key", "--reason", "lost")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_restores_an_older_backup_than_was_signed_is_told_at_once()
    {
        await _layer.ConnectAsync("prod");
        var file = (await CreateAsync()).GetProperty("file").GetString()!;
        Assert.Equal(0, (await _layer.RunAsync("workspace", "hold", "--by", "Ada Lovelace", "--reason", "litigation 7")).ExitCode);
        CopyKeys();

        var restored = await _other.RunAsync("backup", "restore", file);

        Assert.Equal(0, restored.ExitCode);
        Assert.Contains("LOG_ROLLED_BACK", restored.Error, StringComparison.Ordinal);
        Assert.Contains("layer log new-epoch", restored.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_never_written_over_and_a_missing_one_is_named()
    {
        await _layer.ConnectAsync("prod");
        var file = Path.Combine(_layer.DataFolder, "mine.zip");
        await CreateAsync(file);

        Assert.Contains("FILE_EXISTS", (await _layer.RunAsync("backup", "create", file)).Error, StringComparison.Ordinal);
        Assert.Equal(64, (await _layer.RunAsync("backup", "verify", file + ".not")).ExitCode);
        Assert.Contains("is a folder", (await _layer.RunAsync("backup", "restore", _layer.DataFolder)).Error, StringComparison.Ordinal);
        Assert.Contains("Nothing is connected yet", (await _other.RunAsync("backup", "create")).Error, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task Of_those_without_a_name_the_newest_are_kept_and_no_other_file_is_touched()
    {
        await _layer.ConnectAsync("prod");
        var mine = Path.Combine(_layer.DataFolder, "mine.zip");
        await CreateAsync(mine);
        await CreateAsync();
        File.Copy(mine, Path.Combine(_layer.DataFolder, "backups", "upgrade-20261101T000000Z.zip"));
        for (var day = 0; day < 3; day++)
        {
            _layer.Clock.Advance(TimeSpan.FromDays(1));
            await CreateAsync("--keep", "2");
        }

        Assert.Equal(
            ["layer-20261125T060000Z.zip", "layer-20261126T060000Z.zip", "upgrade-20261101T000000Z.zip"],
            Directory.GetFiles(Path.Combine(_layer.DataFolder, "backups")).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        Assert.True(File.Exists(mine));
        Assert.Contains("'0' is no number of backups", (await _layer.RunAsync("backup", "create", "--keep", "0")).Error, StringComparison.Ordinal);
        var wrong = await _layer.RunAsync("backup", "create", mine, "--keep", "2");
        Assert.Equal(64, wrong.ExitCode);
        Assert.Contains("Leave FILE or --keep out", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_embedded_installation_moves_to_PostgreSQL_and_says_which_setting_to_change()
    {
        if (!PostgresCluster.IsInstalled)
            Assert.Skip("PostgreSQL 15 is not installed.");
        await _layer.ConnectAsync("prod", "test");
        var address = await cluster.CreateDatabaseAsync();

        var moved = await _layer.RunAsync("database", "move", "--to", address);

        Assert.True(moved.ExitCode == 0, moved.Error);
        Assert.Contains("3 entries verified there", moved.Output, StringComparison.Ordinal);
        Assert.Contains("Layer__Database", moved.Error, StringComparison.Ordinal);
        Assert.Contains("DATABASE_NOT_EMPTY", (await _layer.RunAsync("database", "move", "--to", address)).Error, StringComparison.Ordinal);
        _layer.Variables["Layer__Database"] = address;
        Assert.Contains("VALID", (await _layer.RunAsync("verify")).Output.Split('\n')[^2], StringComparison.Ordinal);
        // The next signature is made there; from then on the old file may not go on.
        Assert.Equal(0, (await _layer.RunAsync("workspace", "hold", "--by", "Ada Lovelace", "--reason", "litigation 7")).ExitCode);
        Assert.Contains("DATABASE_SAME", (await _layer.RunAsync("database", "move", "--to", address)).Error, StringComparison.Ordinal);
        _layer.Variables.Remove("Layer__Database");
        Assert.Contains("LOG_ROLLED_BACK", (await _layer.RunAsync("workspace", "hold", "--by", "Ada Lovelace", "--reason", "again")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_cannot_be_one_is_refused_without_repeating_it()
    {
        var refused = await _layer.RunAsync("database", "move", "--to", "mysql://root:hunter2@db/layer");

        Assert.Equal(64, refused.ExitCode);
        Assert.Contains("--to: A database is given as postgres://", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refused.Error, StringComparison.Ordinal);
    }
}
