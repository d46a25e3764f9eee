using System.Data.Common;
using Layer.Operations;
using Layer.Secrets;
using Layer.Storage;

namespace Layer.Connections;

/// <summary>The app registrations of a workspace. A secret goes in sealed and comes out only as an <see cref="OpenCredential"/>.</summary>
internal sealed class CredentialStore(LayerDatabase database, Seal seal, TimeProvider clock)
{
    private StorageEngine Engine => database.Engine;

    public async Task<IReadOnlyList<Credential>> ListAsync(Guid workspace, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        return await connection.CredentialsAsync(Engine, "workspace = @workspace", cancellationToken, ("@workspace", Engine.Id(workspace)));
    }

    /// <exception cref="RefusedException">CREDENTIAL_NOT_FOUND.</exception>
    public async Task<Credential> GetAsync(Guid workspace, string name, CancellationToken cancellationToken)
    {
        var all = await ListAsync(workspace, cancellationToken);
        return all.FirstOrDefault(c => c.Name == name)
            ?? throw new RefusedException("CREDENTIAL_NOT_FOUND", ("credential", name), ("known", Names(all.Select(c => c.Name))));
    }

    public async Task<Credential> GetAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        return (await connection.CredentialsAsync(Engine, "id = @id", cancellationToken, ("@id", Engine.Id(id)))).Single();
    }

    /// <exception cref="RefusedException">KEYRING_LOST, KEYRING_WRONG, SEAL_BROKEN, CERTIFICATE_UNREADABLE.</exception>
    public OpenCredential Open(Credential credential)
    {
        using var value = credential.Secret is { } stored ? seal.Open(PlaceOf(credential), stored) : null;
        return OpenCredential.Of(credential.ClientId, new SignIn(credential.Kind, value));
    }

    /// <summary>What connects another subscription with a credential that is stored; the caller disposes its secret.</summary>
    /// <exception cref="RefusedException">KEYRING_LOST, KEYRING_WRONG, SEAL_BROKEN.</exception>
    public ConnectRequest RequestFor(Credential credential, Guid subscriptionId) => new(
        CloudName.Parse(credential.Cloud), subscriptionId, credential.TenantId, credential.ClientId,
        new SignIn(credential.Kind, credential.Secret is { } stored ? seal.Open(PlaceOf(credential), stored) : null));

    /// <summary>
    /// The credential for this app registration and secret, made when there is none. The same app with another secret is another credential:
    /// replacing the first one's is a rotation, which tries all its connections.
    /// </summary>
    public async Task<Credential> GetOrCreateAsync(
        DbConnection connection, Guid workspace, ConnectRequest request, Guid tenantId, CancellationToken cancellationToken)
    {
        var all = await connection.CredentialsAsync(Engine, "workspace = @workspace", cancellationToken, ("@workspace", Engine.Id(workspace)));
        if (all.FirstOrDefault(c => IsSame(c, request, tenantId)) is { } known)
            return known;
        var now = clock.GetUtcNow();
        var credential = new Credential
        {
            Id = Guid.CreateVersion7(now), Workspace = workspace, Name = NameOf(request, all), Kind = request.SignIn.Kind, Cloud = CloudName.Of(request.Cloud),
            TenantId = tenantId, ClientId = request.ClientId, CreatedAt = now,
        };
        credential.Secret = await CloseAsync(connection, credential, request.SignIn.Value, cancellationToken);
        await connection.InsertAsync(Engine, credential, cancellationToken);
        return credential;
    }

    /// <summary>Keeps what a check was told about the secret. Told nothing, it keeps what is known; a secret that was rotated since is another one.</summary>
    public async Task KeepAsync(Credential @checked, SecretEnd? told, CancellationToken cancellationToken)
    {
        if (told is null || (told.Hint == @checked.SecretHint && told.ExpiresAt == @checked.SecretExpiresAt))
            return;
        await using var connection = await database.ConnectAsync(cancellationToken);
        await connection.ExecuteAsync(
            "UPDATE credential SET secret_hint = @hint, secret_expires_at = @end WHERE id = @id AND COALESCE(rotated_at, 0) = @rotated", cancellationToken,
            ("@hint", told.Hint), ("@end", told.ExpiresAt.UtcTicks), ("@id", Engine.Id(@checked.Id)), ("@rotated", @checked.RotatedAt?.UtcTicks ?? 0));
    }

    /// <summary>Puts what signs in from now on in the place of what did; the caller has tried it.</summary>
    public async Task ReplaceAsync(
        DbConnection connection, Credential credential, ConnectRequest request, SecretEnd? told, CancellationToken cancellationToken)
    {
        credential.Kind = request.SignIn.Kind;
        credential.ClientId = request.ClientId;
        credential.TenantId = request.TenantId ?? credential.TenantId;
        credential.Cloud = CloudName.Of(request.Cloud);
        credential.Secret = await CloseAsync(connection, credential, request.SignIn.Value, cancellationToken);
        // Hint and end were those of the old secret; untold, those of the new one are unknown.
        await connection.ExecuteAsync(
            """
            UPDATE credential SET kind = @kind, client_id = @client, tenant_id = @tenant, cloud = @cloud, secret = @secret, secret_hint = @hint,
                secret_expires_at = @end, rotated_at = @now
            WHERE id = @id
            """,
            cancellationToken,
            ("@kind", KebabCaseText.Of(credential.Kind)), ("@client", Engine.Id(credential.ClientId)),
            ("@tenant", Engine.Id(credential.TenantId)), ("@cloud", credential.Cloud), ("@secret", credential.Secret),
            ("@hint", told?.Hint), ("@end", told?.ExpiresAt.UtcTicks), ("@now", clock.GetUtcNow().UtcTicks), ("@id", Engine.Id(credential.Id)));
    }

    /// <summary>As they are inside the transaction, with the connections that are not disconnected.</summary>
    public async Task<(Credential Credential, List<Connection> Users)> GetWithUsersAsync(
        DbConnection connection, Guid id, CancellationToken cancellationToken)
    {
        var found = await connection.CredentialsAsync(Engine, "id = @id", cancellationToken, ("@id", Engine.Id(id)));
        var users = await connection.ConnectionsAsync(
            Engine, "credential = @credential AND state <> 'disconnected'", cancellationToken, ("@credential", Engine.Id(id)));
        return (found.Single(), users);
    }

    public static string Names(IEnumerable<string> names) => names.ToArray() is { Length: > 0 } some ? string.Join(", ", some) : "none yet";

    private async Task<byte[]?> CloseAsync(DbConnection connection, Credential credential, SecretText? value, CancellationToken cancellationToken) =>
        value is null ? null : await seal.CloseAsync(Engine, connection, PlaceOf(credential), value, cancellationToken);

    private bool IsSame(Credential credential, ConnectRequest request, Guid tenantId)
    {
        if (credential.ClientId != request.ClientId || credential.TenantId != tenantId || credential.Kind != request.SignIn.Kind
            || credential.Cloud != CloudName.Of(request.Cloud))
            return false;
        if (credential.Secret is not { } stored || request.SignIn.Value is not { } given)
            return credential.Secret is null && request.SignIn.Value is null;
        using var opened = seal.Open(PlaceOf(credential), stored);
        return opened.Matches(given);
    }

    // app-1a2b3c4d, and more digits of the client id or a number when that is taken.
    private static string NameOf(ConnectRequest request, List<Credential> taken)
    {
        var stem = request.SignIn.Kind == CredentialKind.ManagedIdentity && request.ClientId == Guid.Empty ? "managed-identity" : $"app-{request.ClientId:N}"[..12];
        var name = stem;
        for (var number = 2; taken.Exists(c => c.Name == name); number++)
            name = $"{stem}-{number}";
        return name;
    }

    private static SealedPlace PlaceOf(Credential credential) => new(credential.Workspace, $"credential/{credential.Id}", "secret");
}
