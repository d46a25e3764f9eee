using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Storage;
using Layer.Tests.Evidence;
using Layer.Tests.Storage;

namespace Layer.Tests.Ledger;

public sealed class DatabaseTamperOnSqliteSpecs(PostgresCluster cluster) : DatabaseTamperSpecs(Engine.Sqlite, cluster);

public sealed class DatabaseTamperOnPostgresSpecs(PostgresCluster cluster) : DatabaseTamperSpecs(Engine.Postgres, cluster);

/// <summary>What somebody with every right on the database might do, beyond what VerificationSpecs does in one statement; <c>layer verify</c> names the first bad item.</summary>
public abstract class DatabaseTamperSpecs(Engine engine, PostgresCluster cluster)
{
    private const string OfAda = "digest = (SELECT digest FROM observation WHERE key LIKE '%/ada')";

    private static readonly Dictionary<string, (Func<TamperedLog, Task> Attack, Func<TamperedLog, string> Named)> Attacks = new(StringComparer.Ordinal)
    {
        ["a bit of a leaf"] = (log => log.FlipAsync("log_leaf", "bytes", "idx = 5"), _ => "Leaf 5: its bytes cannot be unpacked."),
        ["other bytes packed into a leaf"] = (
            log => log.SetAsync("UPDATE log_leaf SET bytes = @bytes WHERE idx = 2", ("@bytes", PackedBytes.Pack(log.Leaves[3].Bytes.Span))), _ => "Leaf 2: "),
        ["a leaf written anew with its hash"] = (
            async log =>
            {
                var failed = log.IndexOf(LeafKind.Sync, 1);
                var leaf = log.Again<SyncManifest>(failed, body => body with { Code = "ARM_UNREACHABLE" });
                await log.SetAsync(
                    $"UPDATE log_leaf SET bytes = @bytes, hash = @hash WHERE idx = {failed}", ("@bytes", PackedBytes.Pack(leaf.Bytes.Span)), ("@hash", leaf.Hash.ToArray()));
            },
            log => $"Leaf {log.IndexOf(LeafKind.Sync, 1) | 1}: it completes node 1/{log.IndexOf(LeafKind.Sync, 1) / 2}"),
        ["a leaf written anew with the tree"] = (
            log =>
            {
                var failed = log.IndexOf(LeafKind.Sync, 1);
                return log.RebuildAsync([.. log.Leaves.Select((leaf, i) => i == failed ? log.Again<SyncManifest>(i, body => body with { Code = "ARM_UNREACHABLE" }) : leaf)]);
            },
            log => $"Leaf {log.Signed}: the first {log.Signed} leaves have the root "),
        ["a leaf left out, with the tree"] = (
            log => log.RebuildAsync([.. log.Leaves.Where((_, i) => i != log.IndexOf(LeafKind.Visible))]), log => $"Leaf {log.IndexOf(LeafKind.Sync, 1)}: the first {log.IndexOf(LeafKind.Sync, 1)} leaves have the root "),
        ["a failed day left out with its manifest, row and tree"] = (
            async log =>
            {
                await log.RebuildAsync([.. log.Leaves.Where((_, i) => i != log.IndexOf(LeafKind.Sync, 1))]);
                await log.SqlAsync("DELETE FROM sync WHERE status = 'failed'");
            },
            log => $"Leaf {log.IndexOf(LeafKind.Sync, 1)}: "),
        ["the newest day left out with all its rows and the tree"] = (
            async log =>
            {
                var last = log.IndexOf(LeafKind.Sync, 3);
                await log.RebuildAsync([.. log.Leaves.Take(last)]);
                await log.SqlAsync($"DELETE FROM sync WHERE leaf >= {last}");
                foreach (var table in (string[])["evidence", "exception"])
                    await log.SqlAsync($"DELETE FROM {table} WHERE idx >= {last}");
                await log.SqlAsync($"DELETE FROM checkpoint WHERE size > {last}");
            },
            log => $"Leaf {log.IndexOf(LeafKind.Sync, 3)}: it is missing: a checkpoint of {log.Signed} leaves was signed."),
        ["a leaf put in, with the tree"] = (
            log => log.RebuildAsync([.. log.Leaves.Take(5), Leaf.Create(log.Leaves[4].At, log.World.Workspace.Origin, Samples.Bodies["audit"]), .. log.Leaves.Skip(5)]),
            _ => "Leaf "),
        ["a leaf added without the head"] = (
            log => log.InsertLeafAsync(log.Signed, Leaf.Create(log.Leaves[^1].At, log.World.Workspace.Origin, Samples.Bodies["audit"])),
            log => $"The head says that the log has {log.Signed} leaves, and it has {log.Signed + 1}."),
        ["two leaves in each other's place"] = (
            async log =>
            {
                await log.SqlAsync("UPDATE log_leaf SET idx = 999 WHERE idx = 3");
                await log.SqlAsync("UPDATE log_leaf SET idx = 3 WHERE idx = 4");
                await log.SqlAsync("UPDATE log_leaf SET idx = 4 WHERE idx = 999");
            },
            _ => "Leaf "),
        ["two records in each other's place, with the tree"] = (
            log =>
            {
                var leaves = log.Leaves.ToList();
                var (first, second) = (log.IndexOf(LeafKind.Evidence), log.IndexOf(LeafKind.Evidence, 2));
                (leaves[first], leaves[second]) = (leaves[second], leaves[first]);
                return log.RebuildAsync(leaves);
            },
            log => $"Leaf {log.IndexOf(LeafKind.Evidence)}: "),
        ["two nodes in each other's place"] = (
            async log =>
            {
                await log.SqlAsync("UPDATE log_node SET idx = 999 WHERE level = 1 AND idx = 0");
                await log.SqlAsync("UPDATE log_node SET idx = 0 WHERE level = 1 AND idx = 1");
                await log.SqlAsync("UPDATE log_node SET idx = 1 WHERE level = 1 AND idx = 999");
            },
            _ => "Leaf 1: it completes node 1/0"),
        ["a node of leaves that are not there"] = (
            log => log.SqlAsync("UPDATE log_node SET level = 9 WHERE level = 2 AND idx = 1"), _ => "Leaf 7: it completes node 2/1"),
        ["a head of one leaf less"] = (log => log.SqlAsync("UPDATE log_head SET size = size - 1"), log => $"The head says that the log has {log.Signed - 1} leaves, and it has {log.Signed}."),
        ["an old head"] = (log => log.PutOldHeadAsync(), log => $"The head says that the log has {log.IndexOf(LeafKind.Sync, 1)} leaves, and it has {log.Signed}."),
        ["no head"] = (log => log.SqlAsync("DELETE FROM log_head"), log => $"The head is missing: the log has {log.Signed} leaves"),
        ["an older checkpoint under a newer size"] = (
            log => log.SqlAsync($"UPDATE checkpoint SET text = (SELECT text FROM checkpoint ORDER BY size LIMIT 1) WHERE size = {log.Signed}"),
            log => $"The stored checkpoint of size {log.Signed} is one of size {log.IndexOf(LeafKind.Sync, 1)}."),
        ["a checkpoint that a stranger signed"] = (
            log => log.SetAsync(
                $"UPDATE checkpoint SET text = @text WHERE size = {log.Signed}",
                ("@text", new Checkpoint(log.World.Workspace.Origin, log.Signed, MerkleTree.Root([.. log.Leaves.Select(leaf => leaf.Hash)])).Sign(SigningKey.Create(log.World.Workspace.Origin)).ToString())),
            log => $"The checkpoint of size {log.Signed} is not signed by the log's key."),
        ["a checkpoint of another tree"] = (
            log => log.SetAsync(
                $"UPDATE checkpoint SET text = @text WHERE size = {log.Signed}",
                ("@text", new Checkpoint(log.World.Workspace.Origin, log.Signed, Samples.Hash("another tree")).Sign(SigningKey.Create(log.World.Workspace.Origin)).ToString())),
            log => $"Leaf {log.Signed}: the first {log.Signed} leaves have the root "),
        ["a key that no leaf names"] = (
            log => log.SetAsync("UPDATE signing_key SET verifier = @key", ("@key", SigningKey.Create(log.World.Workspace.Origin).Public.ToString())), _ => "The signing key "),
        ["a key retired without a leaf"] = (log => log.SqlAsync("UPDATE signing_key SET retired_at = created_at"), _ => "The signing key "),
        ["a bit of an observation"] = (log => log.FlipAsync("observation", "bytes", "key LIKE '%/ada'"), _ => "The observation "),
        ["an observation under another key"] = (log => log.SqlAsync("UPDATE observation SET key = key || 'm' WHERE key LIKE '%/ada'"), _ => "The columns of the observation "),
        ["an observation of another type"] = (log => log.SqlAsync("UPDATE observation SET type = 'azure.roleDefinition' WHERE key LIKE '%/ada'"), _ => "The columns of the observation "),
        ["two observations in each other's place"] = (
            log => log.SqlAsync(
                "UPDATE observation SET bytes = (SELECT other.bytes FROM observation other WHERE other.type = 'azure.roleAssignment' AND other.key <> observation.key) WHERE type = 'azure.roleAssignment'"),
            _ => "The observation "),
        ["an interval that begins earlier"] = (
            log => log.SqlAsync($"UPDATE observation_version SET from_seq = 3 WHERE from_seq = 4 AND {OfAda}"), log => $"Leaf {log.IndexOf(LeafKind.Evidence, 2)}: "),
        ["an interval that never ended"] = (
            log => log.SqlAsync($"UPDATE observation_version SET to_seq = NULL, to_at = NULL WHERE from_seq = 1 AND {OfAda}"), log => $"Leaf {log.IndexOf(LeafKind.Evidence, 2)}: "),
        ["an interval dated otherwise"] = (log => log.SqlAsync($"UPDATE observation_version SET from_at = from_at - 1 WHERE from_seq = 4 AND {OfAda}"), _ => "An interval of the observation "),
        ["an interval after the last reading"] = (log => log.SqlAsync($"UPDATE observation_version SET to_seq = 5 WHERE from_seq = 4 AND {OfAda}"), _ => "Intervals of azure.roleAssignment of the connection "),
        ["a population with another root"] = (log => log.SqlAsync("UPDATE population SET root = (SELECT hash FROM log_leaf WHERE idx = 1) WHERE type = 'azure.roleAssignment' AND seq = 3"), _ => "The population of azure.roleAssignment at sync 3 "),
        ["a population left out"] = (log => log.SqlAsync("DELETE FROM population WHERE type = 'azure.roleAssignment' AND seq = 3"), log => $"Leaf {log.IndexOf(LeafKind.Evidence, 2)}: "),
        ["two populations in each other's place"] = (
            async log =>
            {
                await log.SqlAsync("UPDATE population SET seq = 999 WHERE type = 'azure.roleAssignment' AND seq = 3");
                await log.SqlAsync("UPDATE population SET seq = 3 WHERE type = 'azure.roleAssignment' AND seq = 1");
                await log.SqlAsync("UPDATE population SET seq = 1 WHERE type = 'azure.roleAssignment' AND seq = 999");
            },
            _ => "The population of azure.roleAssignment at sync "),
        ["a record that was observed later"] = (log => log.SqlAsync("UPDATE evidence SET observed_to = observed_to + 1 WHERE idx = 3"), _ => "The evidence row 3 does not say"),
        ["a failure with another cause"] = (log => log.SqlAsync("UPDATE sync SET code = 'ARM_UNREACHABLE' WHERE status = 'failed'"), log => $"The sync row of leaf {log.IndexOf(LeafKind.Sync, 1)} does not say"),
        ["a failed day moved to another"] = (log => log.SqlAsync("UPDATE sync SET day = day - 1 WHERE status = 'failed'"), log => $"The sync row of leaf {log.IndexOf(LeafKind.Sync, 1)} does not say"),
        ["a sync of somebody else"] = (log => log.SqlAsync("UPDATE sync SET actor = 'os:eve@test' WHERE seq = 3"), log => $"The sync row of leaf {log.IndexOf(LeafKind.Sync, 2)} does not say"),
        ["a second thought left out"] = (log => log.SqlAsync("DELETE FROM exception"), _ => "The log has 1 exception leaves, and there are 0 exception rows."),
        ["a second thought about another assignment"] = (log => log.SqlAsync("UPDATE exception SET key = key || 'm'"), log => $"The exception row {log.IndexOf(LeafKind.Exception)} does not say"),
        ["a list of visible subscriptions left out"] = (log => log.SqlAsync("DELETE FROM visible WHERE leaf = (SELECT MIN(leaf) FROM visible)"), _ => "The log has 3 leaves about visible subscriptions, and there are 2 rows."),
        ["a shorter list of visible subscriptions"] = (
            log => log.SqlAsync("UPDATE visible SET count = 1 WHERE leaf = (SELECT MIN(leaf) FROM visible)"), log => $"The row of leaf {log.IndexOf(LeafKind.Visible)} about visible subscriptions"),
        ["a bit of a page"] = (log => log.FlipAsync("page", "gzip", "sha256 = (SELECT sha256 FROM page ORDER BY sha256 LIMIT 1)"), _ => "The page "),
        ["another origin"] = (log => log.SqlAsync("UPDATE workspace SET origin = 'layer/other'"), _ => "Leaf 0: "),
    };

