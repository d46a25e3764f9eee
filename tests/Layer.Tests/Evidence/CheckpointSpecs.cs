using System.Text;
using CsCheck;
using Layer.Evidence;
using Layer.Evidence.Log;
using NSec.Cryptography;

namespace Layer.Tests.Evidence;

public sealed class CheckpointSpecs
{
    private const string Origin = "layer/0198f000-0000-7000-8000-000000000001";
    private static readonly SigningKey Key = SigningKey.FromSeed(Origin, Enumerable.Range(1, 32).Select(i => (byte)i).ToArray());
    private static readonly SignedCheckpoint Signed = new Checkpoint(Origin, 1234, Digest.Of("root"u8)).Sign(Key);

    [Fact]
    public void A_signed_checkpoint_reads_back_and_is_valid_for_its_key_alone()
    {
        var read = SignedCheckpoint.Parse(Encoding.UTF8.GetBytes(Signed.ToString()));

        Assert.Equal(Signed.Checkpoint, read.Checkpoint);
        Assert.Equal(SignatureState.Valid, read.Check(Key.Public));
        Assert.Equal(SignatureState.NotSigned, read.Check(SigningKey.Create(Origin).Public));
        Assert.Equal(SignatureState.NotSigned, read.Check(SigningKey.FromSeed("layer/other", Key.ExportSeed()).Public));
    }

    [Fact]
    public void Every_single_bit_flip_of_a_signed_checkpoint_is_refused()
    {
        var bytes = Encoding.UTF8.GetBytes(Signed.ToString());
        for (var i = 0; i < bytes.Length * 8; i++)
        {
            var flipped = bytes.ToArray();
            flipped[i / 8] ^= (byte)(1 << i % 8);
            Assert.False(IsAccepted(flipped), $"Bit {i % 8} of byte {i / 8} was flipped and nobody minded.");
        }
    }

    [Fact]
    public void A_checkpoint_cut_short_or_with_a_byte_more_is_refused()
    {
        var bytes = Encoding.UTF8.GetBytes(Signed.ToString());
        for (var length = 0; length < bytes.Length; length++)
            Assert.False(IsAccepted(bytes[..length]));
        Assert.False(IsAccepted([.. bytes, (byte)'\n']));
        Assert.False(IsAccepted([0xEF, 0xBB, 0xBF, .. bytes]));
    }

    [Theory]
    [InlineData("layer/a\r\n7\nROOT\n")]
    [InlineData("layer/a\n7\r\nROOT\n")]
    [InlineData("layer/a\n07\nROOT\n")]
    [InlineData("layer/a\n+7\nROOT\n")]
    [InlineData("layer/a\n-7\nROOT\n")]
    [InlineData("layer/a\n 7\nROOT\n")]
    [InlineData("layer/a\n7 \nROOT\n")]
    [InlineData("layer/a\n\u0667\nROOT\n")]
    [InlineData("layer/a\n9007199254740992\nROOT\n")]
    [InlineData("layer/a\n0\nROOT\n")]
    [InlineData("layer/a\n7\nROOT \n")]
    [InlineData("layer/a\n7\nROOT\nextension\n")]
    [InlineData("layer/a\n7\nROOT")]
    [InlineData("layer/a\n\n7\nROOT\n")]
    [InlineData("\n7\nROOT\n")]
    [InlineData("layer/\u0430\n7\nROOT\n")]
    [InlineData("layer/a b\n7\nROOT\n")]
    [InlineData("layer/a+b\n7\nROOT\n")]
    [InlineData("layer/a\n7\n5tXY\n")]
    public void A_checkpoint_text_that_is_not_spelled_exactly_right_is_refused(string text)
    {
        var root = Digest.Of("root"u8).ToBase64();
        Assert.True(Checkpoint.TryParse("layer/a\n7\nROOT\n".Replace("ROOT", root), out _, out _));
        Assert.False(Checkpoint.TryParse(text.Replace("ROOT", root), out _, out var problem));
        Assert.EndsWith(".", problem);
    }

    [Fact]
    public void A_root_in_base64_with_stray_bits_is_refused()
    {
        // 32 bytes leave two unused bits in the last digit: 'A' and 'B' decode alike.
        var root = new Digest(new byte[32]).ToBase64();
        Assert.True(Checkpoint.TryParse($"layer/a\n7\n{root}\n", out _, out _));
        Assert.False(Checkpoint.TryParse($"layer/a\n7\n{root[..42]}B=\n", out _, out _));
    }

    [Theory]
    [InlineData("- NAME SIG\n")]
    [InlineData("\u2014NAME SIG\n")]
    [InlineData("\u2014  NAME SIG\n")]
    [InlineData("\u2014 NAME  SIG\n")]
    [InlineData("\u2014 NAME SIG \n")]
    [InlineData("\u2014 NAME SIG\r\n")]
    [InlineData("\u2014 NAME SIG")]
    [InlineData("\u2014 NAME\tSIG\n")]
    [InlineData("\u2014 NA+ME SIG\n")]
    [InlineData("\u2014 NAME AAAA\n")]
    [InlineData("\u2014 NAME SIG\ntext\n")]
    [InlineData("")]
    public void A_signature_line_that_is_not_spelled_exactly_right_is_refused(string line)
    {
        var signature = Signed.ToString().Split(' ')[^1].TrimEnd('\n');
        var note = $"{Signed.Checkpoint.Text}\n{line.Replace("NAME", Origin).Replace("SIG", signature)}";
        Assert.False(SignedNote.TryParse(Encoding.UTF8.GetBytes(note), out _, out var problem));
        Assert.EndsWith(".", problem);
    }

