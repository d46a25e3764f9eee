using Layer.Azure.Lists;
using Layer.Azure.RoleDefinitions;
using Layer.Evidence.Collecting;

namespace Layer.Azure.Collecting;

/// <summary>The built-in role definitions of the day, for all connections of one app registration.</summary>
internal sealed class BuiltInCache
{
    private volatile BuiltInDefinitions? _today;

    public BuiltInDefinitions? Find(DateTimeOffset now) => _today is { } today && today.AreOf(now) ? today : null;

    public void Keep(ListOutcome<RoleDefinition> list, DateTimeOffset day) => _today = new BuiltInDefinitions(
        day, [.. list.Pages.Select(p => new CachedPage(p.Sha256, day, p.Bytes))], list.Items.Where(d => d.IsBuiltIn).ToDictionary(d => d.Id));
}
