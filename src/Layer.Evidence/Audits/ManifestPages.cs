using Layer.Evidence.Collecting;
using Layer.Evidence.Leaves;
using Layer.Evidence.Observations;

namespace Layer.Evidence.Audits;

/// <summary>Which pages each manifest names, by SHA-256.</summary>
internal sealed class ManifestPages
{
    private readonly Dictionary<long, Page[]> _pages = [];

    /// <summary>Takes the pages of a manifest.</summary>
    public void Add(long index, SyncManifest manifest)
    {
        var listed = manifest.Lists.SelectMany(list => list.Pages.Select(page => new Page(list.Template, page.Status == 200, page.Sha256)));
        // It was read as a page of all definitions, whenever that was.
        var cached = manifest.Cached is { } page ? [new Page(UrlTemplate.RoleDefinitions, true, page.Sha256)] : Array.Empty<Page>();
        _pages.Add(index, [.. listed, .. cached]);
    }

    /// <summary>All pages with a body.</summary>
    public IEnumerable<Digest> Of(long manifest) => _pages[manifest].Select(page => page.Sha256).OfType<Digest>();

    /// <summary>The pages from which a population is derived; null stands for an answer without a body.</summary>
    public IEnumerable<(string Template, Digest? Sha256)> Of(long manifest, string type) =>
        _pages[manifest].Where(page => page.IsAnswer && TemplatesOf(type).Contains(page.Template)).Select(page => (page.Template, page.Sha256));

    private static string[] TemplatesOf(string type) => type switch
    {
        ObservationType.RoleAssignment => [UrlTemplate.RoleAssignments],
        ObservationType.ResourceGroup => [UrlTemplate.ResourceGroups],
        ObservationType.Subscription => [UrlTemplate.Subscription],
        _ => [UrlTemplate.RoleDefinitions, UrlTemplate.CustomRoleDefinitions, UrlTemplate.RoleDefinition],
    };

    private sealed record Page(string Template, bool IsAnswer, Digest? Sha256);
}