    [Fact]
    public void A_signature_of_somebody_else_beside_ours_is_ignored_and_a_broken_one_of_ours_is_not()
    {
        var witness = SigningKey.Create("witness.example");
        var foreign = witness.Sign(Signed.Checkpoint.Text).ToString().Split("\n\n")[1];
        var broken = Signed.ToString().Split("\n\n")[1].ToCharArray();
        broken[^20] = broken[^20] == 'A' ? 'B' : 'A';

        var cosigned = SignedCheckpoint.Parse(Encoding.UTF8.GetBytes(Signed + foreign));
        Assert.Equal(SignatureState.Valid, cosigned.Check(Key.Public));
        Assert.Equal(SignatureState.Valid, cosigned.Note.Check(witness.Public));
        var twice = SignedCheckpoint.Parse(Encoding.UTF8.GetBytes(Signed + new string(broken)));
        Assert.Equal(SignatureState.Invalid, twice.Check(Key.Public));
    }

    [Fact]
    public void Several_keys_sign_one_line_each_in_their_order_and_each_is_enough()
    {
        var second = SigningKey.Create(Origin);
        var signed = Signed.Checkpoint.Sign([Key, second]);
        var read = SignedCheckpoint.Parse(Encoding.UTF8.GetBytes(signed.ToString()));

        Assert.Equal([Key.Public.KeyId, second.Public.KeyId], read.Note.Signatures.Select(signature => signature.KeyId));
        Assert.Equal(SignatureState.Valid, read.Check(Key.Public));
        Assert.Equal(SignatureState.Valid, read.Check(second.Public));
        Assert.StartsWith(Signed.ToString(), signed.ToString());
        Assert.Throws<ArgumentException>(() => Signed.Checkpoint.Sign());
    }

    [Fact]
    public void A_key_signs_for_its_own_log_only()
    {
        Assert.Throws<ArgumentException>(() => Signed.Checkpoint.Sign(Key, SigningKey.Create("layer/other")));
        Assert.Throws<ArgumentException>(() => new Checkpoint("layer/other", 0, MerkleTree.EmptyRoot).Sign(Key));
    }

    [Fact]
    public void A_verification_key_reads_back_and_every_changed_character_is_refused()
    {
        var vkey = Key.Public.ToString();
        Assert.Equal(Key.Public, VerificationKey.Parse(vkey));
        for (var i = 0; i < vkey.Length; i++)
        {
            var changed = vkey.ToCharArray();
            changed[i] = changed[i] == '0' ? '1' : '0';
            Assert.ThrowsAny<FormatException>(() => VerificationKey.Parse(new string(changed)));
        }

        Assert.ThrowsAny<FormatException>(() => VerificationKey.Parse(vkey + "\n"));
        Assert.ThrowsAny<FormatException>(() => VerificationKey.Parse(vkey.ToUpperInvariant()));
    }

    [Fact]
    public void A_public_key_of_small_order_is_refused()
    {
        var identity = new byte[32];
        identity[0] = 1;
        Assert.ThrowsAny<FormatException>(() => new VerificationKey("layer/a", identity));
        Assert.ThrowsAny<FormatException>(() => new VerificationKey("layer/a", new byte[32]));
    }

    [Fact]
    public void Another_implementation_of_Ed25519_makes_the_same_signatures_and_accepts_ours()
    {
        var ed25519 = SignatureAlgorithm.Ed25519;
        Gen.Select(Gen.Byte.Array[32], Gen.String).Sample((seed, text) =>
        {
            // Names and texts are notes: no control characters.
            text = "x" + string.Concat(text.Where(c => !char.IsControl(c) && !char.IsSurrogate(c))) + "\n";
            var ours = SigningKey.FromSeed("layer/a", seed);
            using var theirs = NSec.Cryptography.Key.Import(ed25519, seed, KeyBlobFormat.RawPrivateKey);
            var bytes = Encoding.UTF8.GetBytes(text);
            var signature = ours.Sign(text).Signatures[0].Bytes.ToArray();
            return ours.Public.PublicKey.Span.SequenceEqual(theirs.PublicKey.Export(KeyBlobFormat.RawPublicKey))
                && signature.AsSpan().SequenceEqual(ed25519.Sign(theirs, bytes))
                && ed25519.Verify(theirs.PublicKey, bytes, signature)
                && ours.Public.Verify(bytes, signature);
        }, Property.Print, threads: 1);
    }

    [Fact]
    public void The_secret_of_a_key_does_not_show_in_its_text()
    {
        Assert.DoesNotContain(Convert.ToHexStringLower(Key.ExportSeed()), Key.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Convert.ToBase64String(Key.ExportSeed()), Key.ToString());
        Assert.Equal(Key.Public.ToString(), Key.ToString());
    }

    private static bool IsAccepted(byte[] note) =>
        SignedCheckpoint.TryParse(note, out var read, out _) && read.Check(Key.Public) == SignatureState.Valid;
}
