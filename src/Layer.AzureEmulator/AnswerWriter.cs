using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;

namespace Layer.AzureEmulator;

/// <summary>Puts an answer on the wire: Date by the world's clock, gzip where the caller takes it, as ARM does.</summary>
internal sealed class AnswerWriter(EmulatorOptions options)
{
    private const int WorthCompressing = 1024;

    private readonly ConditionalWeakTable<byte[], byte[]> _compressed = [];

    /// <summary>Sends an answer. The log is told before the first byte leaves: who has read an answer finds it there.</summary>
    public async Task WriteAsync(HttpContext context, Answer answer, Action<long> log, CancellationToken ct)
    {
        if (answer.Delay > TimeSpan.Zero)
            await Task.Delay(answer.Delay, options.Clock, ct);
        if (answer.Wire is Wire.Never or Wire.Reset)
        {
            log(0);
            if (answer.Wire == Wire.Never)
                await Task.Delay(Timeout.InfiniteTimeSpan, EmulatorOptions.RealTime, ct);
            context.Abort();
            return;
        }
        var response = context.Response;
        response.StatusCode = answer.Status;
        response.Headers.Date = options.Clock.GetUtcNow().ToString("r");
        foreach (var (name, value) in answer.Headers)
            if (string.Equals(name, "Date", StringComparison.OrdinalIgnoreCase))
                response.Headers.Date = value;
            else
                response.Headers.Append(name, value);
        if (answer.ContentType is not null)
            response.ContentType = answer.ContentType;
        var body = answer.Body;
        if (answer.Wire == Wire.HalfBody)
        {
            log(body.Length / 2);
            await WriteHalfAsync(context, body, ct);
            return;
        }
        if ((body.Length >= WorthCompressing || answer.Wire == Wire.TruncatedGzip) && response.Headers.ContentEncoding.Count == 0 && TakesGzip(context.Request))
        {
            response.Headers.ContentEncoding = "gzip";
            response.Headers.Vary = "Accept-Encoding";
            body = Compressed(answer);
        }
        if (answer.Wire == Wire.TruncatedGzip)
            body = body[..(body.Length * 2 / 3)];
        if (answer.Status is not (204 or 304))
            response.ContentLength = body.Length;
        log(body.Length);
        if (context.Request.Method != "HEAD")
            await response.Body.WriteAsync(body, ct);
    }

    // Kestrel notices that less than promised was written, and closes the connection after what was.
    private static async Task WriteHalfAsync(HttpContext context, ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body[..(body.Length / 2)], ct);
        await context.Response.Body.FlushAsync(ct);
    }

    private static bool TakesGzip(HttpRequest request) =>
        request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);

    private ReadOnlyMemory<byte> Compressed(Answer answer) =>
        answer.Prepared && MemoryMarshal.TryGetArray(answer.Body, out var segment) && segment.Count == segment.Array!.Length
            ? _compressed.GetValue(segment.Array, static bytes => Gzip(bytes))
            : Gzip(answer.Body.Span);

    private static byte[] Gzip(ReadOnlySpan<byte> bytes)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return buffer.ToArray();
    }
}