    public static TheoryData<string> Names => [.. Attacks.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_was_changed_behind_the_guards_is_caught_and_named(string attack)
    {
        await using var log = await TamperedLog.StartAsync(engine, cluster);
        var (change, named) = Attacks[attack];
        await change(log);

        var (exitCode, output) = await log.VerifyAsync();

        Assert.StartsWith($"INVALID: {named(log)}", output.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
        Assert.Equal(2, exitCode);
    }

    [Fact]
    public async Task Nothing_changed_is_nothing_found_but_a_day_that_failed()
    {
        await using var log = await TamperedLog.StartAsync(engine, cluster);

        var (exitCode, output) = await log.VerifyAsync();

        Assert.Equal((1, 42), (exitCode, Attacks.Count));
        Assert.StartsWith("VALID WITH 1 GAP", output.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Checkpoints_that_only_their_file_has_left_are_a_remark_since_a_crash_leaves_the_same()
    {
        await using var log = await TamperedLog.StartAsync(engine, cluster);
        await log.SqlAsync("DELETE FROM checkpoint");

        var (exitCode, output) = await log.VerifyAsync();

        Assert.Equal(1, exitCode);
        Assert.Contains("The database lacks 2 checkpoints that checkpoints.log has", output, StringComparison.Ordinal);
    }
}
