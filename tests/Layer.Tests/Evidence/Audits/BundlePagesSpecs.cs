using System.IO.Compression;
using System.Text;
using Layer.Azure.RawPages;
using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Evidence.Collecting;
using Layer.Evidence.Frameworks;
using Layer.Evidence.Leaves;

namespace Layer.Tests.Evidence.Audits;

/// <summary>Bundles with pages of Azure's answers, derived again by the connector's own readers.</summary>
public sealed class BundlePagesSpecs
{
    private const string Window = "2026-03-01..2026-03-04";
    private static readonly Guid Subscription = AuditStory.Subscription(1);

    private const string Subscribed = """{"id":"/subscriptions/SUB","displayName":"prod","state":"Enabled","subscriptionId":"SUB","tenantId":"22222222-2222-4222-8222-222222222222"}""";
    private const string Roles =
        """{"value":[{"id":"/subscriptions/99999999-1111-4111-8111-111111111111/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635","properties":{"roleName":"Owner","type":"BuiltInRole","assignableScopes":["/"],"permissions":[{"actions":["*"]}]}},{"id":"/providers/Microsoft.Authorization/roleDefinitions/11111111-aaaa-4aaa-8aaa-111111111111","properties":{"roleName":"Nobody's","type":"BuiltInRole","assignableScopes":["/"],"permissions":[]}}]}""";

    [Fact]
    public void Populations_are_derived_again_from_their_pages()
    {
        var verdict = Verify(Told());
        Assert.Null(verdict.Verdict.Problem);
        Assert.Equal((16, 0, 0), (verdict.Derived, verdict.NotKept, verdict.Missing));
    }

    [Fact]
    public void Pages_that_were_not_kept_because_nothing_changed_are_counted_and_those_that_miss_are_a_remark()
    {
        var told = Told();
        var group = told.Page(2, UrlTemplate.ResourceGroups);
        told.Kit.Files.Remove(BundleFiles.PageOf(group));
        var verdict = Verify(told);
        Assert.Equal((14, 1, 1), (verdict.Derived, verdict.NotKept, verdict.Missing));
        Assert.Contains("1 population could not be derived again: pages are missing.", verdict.Verdict.Remarks);
        Assert.Equal(1, verdict.Verdict.ExitCode);

        var nobody = told.Kit.Verify();
        Assert.Equal((0, 10, 6), (nobody.Derived, nobody.NotKept, nobody.Missing));
    }

    [Fact]
    public void A_page_that_says_something_else_than_the_record_is_an_integrity_failure()
    {
        var told = Told(lie: page => page.Replace("rg-two", "rg-lie", StringComparison.Ordinal));
        var verdict = Verify(told);
        Assert.Equal((2, $"leaf {told.RecordOf(2, EvidenceType.ResourceGroups)}"), (verdict.Verdict.ExitCode, verdict.Place));
    }

    [Fact]
    public void A_page_that_is_no_answer_is_named_by_the_record_that_rests_on_it()
    {
        var told = Told(lie: page => page.Replace("\"value\":", "\"values\":", StringComparison.Ordinal));
        var verdict = Verify(told);
        Assert.Equal((2, $"leaf {told.RecordOf(2, EvidenceType.ResourceGroups)}"), (verdict.Verdict.ExitCode, verdict.Place));
        Assert.Contains("cannot be read", verdict.Verdict.Problem);
    }

    [Fact]
    public void A_file_that_does_not_unpack_to_its_name_or_that_no_manifest_names_is_refused()
    {
        foreach (var spoil in new Func<byte[], byte[]>[] { _ => [], _ => "not gzip"u8.ToArray(), bytes => bytes[..^9], bytes => bytes[..^1], bytes => Pack("other"), bytes => [1, .. bytes], bytes => [.. bytes, 0] })
        {
            var told = Told();
            var name = BundleFiles.PageOf(told.Page(1, UrlTemplate.RoleAssignments));
            told.Kit.Files[name] = spoil(told.Kit.Files[name]);
            Assert.Equal((2, name), (Verify(told).Verdict.ExitCode, Verify(told).Place));
        }

        var stray = Told();
        stray.Kit.Files[BundleFiles.PageOf(Samples.Hash("stray"))] = Pack("stray");
        Assert.Equal((2, BundleFiles.PageOf(Samples.Hash("stray"))), (Verify(stray).Verdict.ExitCode, Verify(stray).Place));
    }

