using Microsoft.AspNetCore.WebUtilities;

namespace Layer.Ui;

/// <summary>How a list is asked for: all of it stands in the URL, so that a view can be sent to somebody. A value that makes no sense counts as not given.</summary>
internal sealed class ListQuery
{
    public const int PageSize = 50;

    private const string PageKey = "page";
    private const string SortKey = "sort";
    private const string FilterKey = "q";

    private readonly string _path;
    private readonly Dictionary<string, string> _all;

    private ListQuery(string path, Dictionary<string, string> all, string sort, bool descending)
    {
        (_path, _all, Sort, Descending) = (path, all, sort, descending);
        Page = int.TryParse(all.GetValueOrDefault(PageKey), out var page) && page is > 0 and < 1_000_000 ? page : 1;
        Filter = all.GetValueOrDefault(FilterKey, "").Trim();
    }

    /// <summary>From 1.</summary>
    public int Page { get; }

    /// <summary>The name of a column.</summary>
    public string Sort { get; }

    public bool Descending { get; }

    /// <summary>What somebody looks for; empty when they do not.</summary>
    public string Filter { get; }

    public int Skip => (Page - 1) * PageSize;

    /// <summary>Reads the query of a request, e.g. <c>?q=owner&amp;sort=-since&amp;page=2</c>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="columns">Columns that can be sorted by, the usual one first; with a leading <c>-</c> it is usually descending.</param>
    public static ListQuery Of(HttpRequest request, params ReadOnlySpan<string> columns)
    {
        var all = request.Query.Where(pair => !string.IsNullOrEmpty(pair.Value)).ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal);
        var asked = all.GetValueOrDefault(SortKey, columns[0]);
        foreach (var column in columns)
        {
            if (asked.TrimStart('-') == column.TrimStart('-'))
                return new ListQuery(request.Path, all, asked.TrimStart('-'), asked.StartsWith('-'));
        }

        return new ListQuery(request.Path, all, columns[0].TrimStart('-'), columns[0].StartsWith('-'));
    }

    /// <summary>Another value of the query, e.g. a filter of the page's own; null when it is not given.</summary>
    public string? this[string key] => _all.GetValueOrDefault(key);

    /// <summary>The same list with another value; null takes it away. The page starts anew.</summary>
    public string With(string key, string? value)
    {
        var query = _all.Where(pair => pair.Key != key && pair.Key != PageKey).ToDictionary(pair => pair.Key, pair => (string?)pair.Value, StringComparer.Ordinal);
        if (value is not null)
            query[key] = value;
        return QueryHelpers.AddQueryString(_path, query);
    }

    /// <summary>The same list sorted by a column, the other way when it is already.</summary>
    public string SortedBy(string column) => With(SortKey, column == Sort && !Descending ? "-" + column : column);

    public string AtPage(int page) => QueryHelpers.AddQueryString(With(PageKey, null), PageKey, page.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>The values that a filter form must send along, besides its own.</summary>
    public IEnumerable<KeyValuePair<string, string>> Except(params string[] keys) => _all.Where(pair => pair.Key != PageKey && !keys.Contains(pair.Key)).OrderBy(pair => pair.Key, StringComparer.Ordinal);
}
