using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;

namespace Layer.Audits;

/// <summary>What a person states about the scope of a window, as it was typed.</summary>
/// <param name="Window">The window.</param>
/// <param name="By">Name and title of who answers for it; null when nothing is stated.</param>
/// <param name="In">Subscriptions to cover, by id or name.</param>
/// <param name="Out">Subscriptions not to cover, by id or name, each with its reason.</param>
/// <param name="AllConnected">Cover every connected subscription that is not among <paramref name="Out"/>.</param>
internal sealed record ScopeOrder(AuditWindow Window, string? By, IReadOnlyList<string> In, IReadOnlyList<(string Subscription, string Reason)> Out, bool AllConnected)
{
    private const string Which = "Allowed: the id of a subscription, or its name as 'layer audit scope' shows it";

    /// <summary>Whether anything is stated; else the scope is only shown.</summary>
    public bool States => In.Count + Out.Count > 0 || AllConnected;

    /// <summary>Splits <c>SUBSCRIPTION=REASON</c>, and looks for what is missing.</summary>
    /// <returns>Null when there are problems.</returns>
    public static ScopeOrder? Read(AuditWindow? window, string? by, IReadOnlyList<string> @in, IReadOnlyList<string> @out, bool allConnected, List<string> problems)
    {
        var excluded = new List<(string, string)>();
        foreach (var text in @out)
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at > 0 && text[(at + 1)..].Trim() is { Length: > 0 } reason)
                excluded.Add((text[..at], reason));
            else
                problems.Add($"--out: '{text}' gives no reason. Write it as SUBSCRIPTION=REASON, e.g. --out sandbox=\"holds no customer data\".");
        }

        var order = new ScopeOrder(window ?? default, string.IsNullOrWhiteSpace(by) ? null : by.Trim(), @in, excluded, allConnected);
        var states = @in.Count + @out.Count > 0 || allConnected;
        if (states && order.By is null)
            problems.Add("--by is missing: a scope is the statement of a named person. Write it as --by \"NAME, TITLE\".");
        if (!states && by is not null)
            problems.Add("--by states nothing by itself. Add what is covered: --in, --out or --all-connected.");
        return problems.Count == 0 && window is not null ? order : null;
    }

    /// <summary>Turns names into ids.</summary>
    /// <param name="rows">What there is to name.</param>
    /// <param name="connected">The connected subscriptions.</param>
    /// <param name="actor">Who seals it.</param>
    /// <param name="problems">Gets a sentence for each thing that cannot be used.</param>
    /// <returns>Null when there are problems.</returns>
    public ScopeLeaf? Resolve(IReadOnlyList<SubscriptionRow> rows, IReadOnlyList<Guid> connected, string actor, List<string> problems)
    {
        var excluded = new Dictionary<Guid, string>();
        foreach (var (text, reason) in Out)
        {
            if (Find(rows, text, "--out", problems) is not { } id)
                continue;
            if (!excluded.TryAdd(id, reason))
                problems.Add($"--out: {text} is there twice. Give one reason.");
        }

        var included = new HashSet<Guid>();
        foreach (var text in In)
        {
            if (Find(rows, text, "--in", problems) is not { } id)
                continue;
            if (excluded.ContainsKey(id))
                problems.Add($"{text} is both --in and --out. Name it once.");
            included.Add(id);
        }

        if (AllConnected)
            included.UnionWith(connected.Where(id => !excluded.ContainsKey(id)));
        if (problems.Count == 0 && included.Count + excluded.Count == 0)
            problems.Add($"--all-connected: no connection stood in {Window}. Name subscriptions with --in or --out.");
        return problems.Count > 0 || By is null ? null : new ScopeLeaf
        {
            Actor = actor, By = By, Window = Window,
            Included = [.. included.OrderBy(id => id.ToString("D"), StringComparer.Ordinal)],
            Excluded = [.. excluded.OrderBy(each => each.Key.ToString("D"), StringComparer.Ordinal).Select(each => new ExcludedSubscription(each.Key, each.Value))],
        };
    }

    // An id is taken at its word: a subscription that no app registration can see may be in scope, and then has no covered day.
    private static Guid? Find(IReadOnlyList<SubscriptionRow> rows, string text, string option, List<string> problems)
    {
        if (Guid.TryParseExact(text, "D", out var id))
            return id;
        var named = rows.Where(row => row.Name == text).ToList();
        if (named is [var only])
            return only.Subscription;
        problems.Add(named.Count == 0
            ? $"{option}: there is no subscription '{text}' in this window. {Which}."
            : $"{option}: {named.Count} subscriptions are called '{text}'. Name it by its id: {string.Join(", ", named.Select(row => row.Subscription))}.");
        return null;
    }
}
