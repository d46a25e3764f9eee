using Layer.Evidence.Audits;
using Layer.Storage;

namespace Layer.Inventory;

/// <summary>Erases what is stored about people. What the log holds of them are commitments, which say nothing without the salts that go here.</summary>
internal static class NameErasure
{
    /// <summary>
    /// Erases a principal, given by object id, or by any name or user principal name it was ever stored with, or all of them: how they are called and
    /// every sealed record with its salt.
    /// </summary>
    /// <returns>How many principals.</returns>
    /// <exception cref="Operations.RefusedException">ERASURE_UNFINISHED: the rows are gone, and a file of SQLite is not overwritten yet.</exception>
    /// <remarks>Files of SQLite are written anew without what was erased. A principal that still holds roles is looked up again when names are switched on.</remarks>
    public static async Task<int> ForgetAsync(LayerDatabase database, Guid workspace, string? principal, CancellationToken cancellationToken)
    {
        var engine = database.Engine;
        var known = (await new InventoryReader(database, workspace).NamesAsync(cancellationToken)).Matching(principal).Select(name => (name.TenantId, name.PrincipalId));
        // Who was deleted in the directory is found by the name that an older record still holds.
        var recorded = (await NameRecords.ListAsync(database, workspace, cancellationToken))
            .Where(record => principal is null || Holds(NameRecord.Parse(record.Bytes), principal)).Select(record => (record.Tenant, record.PrincipalId));
        var found = known.Union(recorded).ToList();
        await using var connection = await database.ConnectAsync(cancellationToken);
        await engine.BeginErasingAsync(connection, cancellationToken);
        await using (var transaction = await engine.BeginWriteAsync(connection, cancellationToken))
        {
            foreach (var (tenant, id) in found)
            {
                foreach (var table in (string[])["name_record", "principal_name"])
                {
                    await connection.ExecuteAsync(
                        $"DELETE FROM {table} WHERE workspace = @workspace AND tenant_id = @tenant AND principal_id = @principal", cancellationToken,
                        ("@workspace", engine.Id(workspace)), ("@tenant", engine.Id(tenant)), ("@principal", id));
                }
            }

            await transaction.CommitAsync(cancellationToken);
        }

        // Also when nothing was found: an earlier erasure may have been kept from overwriting the file.
        await engine.EndErasingAsync(connection, ["name_record", "principal_name"], cancellationToken);
        return found.Count;
    }

    private static bool Holds(NameRecord record, string text) =>
        ((string?[])[record.Id.ToString(), record.Name, record.UpnOrAppId]).Contains(text, StringComparer.OrdinalIgnoreCase);
}
