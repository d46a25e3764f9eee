using System.Data.Common;
using System.Security.Cryptography;
using Layer.Evidence.Log;
using Layer.Secrets;
using Layer.Storage;

namespace Layer.Ledger;

/// <summary>The rows of a log's signing keys.</summary>
internal static class SigningKeys
{
    /// <summary>Seals a new key and writes its row, inside the caller's write transaction.</summary>
    public static async Task InsertAsync(
        StorageEngine engine, DbConnection connection, Seal seal, Guid workspace, SigningKey key, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7(at);
        var seed = key.ExportSeed();
        byte[] sealedSeed;
        using (var secret = SecretText.FromUtf8(seed))
            sealedSeed = await seal.CloseAsync(engine, connection, SigningKeyRow.Place(workspace, id), secret, cancellationToken);
        CryptographicOperations.ZeroMemory(seed);
        await engine.InsertAsync(
            connection, "signing_key", ["id", "workspace", "verifier", "public_key", "private_key", "created_at"],
            [[engine.Id(id), engine.Id(workspace), key.Public.ToString(), key.Public.PublicKey.ToArray(), sealedSeed, at.UtcTicks]], cancellationToken);
    }

    /// <summary>All keys of a log, oldest first, retired ones included.</summary>
    public static async Task<List<KnownKey>> ListAsync(StorageEngine engine, DbConnection connection, Guid workspace, CancellationToken cancellationToken)
    {
        var keys = new List<KnownKey>();
        var rows = connection.QueryAsync(
            "SELECT id, verifier, created_at, retired_at FROM signing_key WHERE workspace = @workspace ORDER BY created_at, id", cancellationToken,
            ("@workspace", engine.Id(workspace)));
        await foreach (var row in rows)
        {
            keys.Add(new KnownKey(
                engine.ReadId(row, 0), VerificationKey.Parse(row.GetString(1)), new DateTimeOffset(row.GetInt64(2), TimeSpan.Zero),
                row.IsDBNull(3) ? null : new DateTimeOffset(row.GetInt64(3), TimeSpan.Zero)));
        }

        return keys;
    }

    /// <summary>The private halves of the keys that sign, oldest first; on request of those as well that sign no more.</summary>
    /// <exception cref="Operations.RefusedException">KEYRING_LOST, KEYRING_WRONG, SEAL_BROKEN.</exception>
    public static async Task<List<SigningKey>> OpenAsync(
        StorageEngine engine, DbConnection connection, Seal seal, Guid workspace, string origin, CancellationToken cancellationToken,
        bool retiredToo = false)
    {
        var keys = new List<SigningKey>();
        var rows = connection.QueryAsync(
            $"SELECT id, private_key FROM signing_key WHERE workspace = @workspace{(retiredToo ? "" : " AND retired_at IS NULL")} ORDER BY created_at, id", cancellationToken,
            ("@workspace", engine.Id(workspace)));
        await foreach (var row in rows)
        {
            using var seed = seal.Open(SigningKeyRow.Place(workspace, engine.ReadId(row, 0)), row.GetFieldValue<byte[]>(1));
            keys.Add(SigningKey.FromSeed(origin, seed.Utf8));
        }

        return keys.Count > 0 ? keys : throw new InvalidOperationException($"The workspace {workspace} has no signing key.");
    }
}

/// <summary>A key of a log, without its private half.</summary>
internal sealed record KnownKey(Guid Id, VerificationKey Key, DateTimeOffset CreatedAt, DateTimeOffset? RetiredAt)
{
    /// <summary>The key's id as eight hexadecimal digits, for people to name it by.</summary>
    public string ShortId => $"{Key.KeyId:x8}";

    public bool IsNamed(string text) => text == Key.ToString() || text.Equals(ShortId, StringComparison.OrdinalIgnoreCase);
}
