using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Layer.Evidence.Log;
using Layer.Operations;
using Layer.Storage;

namespace Layer.Ledger;

/// <summary>
/// Every signed checkpoint, one JSON string a line, in a file beside the keys. It is outside the database on purpose: a database restored from a backup
/// does not take it back with it.
/// </summary>
/// <remarks>Used only while the log's head is locked, so there is one writer at a time.</remarks>
internal sealed class CheckpointsLog(string keysFolder)
{
    // Signed text holds an em dash; escaping it would hide from a reader what is meant to be read.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const int Block = 16 * 1024;

    public string Path { get; } = System.IO.Path.Combine(keysFolder, "checkpoints.log");

    public bool Exists => File.Exists(Path);

    /// <summary>The last line of a log; null when there is none.</summary>
    /// <exception cref="FormatException">A line before it cannot be read: the file was changed by something else.</exception>
    public async Task<SignedCheckpoint?> FindLastAsync(string origin, CancellationToken cancellationToken)
    {
        if (!Exists)
            return null;
        await using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        // From the end: the file grows by a line for each signature, and the last one of a log is near.
        var end = await FindEndAsync(file, cancellationToken);
        var tail = Array.Empty<byte>();
        while (end > 0)
        {
            var start = Math.Max(0, end - Block);
            var block = new byte[end - start];
            file.Position = start;
            await file.ReadExactlyAsync(block, cancellationToken);
            byte[] text = [.. block, .. tail];
            var firstWhole = start == 0 ? 0 : text.AsSpan().IndexOf((byte)'\n') + 1;
            foreach (var line in Enumerable.Reverse(Lines(text.AsMemory(firstWhole))))
            {
                if (Parse(line) is { } checkpoint && checkpoint.Checkpoint.Origin == origin)
                    return checkpoint;
            }

            tail = text[..firstWhole];
            end = start;
        }

        return null;
    }

    /// <summary>All lines of a log, oldest first.</summary>
    /// <exception cref="FormatException">A line cannot be read.</exception>
    public async Task<List<SignedCheckpoint>> ReadAsync(string origin, CancellationToken cancellationToken)
    {
        if (!Exists)
            return [];
        var bytes = await File.ReadAllBytesAsync(Path, cancellationToken);
        var end = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        return [.. Lines(bytes.AsMemory(0, end)).Select(Parse).Where(checkpoint => checkpoint.Checkpoint.Origin == origin)];
    }

    /// <summary>Appends a line; it is on disk when this returns.</summary>
    /// <exception cref="RefusedException">DATA_FOLDER_UNWRITABLE.</exception>
    public async Task AppendAsync(SignedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(checkpoint, cancellationToken);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw DataFolder.Unwritable(keysFolder, refused.Message);
        }
    }

    private async Task WriteAsync(SignedCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new FileStream(Path, options);
        // A line without its end was cut off by a crash while it was written: nobody was given that checkpoint.
        file.SetLength(await FindEndAsync(file, cancellationToken));
        file.Position = file.Length;
        await file.WriteAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(checkpoint.ToString(), Plain) + "\n"), cancellationToken);
        file.Flush(flushToDisk: true);
    }

    private static async Task<long> FindEndAsync(FileStream file, CancellationToken cancellationToken)
    {
        for (var end = file.Length; end > 0;)
        {
            var start = Math.Max(0, end - Block);
            var block = new byte[end - start];
            file.Position = start;
            await file.ReadExactlyAsync(block, cancellationToken);
            if (block.AsSpan().LastIndexOf((byte)'\n') is var newline and >= 0)
                return start + newline + 1;
            end = start;
        }

        return 0;
    }

    private static List<ReadOnlyMemory<byte>> Lines(ReadOnlyMemory<byte> text)
    {
        var lines = new List<ReadOnlyMemory<byte>>();
        while (text.Span.IndexOf((byte)'\n') is var newline and >= 0)
        {
            lines.Add(text[..newline]);
            text = text[(newline + 1)..];
        }

        return lines;
    }

    private SignedCheckpoint Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            return SignedCheckpoint.Parse(Encoding.UTF8.GetBytes(JsonSerializer.Deserialize<string>(line.Span) ?? ""));
        }
        catch (JsonException notJson)
        {
            throw new FormatException($"{Path} holds a line that is no checkpoint.", notJson);
        }
    }
}
