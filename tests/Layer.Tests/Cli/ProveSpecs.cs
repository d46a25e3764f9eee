using System.Text;
using System.Text.Json;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Evidence.Verification;

namespace Layer.Tests.Cli;

/// <summary>What an auditor is handed, checked with nothing but the key.</summary>
public sealed class ProveSpecs
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task<VerificationKey> KeyAsync(ConnectedLayer layer) => VerificationKey.Parse((await layer.DoneAsync("log", "key", "--vkey")).TrimEnd('\n'));

    private static async Task<JsonElement> JsonAsync(ConnectedLayer layer, params string[] arguments) =>
        JsonElement.Parse(await layer.DoneAsync([.. arguments, "-o", "json"]));

    [Fact]
    public async Task A_record_is_proven_on_standard_output_in_json_and_in_files_alike()
    {
        await using var layer = await ConnectedLayer.StartAsync();
        var key = await KeyAsync(layer);
        var record = (await JsonAsync(layer, "evidence", "list")).GetProperty("value")[0];
        var (index, id) = (record.GetProperty("index").GetInt64(), record.GetProperty("id").GetString()!);
        var file = Path.Combine(layer.Process.Home, "record.tlog-proof");

        var text = await layer.DoneAsync("evidence", "prove", $"{index}");
        var json = await JsonAsync(layer, "evidence", "prove", id[..8]);
        var files = await layer.Process.RunAsync("evidence", "prove", id, "--out", file);

        Assert.True(TlogProof.TryParse(Encoding.UTF8.GetBytes(text), out var proof, out _));
        var leaf = await File.ReadAllBytesAsync(file + ".leaf.json", Cancellation);
        Assert.Equal(id, MerkleTree.LeafHash(leaf).ToString());
        Assert.True(proof.Verify(MerkleTree.LeafHash(leaf), key));
        Assert.Equal((text, text), (json.GetProperty("proof").GetString(), await File.ReadAllTextAsync(file, Cancellation)));
        Assert.Equal((id, index), (json.GetProperty("hash").GetString(), json.GetProperty("index").GetInt64()));
        Assert.Equal(leaf, json.GetProperty("bytes").GetBytesFromBase64());
        Assert.Equal(LeafKind.Evidence, json.GetProperty("leaf").GetProperty("kind").GetString());
        Assert.Equal((0, ""), (files.ExitCode, files.Output));
        Assert.Contains($"{file}.leaf.json: the exact bytes", files.Error);
    }

    [Fact]
    public async Task An_object_of_a_record_is_proven_by_its_id_as_show_prints_it()
    {
        await using var layer = await ConnectedLayer.StartAsync();
        var key = await KeyAsync(layer);
        var record = (await JsonAsync(layer, "evidence", "list")).GetProperty("value").EnumerateArray().First(r => r.GetProperty("type").GetString() == "azure.rbac-role-assignments");
        var index = $"{record.GetProperty("index")}";
        foreach (var listing in (string[])["assignments", "roles"])
        {
            var id = (await JsonAsync(layer, "show", listing)).GetProperty("value")[0].GetProperty("id").GetString()!;
            var file = Path.Combine(layer.Process.Home, $"{listing}.proof");

            var json = await JsonAsync(layer, "evidence", "prove", index, "--observation", id.ToUpperInvariant());
            await layer.DoneAsync("evidence", "prove", index, "--observation", id, "--out", file);

            Assert.True(ObservationProof.TryParse(await File.ReadAllBytesAsync(file, Cancellation), out var proof, out _));
            Assert.True(proof.Verify(key, out var problem), problem);
            Assert.Equal(proof.Text, json.GetProperty("proof").GetString());
            Assert.Equal(proof.Observation.ToArray(), json.GetProperty("bytes").GetBytesFromBase64());
            Assert.Equal(proof.Observation.ToArray(), await File.ReadAllBytesAsync(file + ".observation.json", Cancellation));
            Assert.Equal(id.ToLowerInvariant(), json.GetProperty("observation").GetProperty("key").GetString());
            Assert.Equal(proof.Proof.Text, json.GetProperty("record").GetProperty("proof").GetString());
        }
    }

    [Fact]
    public async Task Any_entry_under_any_signed_checkpoint_and_the_growth_between_two_are_proven()
    {
        await using var layer = await ConnectedLayer.StartAsync();
        await layer.DoneAsync("sync", "prod");
        var key = await KeyAsync(layer);

        var entry = await JsonAsync(layer, "evidence", "prove", "--leaf", "1", "--checkpoint", "6");
        var growth = await JsonAsync(layer, "evidence", "prove", "--from", "6");
        var text = await layer.DoneAsync("evidence", "prove", "--from", "6", "--to", "9");

        Assert.True(TlogProof.TryParse(Encoding.UTF8.GetBytes(entry.GetProperty("proof").GetString()!), out var inLog, out _));
        Assert.Equal(6, inLog.Checkpoint.Checkpoint.Size);
        Assert.True(inLog.Verify(MerkleTree.LeafHash(entry.GetProperty("bytes").GetBytesFromBase64()), key));
        Assert.True(ConsistencyProof.TryParse(Encoding.UTF8.GetBytes(text), out var proof, out _));
        var older = SignedCheckpoint.Parse(Encoding.UTF8.GetBytes(growth.GetProperty("older").GetString()!));
        Assert.Equal(inLog.Checkpoint.ToString(), older.ToString());
        Assert.True(proof.Verify(older.Checkpoint, key));
        Assert.Equal((text, 6L, 9L), (growth.GetProperty("proof").GetString(), growth.GetProperty("from").GetInt64(), growth.GetProperty("to").GetInt64()));
    }

    [Fact]
    public async Task What_cannot_be_proven_is_told_with_what_can_be()
    {
        await using var layer = await ConnectedLayer.StartAsync();
        foreach (var (arguments, said) in new (string[], string[])[]
        {
            ([], ["RECORD, --leaf INDEX or --from SIZE, exactly one"]),
            (["3", "--leaf", "3", "--to", "x", "--out", "f", "-o", "json"], ["exactly one of the three", "--to: 'x' is no number of log entries", "--to belongs to --from", "--out writes files"]),
            (["--leaf", "3", "--observation", "a"], ["--observation belongs to a RECORD"]),
            (["--from", "6", "--checkpoint", "6"], ["--checkpoint does not go with --from"]),
            (["--from", "3", "--to", "9"], ["--from: no checkpoint was signed for 3 entries. Allowed: 6,", "--to: no checkpoint was signed for 9 entries. Allowed: 6,"]),
            (["nonsense", "--checkpoint", "4"], ["There is no evidence record 'nonsense'", "--checkpoint: no checkpoint was signed for 4 entries. Allowed: 6,"]),
            (["--leaf", "6"], ["--leaf: the log has no entry 6"]),
            (["3", "--observation", "/subscriptions/x"], ["record 3 seals no object '/subscriptions/x'"]),
            (["3", "--out", Path.Combine(layer.Process.Home, "no", "such", "folder")], ["--out: the files cannot be written"]),
        })
        {
            var outcome = await layer.Process.RunAsync([.. arguments.Prepend("prove").Prepend("evidence")]);

            Assert.Equal((64, ""), (outcome.ExitCode, outcome.Output));
            Assert.All(said, sentence => Assert.Contains(sentence, outcome.Error));
        }
    }
}
