using System.Data.Common;
using Layer.Evidence.Log;

namespace Layer.Ledger;

internal sealed partial class EvidenceLedger
{
    /// <summary>Signs a last word about a log with its own key, inside a write transaction of the caller, which holds the log's head from here on.</summary>
    /// <param name="connection">Over which the transaction runs.</param>
    /// <param name="workspace">Whose log.</param>
    /// <param name="sign">Is given the head and the key.</param>
    /// <param name="cancellationToken">Cancelled: nothing was changed.</param>
    /// <exception cref="Operations.RefusedException">LOG_ROLLED_BACK, LOG_BROKEN: of a log that was altered nothing is signed. KEYRING_LOST, KEYRING_WRONG.</exception>
    public async Task<(SignedNote Note, VerificationKey Key)> SignLastAsync(
        DbConnection connection, Guid workspace, Func<Checkpoint, SigningKey, SignedNote> sign, CancellationToken cancellationToken)
    {
        var head = await ReadHeadAsync(connection, workspace, cancellationToken);
        if (await FindLastLineAsync(head.Origin, cancellationToken) is { } last)
            await RefuseRollbackAsync(connection, workspace, head.Size, last.Checkpoint, cancellationToken);
        // The newest key: auditors who pin one now pin this one.
        var key = (await SigningKeys.OpenAsync(Engine, connection, seal, workspace, head.Origin, cancellationToken))[^1];
        return (sign(head, key), key.Public);
    }
}
