using Layer.Azure.RoleDefinitions;
using Layer.Evidence.Collecting;

namespace Layer.Azure.Collecting;

/// <summary>Built-in role definitions as read for one app registration on one day of Azure's Date.</summary>
/// <param name="ReadAt">By Azure's Date, UTC.</param>
/// <param name="Page">The answer they came in.</param>
/// <param name="ById">The built-in ones.</param>
internal sealed record BuiltInDefinitions(DateTimeOffset ReadAt, CachedPage Page, IReadOnlyDictionary<Guid, RoleDefinition> ById)
{
    public bool AreOf(DateTimeOffset day) => ReadAt.UtcDateTime.Date == day.UtcDateTime.Date;
}
