using System.Data.Common;
using System.Reflection;
using Layer.Evidence.Leaves;
using Layer.Secrets;
using Layer.Storage;

namespace Layer.Ledger;

/// <summary>The one way into a workspace's log: every leaf is appended here, and every row it speaks of is written in the same transaction.</summary>
/// <param name="database">The open database.</param>
/// <param name="folder">Holds checkpoints.log beside the keys.</param>
/// <param name="seal">Opens the signing key.</param>
/// <param name="clock">Dates the leaves.</param>
/// <param name="reached">Called at each step; tests stop there.</param>
internal sealed partial class EvidenceLedger(
    LayerDatabase database, DataFolder folder, Seal seal, TimeProvider clock, Func<CommitStep, Task>? reached = null)
{
    /// <summary>The program that writes, as it stands in genesis leaves and manifests.</summary>
    public static ProductBuild Product { get; } = ReadProduct();

    private StorageEngine Engine => database.Engine;

    /// <summary>Appends leaves together with rows: both are stored, or neither.</summary>
    /// <param name="workspace">Whose log.</param>
    /// <param name="write">Adds leaves and writes rows over the given connection, inside its transaction.</param>
    /// <param name="cancellationToken">Cancelled before the commit: nothing is stored.</param>
    /// <exception cref="Operations.RefusedException">LOG_ROLLED_BACK: the log is not the one last signed. CLOCK_BEHIND_LOG, LOG_BROKEN. Nothing is stored.</exception>
    public Task AppendAsync(Guid workspace, Func<LogAppend, DbConnection, Task> write, CancellationToken cancellationToken) =>
        AppendAnywayAsync(workspace, async (log, connection) =>
        {
            await RefuseRollbackAsync(connection, workspace, log, cancellationToken);
            await write(log, connection);
        }, cancellationToken);

    private async Task AppendAnywayAsync(Guid workspace, Func<LogAppend, DbConnection, Task> write, CancellationToken cancellationToken)
    {
        await using var connection = await Engine.OpenAsync(cancellationToken);
        await using var transaction = await Engine.BeginWriteAsync(connection, cancellationToken);
        var log = await LogAppend.BeginAsync(Engine, connection, workspace, clock, cancellationToken);
        await write(log, connection);
        await log.WriteLeavesAsync(cancellationToken);
        await log.MoveHeadAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private Task ReachAsync(CommitStep step) => reached?.Invoke(step) ?? Task.CompletedTask;

    private static ProductBuild ReadProduct()
    {
        var assembly = typeof(EvidenceLedger).Assembly;
        var version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
        // Built outside a repository there is no commit; the module's id is a hash of what was compiled.
        return version.Split('+', 2) is [var number, { Length: > 0 } commit] && commit.All(char.IsAsciiHexDigitLower)
            ? new ProductBuild(number, commit)
            : new ProductBuild(version.Split('+')[0], assembly.ManifestModule.ModuleVersionId.ToString("N"));
    }
}
