using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Layer.Storage;
using Microsoft.EntityFrameworkCore;

namespace Layer.Access;

/// <summary>Makes and recognises tokens for programs: <c>lyr_</c>, 32 letters and digits, and a checksum of 6, so that a typo and a leak are both easy to find.</summary>
internal sealed class ApiTokens(LayerDatabase database, TimeProvider clock)
{
    public const string Prefix = "lyr_";

    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int BodyLength = 32;
    private const int SumLength = 6;

    /// <summary>Makes a token; the text is given once and not kept.</summary>
    public async Task<(ApiToken Token, string Text)> CreateAsync(
        Guid workspace, Guid person, string name, TokenScope scope, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var body = RandomNumberGenerator.GetString(Alphabet, BodyLength);
        var text = Prefix + body + SumOf(body);
        var now = clock.GetUtcNow();
        var token = new ApiToken
        {
            Id = Guid.CreateVersion7(now), Workspace = workspace, Person = person, Name = name, Hash = HashOf(text), Scope = scope, CreatedAt = now, ExpiresAt = now + lifetime,
        };
        await using var db = database.CreateContext();
        db.ApiTokens.Add(token);
        await db.SaveChangesAsync(cancellationToken);
        return (token, text);
    }

    /// <summary>The token of this text while it is valid; a text with a wrong checksum costs no query.</summary>
    public async Task<ApiToken?> FindAsync(string text, CancellationToken cancellationToken)
    {
        if (!LooksRight(text))
            return null;
        var (hash, now) = (HashOf(text), clock.GetUtcNow());
        await using var db = database.CreateContext();
        var token = await db.ApiTokens.FirstOrDefaultAsync(t => t.Hash == hash && t.RevokedAt == null && t.ExpiresAt > now, cancellationToken);
        // Once an hour is enough to see whether a token is in use, and a busy program would else write at each call.
        if (token is not null && (token.LastUsedAt is not { } last || now - last > TimeSpan.FromHours(1)))
        {
            token.LastUsedAt = now;
            await db.SaveChangesAsync(cancellationToken);
        }

        return token;
    }

    /// <summary>Whether it has the shape and the checksum of a token.</summary>
    public static bool LooksRight(string text) =>
        text.Length == Prefix.Length + BodyLength + SumLength && text.StartsWith(Prefix, StringComparison.Ordinal)
        && SumOf(text.Substring(Prefix.Length, BodyLength)) == text[^SumLength..];

    private static string SumOf(string body)
    {
        var sum = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.ASCII.GetBytes(body)));
        Span<char> digits = stackalloc char[SumLength];
        for (var i = SumLength - 1; i >= 0; i--, sum /= (uint)Alphabet.Length)
            digits[i] = Alphabet[(int)(sum % (uint)Alphabet.Length)];
        return new string(digits);
    }

    private static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
