using Layer.Azure.Lists;
using Layer.Azure.RoleDefinitions;
using Layer.Evidence.Collecting;

namespace Layer.Azure.Collecting;

/// <summary>The built-in role definitions of the day, for all connections of one app registration.</summary>
internal sealed class BuiltInCache
{
    private volatile BuiltInDefinitions? _today;

    public BuiltInDefinitions? Find(DateTimeOffset now) => _today is { } today && today.AreOf(now) ? today : null;

    /// <summary>Keeps a whole list. One of several pages is read again next time: a manifest names one page, and Azure sends no more.</summary>
    public void Keep(ListOutcome<RoleDefinition> list, DateTimeOffset day)
    {
        if (list.Pages is [var page])
            _today = new BuiltInDefinitions(day, new CachedPage(page.Sha256, day, page.Bytes), list.Items.Where(d => d.IsBuiltIn).ToDictionary(d => d.Id));
    }
}
