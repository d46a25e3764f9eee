using Layer.Evidence.Collecting;
using Layer.Evidence.Leaves;
using Layer.Evidence.Observations;

namespace Layer.Evidence.Audits;

/// <summary>Which pages each manifest names, by SHA-256.</summary>
internal sealed class ManifestPages
{
    private readonly Dictionary<long, (ManifestPage[] Answers, Digest[] Refused)> _pages = [];

    /// <summary>Takes the pages of a manifest.</summary>
    public void Add(long index, SyncManifest manifest)
    {
        var listed = manifest.Lists.SelectMany(list => list.Pages.Where(page => page.Status == 200).Select(page => new ManifestPage(list.Template, page.Sha256, page.Items)));
        var refused = manifest.Lists.SelectMany(list => list.Pages.Where(page => page.Status != 200).Select(page => page.Sha256)).OfType<Digest>();
        // It was read as a page of all definitions, whenever that was; how many it has, the manifest does not say.
        ManifestPage[] cached = manifest.Cached is { } page ? [new ManifestPage(UrlTemplate.RoleDefinitions, page.Sha256, Rows: null)] : [];
        _pages.Add(index, ([.. listed, .. cached], [.. refused]));
    }

    /// <summary>All pages with a body.</summary>
    public IEnumerable<Digest> Of(long manifest) => _pages[manifest].Answers.Select(page => page.Sha256).OfType<Digest>().Concat(_pages[manifest].Refused);

    /// <summary>The answers from which a population is derived.</summary>
    public IEnumerable<ManifestPage> Of(long manifest, string type) => _pages[manifest].Answers.Where(page => TemplatesOf(type).Contains(page.Template));

    private static string[] TemplatesOf(string type) => type switch
    {
        ObservationType.RoleAssignment => [UrlTemplate.RoleAssignments],
        ObservationType.ResourceGroup => [UrlTemplate.ResourceGroups],
        ObservationType.Subscription => [UrlTemplate.Subscription],
        _ => [UrlTemplate.RoleDefinitions, UrlTemplate.CustomRoleDefinitions, UrlTemplate.RoleDefinition],
    };
}

/// <summary>A page with status 200.</summary>
/// <param name="Template">Id of the URL template that it answers.</param>
/// <param name="Sha256">SHA-256 of its bytes; null when it had none.</param>
/// <param name="Rows">How many items it has; null when the manifest does not say.</param>
internal readonly record struct ManifestPage(string Template, Digest? Sha256, int? Rows);
