using System.Text;
using System.Text.Json;
using Layer.Cli;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Evidence.Verification;
using Layer.Remote;

namespace Layer.Evidence;

/// <summary>A proof and the exact bytes it is about, as <c>layer evidence prove</c> writes them.</summary>
internal abstract record Proven
{
    private Proven()
    {
    }

    protected abstract string Text { get; }

    /// <summary>What a verifier needs beside the proof, by what its file's name ends with.</summary>
    protected virtual IEnumerable<(string Ending, ReadOnlyMemory<byte> Bytes)> Beside => [];

    /// <summary>Its fields as JSON, within an object.</summary>
    public abstract void WriteProperties(Utf8JsonWriter json);

    /// <summary>To standard output: the text as it is handed over, or JSON.</summary>
    public void Write(Terminal terminal, OutputForm form)
    {
        if (form == OutputForm.Json)
        {
            Json.Write(terminal.Out, terminal.OutIsTerminal, json =>
            {
                json.WriteStartObject();
                WriteProperties(json);
                json.WriteEndObject();
            });
            return;
        }

        // Canonical JSON may hold characters that turn a line around; a file gets the exact bytes, a terminal something harmless.
        terminal.Out.Write(terminal.OutIsTerminal ? string.Join('\n', Text.Split('\n').Select(SafeText.ForTerminal)) : Text);
        terminal.Out.Flush();
    }

    public async Task WriteFilesAsync(Terminal terminal, string file, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(file, Text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), cancellationToken);
        terminal.Say($"{file}: the proof");
        foreach (var (ending, bytes) in Beside)
        {
            await File.WriteAllBytesAsync(file + ending, bytes.ToArray(), cancellationToken);
            terminal.Say($"{file}{ending}: the exact bytes it is about; a byte more, even a newline, and it no longer holds");
        }
    }

    private static void WriteLeaf(Utf8JsonWriter json, long index, ReadOnlyMemory<byte> leaf)
    {
        json.WriteNumber("index", index);
        json.WriteString("hash", MerkleTree.LeafHash(leaf.Span).ToString());
        json.WritePropertyName("leaf");
        WriteRead(json, leaf);
        json.WriteBase64String("bytes", leaf.Span);
    }

    private static void WriteRead(Utf8JsonWriter json, ReadOnlyMemory<byte> bytes)
    {
        using var read = JsonDocument.Parse(bytes);
        read.RootElement.WriteTo(json);
    }

    private static void WriteHashes(Utf8JsonWriter json, IEnumerable<Digest> hashes)
    {
        json.WriteStartArray("hashes");
        foreach (var hash in hashes)
            json.WriteStringValue(hash.ToBase64());
        json.WriteEndArray();
    }

    /// <summary>A leaf is in the log.</summary>
    public sealed record Entry(Leaf Leaf, TlogProof Proof) : Proven
    {
        protected override string Text => Proof.Text;

        protected override IEnumerable<(string Ending, ReadOnlyMemory<byte> Bytes)> Beside => [(".leaf.json", Leaf.Bytes)];

        public override void WriteProperties(Utf8JsonWriter json)
        {
            WriteLeaf(json, Proof.Index, Leaf.Bytes);
            json.WriteString("proof", Text);
        }
    }

    /// <summary>One object was in a population that a record sealed.</summary>
    public sealed record Observed(Leaf Leaf, ObservationProof Proof) : Proven
    {
        protected override string Text => Proof.Text;

        protected override IEnumerable<(string Ending, ReadOnlyMemory<byte> Bytes)> Beside =>
            [(".leaf.json", Leaf.Bytes), (".observation.json", Proof.Observation)];

        public override void WriteProperties(Utf8JsonWriter json)
        {
            json.WriteString("type", Proof.Population.Type);
            json.WriteString("digest", Proof.Digest.ToString());
            json.WriteNumber("index", Proof.Index);
            json.WriteNumber("count", Proof.Population.Count);
            json.WriteString("root", Proof.Population.Root.ToString());
            WriteHashes(json, Proof.Hashes);
            json.WritePropertyName("observation");
            WriteRead(json, Proof.Observation);
            json.WriteBase64String("bytes", Proof.Observation.Span);
            json.WriteStartObject("record");
            WriteLeaf(json, Proof.Proof.Index, Leaf.Bytes);
            json.WriteString("proof", Proof.Proof.Text);
            json.WriteEndObject();
            json.WriteString("proof", Text);
        }
    }

    /// <summary>The log only grew.</summary>
    public sealed record Growth(SignedCheckpoint From, ConsistencyProof Proof) : Proven
    {
        protected override string Text => Proof.Text;

        public override void WriteProperties(Utf8JsonWriter json)
        {
            json.WriteNumber("from", Proof.OldSize);
            json.WriteNumber("to", Proof.Checkpoint.Checkpoint.Size);
            WriteHashes(json, Proof.Hashes);
            json.WriteString("older", From.ToString());
            json.WriteString("newer", Proof.Checkpoint.ToString());
            json.WriteString("proof", Text);
        }
    }

    /// <summary>A proof as a server told it.</summary>
    public sealed record Told(JsonElement Answer, string Proof, IReadOnlyList<(string Ending, ReadOnlyMemory<byte> Bytes)> Exact) : Proven
    {
        protected override string Text => Proof;

        protected override IEnumerable<(string Ending, ReadOnlyMemory<byte> Bytes)> Beside => Exact;

        /// <summary>Reads what the other three write.</summary>
        public static Told Read(JsonElement json)
        {
            (string, ReadOnlyMemory<byte>)[] exact = json.TryGetProperty("record", out var record)
                ? [(".leaf.json", record.GetProperty("bytes").GetBytesFromBase64()), (".observation.json", json.GetProperty("bytes").GetBytesFromBase64())]
                : json.TryGetProperty("bytes", out var leaf) ? [(".leaf.json", leaf.GetBytesFromBase64())] : [];
            return new Told(json, json.Text("proof"), exact);
        }

        public override void WriteProperties(Utf8JsonWriter json)
        {
            foreach (var field in Answer.EnumerateObject())
                field.WriteTo(json);
        }
    }
}
