using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;

namespace Layer.AzureEmulator.Arm;

/// <summary>
/// The pages of lists as bytes, kept until the world changes: a benchmark then measures its client and not this program.
/// One page holds everything unless $top or the page size says otherwise (azure-wire §3.3, §3.4).
/// </summary>
internal sealed class PreparedLists(World world, EmulatorOptions options)
{
    private const int MostKept = 4096;

    private readonly ConcurrentDictionary<string, (long Version, byte[][] Pages)> _kept = new();

    /// <summary>The asked page of a list.</summary>
    /// <param name="exchange">The request; $skiptoken says which page.</param>
    /// <param name="call">For the log and the faults.</param>
    /// <param name="seenBy">Whatever the content depends on beyond path and query, or null when it is not worth keeping.</param>
    /// <param name="rows">Called under the world's gate.</param>
    /// <param name="write">One row.</param>
    /// <param name="finish">Written after the rows, inside the outer object.</param>
    public Answer Page<T>(
        Exchange exchange, AzureCall call, string? seenBy, Func<IEnumerable<T>> rows, Action<Utf8JsonWriter, T> write, Action<Utf8JsonWriter, int>? finish = null)
    {
        var top = int.TryParse(exchange.Query("$top"), out var asked) && asked > 0 ? asked : options.PageSize;
        var pages = Pages(exchange, seenBy, top, rows, write, finish);
        var page = PageNumber(exchange.Query("$skiptoken"));
        return new Answer
        {
            Status = 200,
            Body = page <= pages.Length ? pages[page - 1] : """{"value":[]}"""u8.ToArray(),
            Call = call,
            Page = page,
            Pages = pages.Length,
            AllPages = pages,
            Prepared = seenBy is not null,
        };
    }

    public static string SkipToken(int page) => Convert.ToBase64String(Encoding.ASCII.GetBytes($"page={page}"));

    private byte[][] Pages<T>(
        Exchange exchange, string? seenBy, int? top, Func<IEnumerable<T>> rows, Action<Utf8JsonWriter, T> write, Action<Utf8JsonWriter, int>? finish)
    {
        var key = string.Join('|', seenBy, exchange.Origin, exchange.Path, exchange.Query("api-version"), exchange.Query("$filter"), top);
        lock (world.Gate)
        {
            if (seenBy is not null && _kept.TryGetValue(key, out var kept) && kept.Version == world.Version)
                return kept.Pages;
            var all = rows().ToList();
            var size = Math.Max(1, top ?? all.Count);
            var count = Math.Max(1, (all.Count + size - 1) / size);
            var pages = new byte[count][];
            for (var page = 0; page < count; page++)
                pages[page] = OnePage(exchange, all, page * size, Math.Min(all.Count, (page + 1) * size), page + 1 < count ? page + 2 : null, top, write, finish);
            if (_kept.Count > MostKept)
                _kept.Clear();
            if (seenBy is not null)
                _kept[key] = (world.Version, pages);
            return pages;
        }
    }

    private static byte[] OnePage<T>(
        Exchange exchange, IReadOnlyList<T> rows, int from, int to, int? nextPage, int? top, Action<Utf8JsonWriter, T> write, Action<Utf8JsonWriter, int>? finish) =>
        JsonBytes.Write(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("value");
            for (var i = from; i < to; i++)
                write(json, rows[i]);
            json.WriteEndArray();
            if (nextPage is { } next)
                json.WriteString("nextLink", NextLink(exchange, next, top));
            finish?.Invoke(json, rows.Count);
            json.WriteEndObject();
        }).ToArray();

    // azure-wire §3.3: the form with $top first and the token escaped
    private static string NextLink(Exchange exchange, int page, int? top)
    {
        var link = new StringBuilder($"{exchange.Origin}{exchange.Request.Path.ToUriComponent()}?");
        if (exchange.Query("$top") is not null)
            link.Append("$top=").Append(top).Append('&');
        link.Append("api-version=").Append(exchange.Query("api-version"));
        if (exchange.Query("$filter") is { Length: > 0 } filter)
            link.Append("&$filter=").Append(Uri.EscapeDataString(filter));
        return link.Append("&%24skiptoken=").Append(Uri.EscapeDataString(SkipToken(page))).ToString();
    }

    private static int PageNumber(string? token)
    {
        if (string.IsNullOrEmpty(token))
            return 1;
        Span<byte> bytes = stackalloc byte[64];
        return Convert.TryFromBase64String(token, bytes, out var length) &&
            Encoding.ASCII.GetString(bytes[..length]) is var text && text.StartsWith("page=", StringComparison.Ordinal) &&
            int.TryParse(text.AsSpan(5), out var page) && page > 0 ? page : int.MaxValue;
    }
}
