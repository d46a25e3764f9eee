using Layer.Operations;
using Layer.Secrets;
using Microsoft.Extensions.Time.Testing;

namespace Layer.Tests.Secrets;

public sealed class KeyRingSpecs : IDisposable
{
    private static readonly SealedPlace Place = new(Guid.Parse("01930000-0000-7000-8000-000000000001"), "credential/1", "secret");

    private readonly string _root = Path.Combine(Path.GetTempPath(), "layer-" + Guid.NewGuid().ToString("N"));
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.Parse("2026-11-23T06:00:00Z"));

    private string Folder => Path.Combine(_root, "keys");

    public void Dispose()
    {
        if (Directory.Exists(_root))
            Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public void The_first_key_is_made_on_first_use_and_only_its_owner_can_read_it()
    {
        using var ring = KeyRing.Open(Folder, _clock);
        ring.Check([]);
        Assert.False(Directory.Exists(Folder));

        var key = ring.GetCurrent();

        var file = Assert.Single(Directory.GetFiles(Folder));
        Assert.Equal($"kek-{key.Id}.key", Path.GetFileName(file));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
        }
    }

    [Fact]
    public void A_missing_key_ring_is_refused_and_no_key_is_made_in_its_place()
    {
        var sealedValue = SealOne();
        Directory.Delete(Folder, recursive: true);

        using var ring = KeyRing.Open(Folder, _clock);

        Assert.Equal("KEYRING_LOST", Assert.Throws<RefusedException>(() => ring.Check([sealedValue])).Failure.Code);
        Assert.Equal("KEYRING_LOST", Assert.Throws<RefusedException>(ring.GetCurrent).Failure.Code);
        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public void The_key_ring_of_another_installation_is_refused()
    {
        var sealedValue = SealOne();
        Directory.Delete(Folder, recursive: true);
        SealOne();

        using var ring = KeyRing.Open(Folder, _clock);

        Assert.Equal("KEYRING_WRONG", Assert.Throws<RefusedException>(() => ring.Check([sealedValue])).Failure.Code);
    }

    [Fact]
    public void Another_key_under_the_right_name_is_refused()
    {
        var sealedValue = SealOne();
        var file = Assert.Single(Directory.GetFiles(Folder));
        using var other = KeyEncryptionKey.Create(SealedBlob.Read(sealedValue).KeyEncryptionKeyId);
        File.WriteAllText(file, other.ToFileText());

        using var ring = KeyRing.Open(Folder, _clock);

        Assert.Equal("KEYRING_WRONG", Assert.Throws<RefusedException>(() => ring.Check([sealedValue])).Failure.Code);
    }

    [Fact]
    public void A_key_file_that_was_cut_is_refused()
    {
        SealOne();
        var file = Assert.Single(Directory.GetFiles(Folder));
        File.WriteAllText(file, File.ReadAllText(file)[..60]);

        Assert.Equal("KEYRING_WRONG", Assert.Throws<RefusedException>(() => KeyRing.Open(Folder, _clock)).Failure.Code);
    }

    [Fact]
    public void A_ring_that_was_never_checked_against_the_database_makes_no_key()
    {
        using var ring = KeyRing.Open(Folder, _clock);

        Assert.Equal("KEYRING_LOST", Assert.Throws<RefusedException>(ring.GetCurrent).Failure.Code);
    }

    [Fact]
    public void A_key_added_by_another_process_is_found_and_is_current()
    {
        using var here = KeyRing.Open(Folder, _clock);
        here.Check([]);
        here.GetCurrent();
        using var there = KeyRing.Open(Folder, _clock);

        var added = there.Add();

        Assert.Equal(added.Id, here.GetCurrent().Id);
    }

    [Fact]
    public void A_new_key_is_current_even_when_the_clock_was_set_back()
    {
        using var ring = KeyRing.Open(Folder, _clock);
        var first = ring.Add();
        using var earlier = KeyRing.Open(Folder, new FakeTimeProvider(_clock.GetUtcNow().AddYears(-1)));

        var second = earlier.Add();

        Assert.True(second.Id.CompareTo(first.Id) > 0);
        Assert.Equal(second.Id, earlier.GetCurrent().Id);
    }

    private byte[] SealOne()
    {
        using var ring = KeyRing.Open(Folder, _clock);
        ring.Check([]);
        using var secret = SecretText.From("a secret");
        return new Seal(ring, _clock).Close(Place, secret);
    }
}
