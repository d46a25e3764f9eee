using Layer.Azure;
using Layer.Evidence.Collecting;
using Layer.Evidence.Leaves;
using Layer.Ledger;
using Layer.Operations;

namespace Layer.Connections;

/// <summary>Gives a credential a new secret, or another app registration: tried on every connection first, then swapped for all of them at once.</summary>
internal sealed class CredentialRotation(
    ConnectionStore connections, CredentialStore credentials, EvidenceLedger ledger, ConnectionCheck check)
{
    private const int InFlight = 8;

    /// <returns>Each connection and why it failed; when one did, nothing was changed.</returns>
    /// <exception cref="RefusedException">SECRET_NEEDED, TENANT_PINNED, CREDENTIAL_CHANGED, CERTIFICATE_UNREADABLE. Nothing was changed.</exception>
    public async Task<RotationOutcome> RunAsync(Credential credential, RotationRequest request, string actor, CancellationToken cancellationToken)
    {
        if (request.SignIn is not { } signIn)
            throw new RefusedException("SECRET_NEEDED", ("credential", credential.Name));
        var cloud = request.Cloud ?? CloudName.Parse(credential.Cloud);
        var next = new ConnectRequest(cloud, Guid.Empty, request.TenantId ?? credential.TenantId, request.ClientId ?? credential.ClientId, signIn);
        var users = await connections.ListUsersAsync(credential, cancellationToken);
        foreach (var user in users)
            RefuseAnotherTenant(user, next);

        using var open = OpenCredential.Of(next.ClientId, signIn);
        var checks = await TryAsync(users.Where(u => u.State != ConnectionState.Paused), open.Azure, cancellationToken);
        var tried = checks.Select(c => (c.Connection, c.Found.Failure)).ToArray();
        if (tried.Any(t => t.Failure is not null))
            return new RotationOutcome(tried, Rotated: false);
        await SwapAsync(credential, next, checks.Select(c => c.Found.Secret).FirstOrDefault(told => told is not null), users, actor, cancellationToken);
        return new RotationOutcome(tried, Rotated: true);
    }

    private async Task<IReadOnlyList<(Connection Connection, CheckOutcome Found)>> TryAsync(
        IEnumerable<Connection> users, AzureCredential azure, CancellationToken cancellationToken)
    {
        using var gate = new SemaphoreSlim(InFlight);
        return await Task.WhenAll(users.Select(async user =>
        {
            await gate.WaitAsync(cancellationToken);
            try
            {
                var target = new AzureTarget(CloudName.Parse(user.Cloud), user.SubscriptionId, user.TenantId);
                return (user, await check.RunAsync(target, azure, told: null, cancellationToken));
            }
            finally
            {
                gate.Release();
            }
        }));
    }

    private Task SwapAsync(
        Credential before, ConnectRequest next, SecretEnd? told, List<Connection> tried, string actor, CancellationToken cancellationToken) =>
        ledger.AppendAsync(before.Workspace, async (log, connection) =>
        {
            var (credential, users) = await credentials.GetWithUsersAsync(connection, before.Id, cancellationToken);
            // A connection that came meanwhile was not tried, and a rotation that came meanwhile would be undone.
            if (credential.RotatedAt != before.RotatedAt || users.Exists(u => !tried.Exists(t => WasTried(t, u))))
                throw new RefusedException("CREDENTIAL_CHANGED", ("credential", before.Name));
            var change = credential.ClientId == next.ClientId ? ConnectionChange.CredentialRotated : ConnectionChange.CredentialReplaced;
            await credentials.ReplaceAsync(connection, credential, next, told, cancellationToken);
            foreach (var user in users)
                log.Add(ConnectionStore.LeafOf(user, credential, change, actor));
            if (users.Count == 0)
                log.Add(new AuditLeaf(actor, "credential.rotated", credential.Id.ToString(), Reason: null));
        }, cancellationToken);

    private static bool WasTried(Connection then, Connection now) =>
        then.Id == now.Id && (then.State != ConnectionState.Paused || now.State == ConnectionState.Paused);

    private static void RefuseAnotherTenant(Connection user, ConnectRequest next)
    {
        if (user.TenantId != next.TenantId || user.Cloud != CloudName.Of(next.Cloud))
        {
            throw new RefusedException("TENANT_PINNED",
                ("connection", user.Name), ("tenantId", user.TenantId.ToString()), ("tenantFromAzure", $"{next.TenantId}"));
        }
    }
}

/// <summary>What changes: null stays as it is. Without a way to sign in nothing can be changed at all: a stored secret goes nowhere new.</summary>
internal sealed record RotationRequest(SignIn? SignIn, Guid? ClientId = null, Guid? TenantId = null, AzureCloud? Cloud = null);

/// <summary>The connections that were tried, each with what failed.</summary>
internal sealed record RotationOutcome(IReadOnlyList<(Connection Connection, Failure? Failure)> Tried, bool Rotated);
