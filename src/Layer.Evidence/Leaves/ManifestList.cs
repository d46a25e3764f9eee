using System.Text.Json;
using Layer.Evidence.Canonical;
using Layer.Evidence.Collecting;

namespace Layer.Evidence.Leaves;

/// <summary>One list or object that was read, as the manifest keeps it.</summary>
/// <param name="Template">Id of the <see cref="UrlTemplate"/>: path, api-version and filter.</param>
/// <param name="Argument">What fills the template's <c>{id}</c>; null when it has none.</param>
/// <param name="Pages">In order; the dates are whole seconds.</param>
/// <param name="Ended">The last page came without a nextLink.</param>
/// <param name="Duplicates">Rows that repeated an id with equal bytes.</param>
/// <param name="Readings">How often it was read until two successive readings agreed.</param>
public sealed record ManifestList(string Template, string? Argument, IReadOnlyList<PageReading> Pages, bool Ended, int Duplicates, int Readings)
{
    /// <summary>Sum of the items of the pages.</summary>
    public int Rows => Pages.Sum(p => p.Items);

    /// <summary>Whether it was read to its end and every answer was 200 with a body.</summary>
    public bool IsWhole => Ended && Pages.Count > 0 && Pages.All(p => p is { Status: 200, Sha256: not null });

    /// <summary>Takes what the connector reports.</summary>
    /// <exception cref="ArgumentException">It contradicts its template, or its rows are not the sum of its pages' items: a bug of the connector.</exception>
    public static ManifestList Of(ListReading reading)
    {
        var template = UrlTemplate.Get(reading.Template);
        if (reading.ApiVersion != template.ApiVersion || reading.Filter is null != template.Filter is null)
            throw new ArgumentException($"{reading.Template} is not api-version {reading.ApiVersion} with filter '{reading.Filter}'.", nameof(reading));
        if (reading.Argument is null == template.Path.Contains("{id}", StringComparison.Ordinal))
            throw new ArgumentException($"{reading.Template} and the argument '{reading.Argument}' do not fit.", nameof(reading));
        if (reading.Rows != reading.Pages.Sum(p => p.Items))
            throw new ArgumentException($"{reading.Template} has {reading.Rows} rows and pages of {reading.Pages.Sum(p => p.Items)} items.", nameof(reading));
        return new ManifestList(reading.Template, reading.Argument, reading.Pages, reading.Ended, reading.Duplicates, reading.Readings);
    }

    // Small on purpose: a manifest is written for every sync, for good. Pages are arrays read by position, and what is as usual is left out.
    internal void WriteTo(CanonicalWriter writer, DateTimeOffset? observedFrom)
    {
        writer.StartObject();
        if (Duplicates != 0)
            writer.Property("duplicates", Duplicates);
        writer.Property("ended", Ended);
        if (Argument is not null)
            writer.Property("id", Argument);
        writer.Name("pages");
        writer.StartArray();
        foreach (var page in Pages)
        {
            writer.StartArray();
            writer.Integer(page.Status);
            writer.Integer(page.Bytes);
            writer.String(page.Sha256?.ToString());
            writer.Integer(page.Items);
            if (page.Date is { } date && observedFrom is { } from)
                writer.Integer((long)Math.Floor((date - from).TotalSeconds));
            else
                writer.Null();
            writer.String(page.RequestId);
            writer.EndArray();
        }

        writer.EndArray();
        if (Readings != 1)
            writer.Property("readings", Readings);
        writer.Property("url", Template);
        writer.EndObject();
    }

    internal static ManifestList Read(Fields list, DateTimeOffset? observedFrom)
    {
        if (!UrlTemplate.All.Any(t => t.Id == list.Text("url")))
            throw list.Wrong("url", $"'{list.Text("url")}', which no table names");
        var pages = list.Elements("pages").Select(page => ReadPage(list, page, observedFrom)).ToArray();
        if (pages.Sum(page => (long)page.Items) > int.MaxValue)
            throw list.Wrong("pages", "with too many items");
        return new ManifestList(
            list.Text("url"),
            list.Has("id") ? list.Text("id") : null,
            pages,
            list.Boolean("ended"),
            list.Has("duplicates") ? list.Count("duplicates") : 0,
            list.Has("readings") ? list.Count("readings") : 1);
    }

    private static PageReading ReadPage(Fields list, JsonElement page, DateTimeOffset? observedFrom)
    {
        if (page.ValueKind != JsonValueKind.Array || page.GetArrayLength() != 6)
            throw list.Wrong("pages", "not a list of [status, bytes, sha256, items, date, request id]");
        long? seconds = page[4].ValueKind == JsonValueKind.Null ? null : list.AsInteger(page[4], "pages");
        if (seconds is not null && observedFrom is null || seconds is > int.MaxValue or < int.MinValue || !IsOnCalendar(observedFrom, seconds))
            throw list.Wrong("pages", "dated without an observed interval, or far from it");
        Digest? sha256 = null;
        if (page[2].ValueKind != JsonValueKind.Null)
            sha256 = Digest.TryParse(Text(page[2]), out var digest) ? digest : throw list.Wrong("pages", "without a SHA-256");
        return new PageReading(
            Natural(page[0]), list.AsInteger(page[1], "pages") is >= 0 and var bytes ? bytes : throw list.Wrong("pages", "of negative length"), sha256,
            Natural(page[3]), seconds is { } s ? observedFrom!.Value.AddSeconds(s) : null, page[5].ValueKind == JsonValueKind.Null ? null : Text(page[5]));

        string Text(JsonElement value) =>
            value.ValueKind == JsonValueKind.String ? CanonicalJson.Text(value) : throw list.Wrong("pages", "with something that is not a string");

        static bool IsOnCalendar(DateTimeOffset? from, long? seconds) =>
            from is not { } start || (start.UtcTicks + (seconds ?? 0) * TimeSpan.TicksPerSecond) is >= 0 and var ticks && ticks <= DateTimeOffset.MaxValue.UtcTicks;

        int Natural(JsonElement value) =>
            list.AsInteger(value, "pages") is >= 0 and <= int.MaxValue and var number ? (int)number : throw list.Wrong("pages", "with a number out of range");
    }
}
