using System.CommandLine;
using System.Globalization;
using Layer.Cli;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Operations;
using Microsoft.AspNetCore.WebUtilities;

namespace Layer.Evidence;

/// <summary><c>layer evidence prove</c>: proofs that an auditor verifies without us (docs/evidence-format.md §6).</summary>
internal sealed class ProveCommand
{
    private readonly Argument<string?> _record = new("RECORD")
    {
        Description = "the index or the id, as 'layer evidence list' shows them", Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _leaf = Size("--leaf", "instead of a record, any log entry by its index", "INDEX");
    private readonly Option<string?> _checkpoint = Size("--checkpoint", "lead to the signed checkpoint of this size instead of the newest", "SIZE");
    private readonly Option<string?> _observation = new("--observation") { Description = "prove one object of the record: its ARM id, in any case", HelpName = "ID" };
    private readonly Option<string?> _from = Size("--from", "instead of an entry, prove that the log only grew since the signed checkpoint of this size", "SIZE");
    private readonly Option<string?> _to = Size("--to", "with --from: up to this size, else up to the newest signed checkpoint", "SIZE");

    private readonly Option<string?> _out = new("--out")
    {
        Description = "write the proof to FILE, and the exact bytes it is about beside it: FILE.leaf.json, FILE.observation.json", HelpName = "FILE",
    };

    private readonly Option<OutputForm> _output = OutputOption.Create();

    public static Command Create(LayerApp app)
    {
        var prove = new ProveCommand();
        var command = new Command("prove", "Prove that a record, a log entry or one object is in the signed log, or that the log only grew.")
        {
            prove._record, prove._leaf, prove._checkpoint, prove._observation, prove._from, prove._to, prove._out, prove._output,
        };
        app.AlsoOverServer(command);
        command.SetAction((parsed, cancellationToken) => prove.RunAsync(app, parsed, cancellationToken));
        return command;
    }

    private static Option<string?> Size(string name, string description, string placeholder) => new(name) { Description = description, HelpName = placeholder };

    // Not validators: those would tell what does not go together, and only the next time what is no number.
    private Asked Read(ParseResult parsed, List<string> problems)
    {
        var asked = new Asked(
            parsed.GetValue(_record), Number(_leaf), Number(_checkpoint), parsed.GetValue(_observation), Number(_from), Number(_to), parsed.GetValue(_out));
        var whats = new[] { asked.Record is not null, Given(_leaf), Given(_from) }.Count(given => given);
        if (whats != 1)
            problems.Add("Name what to prove: RECORD, --leaf INDEX or --from SIZE, exactly one of the three.");
        if (asked.Observation is not null && asked.Record is null)
            problems.Add("--observation belongs to a RECORD: it names one object of it.");
        if (Given(_to) && !Given(_from))
            problems.Add("--to belongs to --from.");
        if (Given(_checkpoint) && Given(_from))
            problems.Add("--checkpoint does not go with --from. Name the newer checkpoint with --to.");
        if (Given(_out) && Given(_output))
            problems.Add("--out writes files as they are handed over; --output is for standard output. Give one of the two.");
        return asked;

        bool Given(Option option) => parsed.GetResult(option) is { Implicit: false };

        long? Number(Option<string?> option)
        {
            if (parsed.GetValue(option) is not { } text)
                return null;
            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return number;
            problems.Add($"{option.Name}: '{text}' is no number of log entries. Allowed: digits.");
            return null;
        }
    }

    private async Task<int> RunAsync(LayerApp app, ParseResult parsed, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        var asked = Read(parsed, problems);
        if (problems.Count > 0)
            return UsageProblems.Print(app.Terminal, problems, "layer evidence prove");
        Proven? proven;
        if (await app.FindServerAsync(cancellationToken) is { } server)
        {
            var answer = await server.GetAsync(QueryHelpers.AddQueryString("/v1/proof", asked.Query()), cancellationToken);
            proven = server.Read(() => Proven.Told.Read(answer));
        }
        else
        {
            if (await app.FindReadableAsync(cancellationToken) is not var (layer, workspace))
                return Syncing.SyncCommand.NothingConnected(app, OutputForm.Table, ExitCode.Error);
            await using var opened = layer;
            proven = await ProveAsync(layer, workspace.Id, asked, problems, cancellationToken);
        }

        if (proven is not null && asked.Out is { } file)
            await WriteFilesAsync(app.Terminal, proven, file, problems, cancellationToken);
        else
            proven?.Write(app.Terminal, parsed.GetValue(_output));
        return problems.Count == 0 ? ExitCode.Done : UsageProblems.Print(app.Terminal, problems, "layer evidence prove");
    }

    /// <summary>Proves what was asked; null with problems.</summary>
    public static Task<Proven?> ProveAsync(Installation layer, Guid workspace, Asked asked, List<string> problems, CancellationToken cancellationToken)
    {
        var proofs = new LogProofs(layer.Database, workspace);
        return asked.From is { } from
            ? GrowthAsync(proofs, from, asked.To, problems, cancellationToken)
            : InclusionAsync(proofs, new EvidenceRecords(layer.Database, workspace), asked, problems, cancellationToken);
    }

    private static async Task WriteFilesAsync(Terminal terminal, Proven proven, string file, List<string> problems, CancellationToken cancellationToken)
    {
        try
        {
            await proven.WriteFilesAsync(terminal, file, cancellationToken);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            problems.Add($"--out: the files cannot be written: {refused.Message}");
        }
    }

    private static async Task<Proven?> GrowthAsync(LogProofs proofs, long from, long? to, List<string> problems, CancellationToken cancellationToken)
    {
        var older = await CheckpointAsync(proofs, "--from", from, problems, cancellationToken);
        var newer = await CheckpointAsync(proofs, "--to", to, problems, cancellationToken);
        if (older is null || newer is null)
            return null;
        if (older.Checkpoint.Size > newer.Checkpoint.Size)
        {
            problems.Add($"--from: {from} entries are more than the {newer.Checkpoint.Size} of --to. Write the smaller size first.");
            return null;
        }

        return new Proven.Growth(older, await proofs.ProveAsync(older.Checkpoint, newer, cancellationToken));
    }

    private static async Task<Proven?> InclusionAsync(
        LogProofs proofs, EvidenceRecords records, Asked asked, List<string> problems, CancellationToken cancellationToken)
    {
        var checkpoint = await CheckpointAsync(proofs, "--checkpoint", asked.Checkpoint, problems, cancellationToken);
        var named = asked.Record;
        var index = named is null ? asked.Leaf : await records.FindIndexAsync(named, cancellationToken);
        var bytes = index is { } at ? await records.FindLeafAsync(at, cancellationToken) : null;
        if (bytes is null || index is not { } place)
        {
            problems.Add(named is null
                ? $"--leaf: the log has no entry {index}. Allowed: 0 up to the size that 'layer verify' shows, less one."
                : $"There is no evidence record '{named}'. Allowed: an index or an id (at least 8 digits) of 'layer evidence list'; for another log entry, --leaf INDEX.");
            return null;
        }

        if (checkpoint is null)
            return null;
        if (place >= checkpoint.Checkpoint.Size)
        {
            if (asked.Checkpoint is null)
                throw new RefusedException("LEAF_NOT_SIGNED", ("index", $"{place}"), ("signed", $"{checkpoint.Checkpoint.Size}"));
            problems.Add($"--checkpoint: the first {checkpoint.Checkpoint.Size} entries do not hold entry {place}. Allowed: {Sizes(await proofs.SizesNearAsync(place, cancellationToken), place + 1)}.");
            return null;
        }

        var leaf = ParseLeaf(place, bytes);
        var proof = await proofs.ProveAsync(place, leaf.Hash, checkpoint, cancellationToken);
        if (asked.Observation is not { } id)
            return new Proven.Entry(leaf, proof);
        if (await proofs.FindObservationAsync(leaf, proof, id, cancellationToken) is { } observed)
            return new Proven.Observed(leaf, observed);
        problems.Add($"--observation: record {place} seals no object '{id}'. Allowed: an id that 'layer show' prints for that day, e.g. with -o json.");
        return null;
    }

    // Null with a problem: no checkpoint of that size, or none at all.
    private static async Task<SignedCheckpoint?> CheckpointAsync(
        LogProofs proofs, string option, long? size, List<string> problems, CancellationToken cancellationToken)
    {
        var found = await proofs.FindCheckpointAsync(size, cancellationToken);
        if (found is { Checkpoint.Size: > 0 })
            return found;
        if (size is { } wanted)
            problems.Add($"{option}: no checkpoint was signed for {wanted} entries. Allowed: {Sizes(await proofs.SizesNearAsync(wanted, cancellationToken), 1)}.");
        else if (!problems.Contains(NothingSigned))
            problems.Add(NothingSigned);
        return null;
    }

    private const string NothingSigned = "No checkpoint was signed yet. The first sync signs one.";

    private static string Sizes(IReadOnlyList<long> sizes, long least) =>
        string.Join(", ", sizes.Where(size => size >= least)) is { Length: > 0 } some ? $"{some}, or another size that was signed" : "none yet; the next sync signs one";

    private static Leaf ParseLeaf(long index, byte[] bytes)
    {
        try
        {
            return Leaf.Parse(bytes);
        }
        catch (FormatException)
        {
            throw new RefusedException("LOG_BROKEN", ("item", $"leaf {index}"));
        }
    }

    /// <summary>What is to be proven: a record, a leaf or, with <paramref name="From"/>, that the log only grew.</summary>
    public sealed record Asked(string? Record, long? Leaf, long? Checkpoint, string? Observation, long? From, long? To, string? Out)
    {
        /// <summary>As the query of <c>/v1/proof</c>.</summary>
        public Dictionary<string, string?> Query() => new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["record"] = Record, ["leaf"] = Leaf?.ToString(CultureInfo.InvariantCulture), ["checkpoint"] = Checkpoint?.ToString(CultureInfo.InvariantCulture), ["observation"] = Observation,
            ["from"] = From?.ToString(CultureInfo.InvariantCulture), ["to"] = To?.ToString(CultureInfo.InvariantCulture),
        }.Where(pair => pair.Value is not null).ToDictionary(StringComparer.Ordinal);
    }
}
