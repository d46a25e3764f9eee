using System.Data.Common;
using Layer.Storage;

namespace Layer.Connections;

/// <summary>Reads connections and credentials by plain SQL: a short command is over before EF has built its model.</summary>
internal static class ConnectionRows
{
    private const string ConnectionColumns =
        "id, workspace, name, subscription_id, tenant_id, cloud, credential, state, state_code, since, paused_by, paused_because, fence, lease_holder,"
        + " lease_until, next_seq, predecessor, created_at, disconnected_at";

    private const string CredentialColumns =
        "id, workspace, name, kind, cloud, tenant_id, client_id, secret, secret_hint, secret_expires_at, created_at, rotated_at";

    /// <summary>In order of name, then of age.</summary>
    public static async Task<List<Connection>> ConnectionsAsync(
        this DbConnection database, StorageEngine engine, string where, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        var found = new List<Connection>();
        var rows = database.QueryAsync(
            $"SELECT {ConnectionColumns} FROM connection WHERE {where} ORDER BY name, created_at", cancellationToken, parameters);
        await foreach (var row in rows)
        {
            found.Add(new Connection
            {
                Id = engine.ReadId(row, 0),
                Workspace = engine.ReadId(row, 1),
                Name = row.GetString(2),
                SubscriptionId = engine.ReadId(row, 3),
                TenantId = engine.ReadId(row, 4),
                Cloud = row.GetString(5),
                Credential = engine.ReadId(row, 6),
                State = KebabCaseText.Parse<ConnectionState>(row.GetString(7)),
                StateCode = Text(row, 8),
                Since = Time(row, 9)!.Value,
                PausedBy = Text(row, 10),
                PausedBecause = Text(row, 11),
                Fence = row.GetInt64(12),
                LeaseHolder = Text(row, 13),
                LeaseUntil = Time(row, 14),
                NextSeq = row.GetInt64(15),
                Predecessor = row.IsDBNull(16) ? null : engine.ReadId(row, 16),
                CreatedAt = Time(row, 17)!.Value,
                DisconnectedAt = Time(row, 18),
            });
        }

        return found;
    }

    /// <summary>In order of name.</summary>
    public static async Task<List<Credential>> CredentialsAsync(
        this DbConnection database, StorageEngine engine, string where, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        var found = new List<Credential>();
        var rows = database.QueryAsync($"SELECT {CredentialColumns} FROM credential WHERE {where} ORDER BY name", cancellationToken, parameters);
        await foreach (var row in rows)
        {
            found.Add(new Credential
            {
                Id = engine.ReadId(row, 0),
                Workspace = engine.ReadId(row, 1),
                Name = row.GetString(2),
                Kind = KebabCaseText.Parse<CredentialKind>(row.GetString(3)),
                Cloud = row.GetString(4),
                TenantId = engine.ReadId(row, 5),
                ClientId = engine.ReadId(row, 6),
                Secret = row.IsDBNull(7) ? null : row.GetFieldValue<byte[]>(7),
                SecretHint = Text(row, 8),
                SecretExpiresAt = Time(row, 9),
                CreatedAt = Time(row, 10)!.Value,
                RotatedAt = Time(row, 11),
            });
        }

        return found;
    }

    public static Task InsertAsync(this DbConnection database, StorageEngine engine, Connection connection, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            """
            INSERT INTO connection (id, workspace, name, subscription_id, tenant_id, cloud, credential, state, since, fence, next_seq, predecessor, created_at)
            VALUES (@id, @workspace, @name, @subscription, @tenant, @cloud, @credential, @state, @since, 0, 1, @predecessor, @created)
            """,
            cancellationToken,
            ("@id", engine.Id(connection.Id)), ("@workspace", engine.Id(connection.Workspace)), ("@name", connection.Name),
            ("@subscription", engine.Id(connection.SubscriptionId)), ("@tenant", engine.Id(connection.TenantId)), ("@cloud", connection.Cloud),
            ("@credential", engine.Id(connection.Credential)), ("@state", KebabCaseText.Of(connection.State)), ("@since", connection.Since.UtcTicks),
            ("@predecessor", connection.Predecessor is { } predecessor ? engine.Id(predecessor) : null), ("@created", connection.CreatedAt.UtcTicks));

    public static Task InsertAsync(this DbConnection database, StorageEngine engine, Credential credential, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            """
            INSERT INTO credential (id, workspace, name, kind, cloud, tenant_id, client_id, secret, secret_hint, secret_expires_at, created_at)
            VALUES (@id, @workspace, @name, @kind, @cloud, @tenant, @client, @secret, @hint, @expires, @created)
            """,
            cancellationToken,
            ("@id", engine.Id(credential.Id)), ("@workspace", engine.Id(credential.Workspace)), ("@name", credential.Name),
            ("@kind", KebabCaseText.Of(credential.Kind)), ("@cloud", credential.Cloud), ("@tenant", engine.Id(credential.TenantId)),
            ("@client", engine.Id(credential.ClientId)), ("@secret", credential.Secret), ("@hint", credential.SecretHint),
            ("@expires", credential.SecretExpiresAt?.UtcTicks), ("@created", credential.CreatedAt.UtcTicks));

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset? Time(DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : new DateTimeOffset(row.GetInt64(column), TimeSpan.Zero);
}
