using Layer.Azure.Errors;
using Layer.Evidence.Errors;

namespace Layer.Azure.Lists;

/// <summary>Follows a list no further than its first request: same scheme, host, port and path, and never in a circle.</summary>
internal sealed class NextLink(Uri first)
{
    /// <summary>Azure gives hundreds of rows a page; this many pages is no list of one subscription.</summary>
    public const int MostPages = 5000;

    private readonly HashSet<string> _followed = new(StringComparer.Ordinal) { first.AbsoluteUri };

    /// <summary>The address to ask next, or the reason not to.</summary>
    public ErrorEntry? Refuse(string link, out Uri next)
    {
        next = first;
        // Bearer tokens go where this leads, so nothing but the query may differ. Paths of ARM differ in case between calls.
        if (!Uri.TryCreate(link, UriKind.Absolute, out var uri)
            || uri.Scheme != first.Scheme || uri.Host != first.Host || uri.Port != first.Port || uri.UserInfo.Length > 0
            || !uri.AbsolutePath.Equals(first.AbsolutePath, StringComparison.OrdinalIgnoreCase))
            return AnswerErrors.NextLinkForeign;
        next = uri;
        if (!_followed.Add(uri.AbsoluteUri))
            return AnswerErrors.NextLinkRepeated;
        return _followed.Count > MostPages ? AnswerErrors.TooManyPages : null;
    }
}
