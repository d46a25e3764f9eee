using System.Text;
using System.Text.Json;
using Layer.Operations;
using Layer.Secrets;
using Microsoft.Extensions.Time.Testing;

namespace Layer.Tests.Secrets;

public sealed class SealSpecs : IDisposable
{
    private const string Canary = "Cn4~ary.0f-a_secret~that.must~stay";

    private static readonly SealedPlace Place = new(Guid.Parse("01930000-0000-7000-8000-000000000001"), "credential/1", "secret");

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "layer-" + Guid.NewGuid().ToString("N"));
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.Parse("2026-11-23T06:00:00Z"));

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Item_16_what_is_sealed_opens_again_in_its_place()
    {
        using var ring = NewRing();
        using var opened = new Seal(ring, _clock).Open(Place, Close(ring, Place, Canary));

        Assert.Equal(Canary, opened.Reveal());
    }

    [Theory]
    [InlineData("01930000-0000-7000-8000-000000000002", "credential/1", "secret")]
    [InlineData("01930000-0000-7000-8000-000000000001", "credential/2", "secret")]
    [InlineData("01930000-0000-7000-8000-000000000001", "credential/1", "certificate")]
    [InlineData("01930000-0000-7000-8000-000000000001", "credential/1s", "ecret")]
    public void Item_16_a_sealed_value_carried_to_another_place_does_not_open(string workspace, string row, string field)
    {
        using var ring = NewRing();
        var blob = Close(ring, Place, Canary);

        var refused = Assert.Throws<RefusedException>(() => new Seal(ring, _clock).Open(new SealedPlace(Guid.Parse(workspace), row, field), blob));

        Assert.Equal("SEAL_BROKEN", refused.Failure.Code);
    }

    [Fact]
    public void Item_16_a_sealed_value_with_any_bit_changed_does_not_open()
    {
        using var ring = NewRing();
        var blob = Close(ring, Place, Canary);
        for (var i = 0; i < blob.Length; i++)
        {
            var changed = blob.ToArray();
            changed[i] ^= 1;
            var refused = Assert.Throws<RefusedException>(() => new Seal(ring, _clock).Open(Place, changed));
            Assert.Contains(refused.Failure.Code, (string[])["SEAL_BROKEN", "KEYRING_WRONG"]);
        }
    }

    [Fact]
    public void Item_16_each_version_has_its_own_data_key()
    {
        using var ring = NewRing();
        var (first, second) = (Close(ring, Place, Canary), Close(ring, Place, Canary));

        Assert.NotEqual(SealedBlob.Read(first).DataKeyId, SealedBlob.Read(second).DataKeyId);
        Assert.NotEqual(first, second);
        Assert.Equal(SealedBlob.Read(first).KeyEncryptionKeyId, SealedBlob.Read(second).KeyEncryptionKeyId);
    }

    [Fact]
    public void Item_16_the_data_key_of_one_version_grafted_onto_another_does_not_open_it()
    {
        using var ring = NewRing();
        var (first, second) = (Close(ring, Place, Canary), Close(ring, Place, Canary));
        byte[] grafted = [.. first[..77], .. second[77..]];

        Assert.Throws<RefusedException>(() => new Seal(ring, _clock).Open(Place, grafted));
    }

    [Fact]
    public void Item_16_a_value_wrapped_anew_opens_with_the_new_key_alone()
    {
        using var ring = NewRing();
        var blob = Close(ring, Place, Canary);
        var old = SealedBlob.Read(blob).KeyEncryptionKeyId;
        var current = ring.Add().Id;

        var rewrapped = new Seal(ring, _clock).Rewrap(blob);
        Assert.NotNull(rewrapped);
        Assert.Null(new Seal(ring, _clock).Rewrap(rewrapped));
        ring.Delete(old);

        using var reopened = KeyRing.Open(_folder, _clock);
        using var opened = new Seal(reopened, _clock).Open(Place, rewrapped);
        Assert.Equal(Canary, opened.Reveal());
        Assert.Equal(current, Assert.Single(reopened.KeyIds));
        Assert.Equal("KEYRING_WRONG", Assert.Throws<RefusedException>(() => new Seal(reopened, _clock).Open(Place, blob)).Failure.Code);
    }

    [Fact]
    public void Rule_6_a_secret_has_no_text_and_no_JSON()
    {
        using var secret = SecretText.From(Canary);

        Assert.Equal("•••", secret.ToString());
        Assert.Equal("•••", $"{secret}");
        Assert.Throws<NotSupportedException>(() => JsonSerializer.Serialize(secret));
        Assert.Throws<NotSupportedException>(() => JsonSerializer.Serialize(new { Secret = (object)secret }));
    }

    [Fact]
    public void Rule_6_a_disposed_secret_is_zeroed()
    {
        var secret = SecretText.From(Canary);
        var bytes = secret.Utf8;
        Assert.Equal(Canary, Encoding.UTF8.GetString(bytes));

        secret.Dispose();

        Assert.Equal(-1, bytes.IndexOfAnyExcept((byte)0));
        Assert.Throws<ObjectDisposedException>(() => secret.Reveal());
    }

    private KeyRing NewRing()
    {
        var ring = KeyRing.Open(_folder, _clock);
        ring.Check([]);
        return ring;
    }

    private byte[] Close(KeyRing ring, SealedPlace place, string text)
    {
        using var secret = SecretText.From(text);
        return new Seal(ring, _clock).Close(place, secret);
    }
}
