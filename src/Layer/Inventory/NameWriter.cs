using System.Data.Common;
using System.Security.Cryptography;
using Layer.Azure.Names;
using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;
using Layer.Ledger;
using Layer.Storage;

namespace Layer.Inventory;

/// <summary>Stores what one directory answered: the rows people see, and a commitment to each record that differs from the last one sealed of its principal.</summary>
internal sealed class NameWriter(StorageEngine engine, DbConnection connection, Guid workspace, CancellationToken cancellationToken)
{
    /// <summary>To be called inside an append: rows, records and leaf are stored together or not at all.</summary>
    /// <returns>How many records were sealed; 0 when all is as it was, and then no leaf is added.</returns>
    public async Task<int> WriteAsync(LogAppend log, Guid tenant, IReadOnlyDictionary<Guid, NameLookup> ends)
    {
        var last = await ReadLastAsync(tenant);
        var fresh = new List<(NameRecord Record, byte[] Salt, byte[] Bytes, Digest Commitment)>();
        foreach (var (principal, end) in ends)
        {
            // "Not looked up" has no row, and does not wipe out what was known before.
            if (RecordOf(tenant, principal, end) is not { } record)
                continue;
            await KeepAsync(record, log.At);
            var bytes = record.ToBytes();
            if (last.TryGetValue(principal, out var before) && before.AsSpan().SequenceEqual(bytes))
                continue;
            // A new salt each time: with an old one, whoever was shown the record before could tell that it came back.
            var salt = RandomNumberGenerator.GetBytes(NameRecord.SaltSize);
            fresh.Add((record, salt, bytes, NameRecord.Commitment(salt, bytes)));
        }

        if (fresh.Count == 0)
            return 0;
        var (_, leaf) = log.Add(new NamesLeaf(tenant, [.. fresh.Select(each => each.Commitment).Order()]));
        await engine.InsertAsync(
            connection, "name_record", ["workspace", "tenant_id", "principal_id", "commitment", "salt", "bytes", "leaf", "at"],
            fresh.Select(each => new object?[]
            {
                engine.Id(workspace), engine.Id(tenant), each.Record.Id.ToString(), each.Commitment.ToArray(), each.Salt, each.Bytes, leaf, log.At.UtcTicks,
            }),
            cancellationToken);
        return fresh.Count;
    }

    private static NameRecord? RecordOf(Guid tenant, Guid principal, NameLookup end) => end switch
    {
        NameLookup.Resolved found => new NameRecord
        {
            Tenant = tenant, Id = principal, State = NameRecord.Resolved, Type = found.Type, Name = found.Name, UpnOrAppId = found.Detail,
            UserType = found.UserType, Enabled = found.Enabled,
        },
        NameLookup.NotFound => new NameRecord { Tenant = tenant, Id = principal, State = NameRecord.NotFound },
        NameLookup.NotPermitted there => new NameRecord { Tenant = tenant, Id = principal, State = NameRecord.NotPermitted, Type = there.Type },
        _ => null,
    };

    private Task KeepAsync(NameRecord record, DateTimeOffset at) => connection.ExecuteAsync(
        """
        INSERT INTO principal_name
            (workspace, tenant_id, principal_id, state, name, detail, type, user_type, enabled, first_looked_up_at, last_looked_up_at)
        VALUES (@workspace, @tenant, @principal, @state, @name, @detail, @type, @userType, @enabled, @now, @now)
        ON CONFLICT (workspace, tenant_id, principal_id) DO UPDATE
        SET state = excluded.state, name = excluded.name, detail = excluded.detail, type = excluded.type, user_type = excluded.user_type,
            enabled = excluded.enabled, last_looked_up_at = excluded.last_looked_up_at
        """,
        cancellationToken,
        ("@workspace", engine.Id(workspace)), ("@tenant", engine.Id(record.Tenant)), ("@principal", record.Id.ToString()),
        ("@state", record.State), ("@name", record.Name), ("@detail", record.UpnOrAppId), ("@type", record.Type), ("@userType", record.UserType),
        ("@enabled", record.Enabled is { } enabled ? engine.Flag(enabled) : null), ("@now", at.UtcTicks));

    private async Task<Dictionary<Guid, byte[]>> ReadLastAsync(Guid tenant)
    {
        var last = new Dictionary<Guid, byte[]>();
        var rows = connection.QueryAsync(
            """
            SELECT r.principal_id, r.bytes FROM name_record r WHERE r.workspace = @workspace AND r.tenant_id = @tenant AND r.leaf =
                (SELECT MAX(l.leaf) FROM name_record l WHERE l.workspace = r.workspace AND l.tenant_id = r.tenant_id AND l.principal_id = r.principal_id)
            """,
            cancellationToken, ("@workspace", engine.Id(workspace)), ("@tenant", engine.Id(tenant)));
        await foreach (var row in rows)
            last[Guid.Parse(row.GetString(0))] = row.GetFieldValue<byte[]>(1);
        return last;
    }
}
