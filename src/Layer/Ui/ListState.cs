namespace Layer.Ui;

/// <summary>Gives a list's query to the headers and the pager inside its component; public because components are.</summary>
public sealed class ListState
{
    internal ListState(ListQuery query, int total) => (Query, Total) = (query, total);

    internal ListQuery Query { get; }

    /// <summary>Rows of the list, with its filter, on all pages.</summary>
    internal int Total { get; }
}