    [Fact]
    public void A_page_that_unpacks_without_end_is_refused_before_it_fills_the_memory()
    {
        var bomb = new MemoryStream();
        using (var gzip = new GZipStream(bomb, CompressionLevel.SmallestSize))
        {
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 65; i++)
                gzip.Write(zeros);
        }

        var told = Told();
        var name = BundleFiles.PageOf(told.Page(1, UrlTemplate.RoleAssignments));
        told.Kit.Files[name] = bomb.ToArray();
        var verdict = Verify(told);
        Assert.Equal((4, name), (verdict.Verdict.ExitCode, verdict.Place));
        Assert.Contains("unpacks to more than", verdict.Verdict.Problem);
    }

    [Fact]
    public void The_record_that_last_changed_something_before_the_window_is_disclosed_for_its_pages()
    {
        const string Later = "2026-03-04..2026-03-06";
        var told = Told();
        var kit = BundleKit.Of(told.Story.Leaves, AuditStory.Window(Later), told.Story.BundleOf(Later), raw: true, names: false);
        Assert.Equal((2, "bundle.json"), kit.Outcome()); // the base shows no change
        long[] lastChanged =
        [
            told.ManifestOf(1), told.RecordOf(1, EvidenceType.RoleAssignments), told.ManifestOf(2), told.RecordOf(2, EvidenceType.ResourceGroups),
        ];
        kit.Head = kit.Head with { Earlier = [.. kit.Head.Earlier.Concat(lastChanged).Distinct().Order()] };
        kit.FillTree();
        kit.Fill(told.Story.BundleOf(Later));
        Assert.Equal((1, null), kit.Outcome());

        // What the base's own pages do not give, those of the last change do.
        foreach (var (name, page) in told.Kit.Files.Where(file => file.Key.StartsWith("raw/", StringComparison.Ordinal) && file.Key != BundleFiles.PageOf(told.Page(0, UrlTemplate.RoleAssignments)) && file.Key != BundleFiles.PageOf(told.Page(0, UrlTemplate.ResourceGroups))))
            kit.Files[name] = page;
        var verdict = kit.Verify(derive: DerivedObservations.Of);
        Assert.Null(verdict.Verdict.Problem);
        Assert.Equal((4, 0, 0), (verdict.Derived, verdict.NotKept, verdict.Missing));
    }

    [Fact]
    public void A_page_with_another_number_of_rows_than_its_manifest_says_is_named_by_the_record()
    {
        var told = Told(rows: 7);
        Assert.Equal((2, $"leaf {told.RecordOf(0, EvidenceType.RoleAssignments)}"), (Verify(told).Verdict.ExitCode, Verify(told).Place));
    }

    [Fact]
    public void A_page_of_definitions_that_cannot_be_read_is_passed_over()
    {
        var told = Told(roles: "{}");
        var verdict = Verify(told);
        Assert.Null(verdict.Verdict.Problem);
        Assert.Equal((12, 3, 1), (verdict.Derived, verdict.NotKept, verdict.Missing));
    }

    private static BundleVerdict Verify(ToldPages told) => told.Kit.Verify(derive: DerivedObservations.Of);

    // Four readings: the first; one with a new assignment; one with a new group; one like it. The definitions come from a page read for another connection.
    private static ToldPages Told(Func<string, string>? lie = null, int? rows = null, string? roles = null)
    {
        var told = new ToldPages { Rows = rows, Definitions = roles ?? Roles };
        var assignments = Assignments("a1");
        told.Read("2026-03-01T06:00:01Z", assignments, Groups("rg-one"));
        told.Read("2026-03-01T18:00:01Z", Assignments("a1", "a2"), Groups("rg-one"));
        told.Read("2026-03-02T06:00:01Z", Assignments("a1", "a2"), Groups("rg-one", "rg-two"), lie);
        told.Read("2026-03-03T06:00:01Z", Assignments("a1", "a2"), Groups("rg-one", "rg-two"), lie);
        told.Finish();
        return told;
    }

    private static string Assignments(params string[] names) => Listed(names.Select(name => $"/subscriptions/SUB/providers/Microsoft.Authorization/roleAssignments/{name}").Append(Whole.OwnId).Select(name => Row(
        """{"id":"NAME","properties":{"roleDefinitionId":"/x/ROLE","principalId":"p","principalType":"User","scope":"/subscriptions/SUB","createdOn":"2026-01-02T03:04:05Z"}}""",
        name)));

    private static string Groups(params string[] names) => Listed(names.Select(name => Row(
        """{"id":"/subscriptions/SUB/resourceGroups/NAME","name":"NAME","location":"westeurope","properties":{"provisioningState":"Succeeded"}}""", name)));

    private static string Row(string template, string name) => template.Replace("NAME", name, StringComparison.Ordinal)
        .Replace("SUB", $"{Subscription}", StringComparison.Ordinal).Replace("ROLE", Described.Owner, StringComparison.Ordinal);

    private static string Listed(IEnumerable<string> rows) => $"{{\"value\":[{string.Join(',', rows)}]}}";

    private static byte[] Pack(string text)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    private sealed class ToldPages
    {
        private readonly Dictionary<string, string> _pages = new(StringComparer.Ordinal);
        private readonly List<long> _manifests = [];

        public ToldPages() => Story.Connect("2026-03-01T01:00:00Z", 1);

        public AuditStory Story { get; } = new();

        public BundleKit Kit { get; private set; } = null!; // set by Finish, before anybody sees it

        public int? Rows { get; init; }

        public string Definitions { get; init; } = "";

        public long ManifestOf(int reading) => _manifests[reading];

        public long RecordOf(int reading, string type) =>
            Story.Leaves.FindIndex(leaf => leaf.Body is EvidenceRecord record && record.Type == type && record.Manifest == _manifests[reading]);

        public Digest Page(int reading, string template) =>
            ((SyncManifest)Story.Leaves[(int)_manifests[reading]].Body).Lists.Single(list => list.Template == template).Pages[0].Sha256!.Value;

        public void Read(string at, string assignments, string groups, Func<string, string>? lie = null)
        {
            (string Template, string Text)[] pages =
            [
                (UrlTemplate.Subscription, Subscribed.Replace("SUB", $"{Subscription}", StringComparison.Ordinal)), (UrlTemplate.ResourceGroups, groups),
                (UrlTemplate.RoleAssignments, assignments),
            ];
            var seen = pages.SelectMany(page => DerivedObservations.Of(page.Template, Subscription, Encoding.UTF8.GetBytes(page.Text)))
                .Concat(DerivedObservations.Of(UrlTemplate.RoleDefinitions, Subscription, Encoding.UTF8.GetBytes(Roles)).Take(1)).ToArray();
            _manifests.Add(Story.Leaves.Count);
            Story.Read(at, 1, seen);
            foreach (var (template, text) in pages.Append((UrlTemplate.RoleDefinitions, Definitions)))
                _pages[template + _manifests.Count] = template == UrlTemplate.ResourceGroups && lie is not null ? lie(text) : text;
        }

        // The story's manifests name pages of its own making; put those of this test into them, and chain everything again.
        public void Finish()
        {
            for (var reading = 0; reading < _manifests.Count; reading++)
            {
                var leaf = Story.Leaves[(int)_manifests[reading]];
                var manifest = (SyncManifest)leaf.Body;
                var lists = manifest.Lists.Where(list => list.Template != UrlTemplate.CustomRoleDefinitions).Select(list => list with { Pages = PagesOf(list, reading + 1) });
                Story.Leaves[(int)_manifests[reading]] = Leaf.Create(leaf.At, leaf.Log, manifest with
                {
                    Cached = new ManifestCache(Sha256(Definitions), manifest.Observed!.From, null), Lists = [.. lists],
                });
            }

            Kit = BundleKit.Of(Story.Leaves, AuditStory.Window(Window), Story.BundleOf(Window), raw: true, names: false);
            foreach (var page in _pages.Values)
                Kit.Files[BundleFiles.PageOf(Sha256(page))] = Pack(page);
        }

        private IReadOnlyList<PageReading> PagesOf(ManifestList list, int reading) =>
            _pages.TryGetValue(list.Template + reading, out var text) ? [list.Pages[0] with { Sha256 = Sha256(text), Bytes = text.Length, Items = RowsOf(list.Template, text) }] : list.Pages;

        private int RowsOf(string template, string text) =>
            template == UrlTemplate.RoleAssignments && Rows is { } rows ? rows : template == UrlTemplate.Subscription ? 1 : text.Split("\"id\":").Length - 1;

        private static Digest Sha256(string text) => Digest.Of(Encoding.UTF8.GetBytes(text));
    }
}
