using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Layer.Evidence.Audits;
using Layer.Operations;

namespace Layer.Serving.Api;

/// <summary>The query of a call for programs. A name that is not known is refused: a filter that is mistyped would otherwise answer with everything.</summary>
internal sealed class ApiQuery
{
    private const int Usual = 200;
    private const int Most = 1000;

    private readonly IQueryCollection _query;
    private readonly List<string> _problems = [];

    /// <summary>Reads what the route says it takes.</summary>
    public ApiQuery(HttpContext http)
    {
        _query = http.Request.Query;
        var allowed = http.Call().Query;
        foreach (var name in _query.Keys.Where(name => !allowed.Contains(name, StringComparer.Ordinal)))
            _problems.Add($"'{name}' is no parameter of this call. Allowed: {(allowed.Length == 0 ? "none" : string.Join(", ", allowed))}.");
        Top = Number("top", Usual, Most);
        Skip = _query["skipToken"].ToString() is not { Length: > 0 } token ? 0
            : Base64Url.IsValid(token) && int.TryParse(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)), NumberStyles.None, CultureInfo.InvariantCulture, out var skip) ? skip
            : Wrong("skipToken", token, "the one in the nextLink of an answer");
    }

    public int Top { get; }

    public int Skip { get; }

    public static string SkipToken(int skip) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(skip.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Null when it was not given.</summary>
    public string? Text(string name) => _query[name].ToString() is { Length: > 0 } text ? text : null;

    public DateOnly? Day(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", out var day))
            return day;
        Wrong(name, text, "a UTC day like 2026-11-23");
        return null;
    }

    public bool Flag(string name)
    {
        if (Text(name) is not { } text)
            return false;
        if (text is not ("true" or "false"))
            Wrong(name, text, "true, false");
        return text == "true";
    }

    public AuditWindow? Window(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (AuditWindow.TryParse(text, out var window))
            return window;
        Wrong(name, text, "UTC days as FROM..TO, TO not included, e.g. 2026-01-01..2027-01-01");
        return null;
    }

    public long? Size(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size))
            return size;
        Wrong(name, text, "a number of log entries");
        return null;
    }

    /// <summary>Told when all of it was read.</summary>
    /// <exception cref="RefusedException">REQUEST_INVALID: everything that is wrong with it.</exception>
    public void RefuseWrong()
    {
        if (_problems.Count > 0)
            throw Invalid(_problems);
    }

    public static RefusedException Invalid(IReadOnlyList<string> problems) => new("REQUEST_INVALID", ("problems", string.Join(" ", problems)));

    private int Number(string name, int usual, int most) => Text(name) is not { } text ? usual
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most ? number : Wrong(name, text, $"1 to {most}");

    private int Wrong(string name, string text, string allowed)
    {
        _problems.Add($"{name}: '{text}' cannot be used. Allowed: {allowed}.");
        return 0;
    }
}
