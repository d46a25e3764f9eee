using System.Text.RegularExpressions;
using Layer.Audits;
using Layer.Audits.Documents;
using Layer.Evidence.Audits;
using Layer.Evidence.Frameworks;
using Layer.Evidence.Leaves;
using Layer.Evidence.Verification;
using Layer.Tests.Ledger;
using Layer.Tests.Storage;

namespace Layer.Tests.Audits;

/// <summary>What a person reads in a bundle.</summary>
public sealed partial class DocumentSpecs(PostgresCluster cluster)
{
    private const string Hostile = "=HYPERLINK(\"http://evil.example\")<script>alert(1)</script><img src=x onerror=alert(2)>\u202Eevil\u0007'\"`*_[link](http://evil.example)|&amp;\r\n# heading";

    [GeneratedRegex("(src|srcset|href|action|data|poster)\\s*=\\s*(?!\"#)|url\\(|@import", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Outside { get; }

    [GeneratedRegex("<(?<name>[a-zA-Z0-9]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Element { get; }

    private static async Task<(AuditWorld World, OpenBundle Bundle)> HostileAsync(PostgresCluster cluster)
    {
        var world = await AuditWorld.StartAsync(Engine.Sqlite, cluster, Hostile);
        await world.ReadAsync(3, day =>
        {
            world.Azure.Groups[$"{day}{Hostile}"] = Hostile;
            world.Azure.Assignments[$"{day}-{Hostile.ToLowerInvariant()}"] = (Reading.Reader, Hostile, world.Ledger.Clock.GetUtcNow());
        });
        var other = Guid.Parse("99999999-9999-4999-8999-999999999999");
        var subscription = Guid.Parse(Reading.SubscriptionId);
        var days = new SampleMembers(AuditWorld.Window(0, 3).Days.Select(day => new SampleMember($"{day:yyyy-MM-dd}", null)));
        await world.SealAsync(
            world.Connection(world.Ledger.Connection, subscription, Hostile, ConnectionChange.Paused, Hostile),
            new AuditLeaf(Hostile, Hostile, Hostile, Hostile),
            new ScopeLeaf
            {
                Actor = Hostile, By = Hostile, Window = AuditWorld.Window(0, 5), Included = [subscription], Excluded = [new ExcludedSubscription(other, Hostile)],
            },
            new SampleLeaf
            {
                Actor = Hostile, Algorithm = SampleLeaf.CurrentAlgorithm, Method = SampleMethod.Random, Population = SamplePopulation.Days, Window = AuditWorld.Window(0, 3),
                Count = days.Count, Root = days.Root, N = 2, Seed = Hostile, GivenBy = Hostile, Picked = SampleDraw.Draw(SampleMethod.Random, 2, Hostile, days),
            });
        await world.Ledger.SignAsync();
        return (world, await world.BuildAsync(AuditWorld.Window(0, 5)));
    }

    [Fact]
    public async Task Nothing_that_Azure_or_a_person_named_becomes_an_element_an_attribute_or_a_script()
    {
        var (world, bundle) = await HostileAsync(cluster);
        await using var opened = world;
        var html = bundle.Text("report.html");

        Assert.DoesNotContain("script", Element.Matches(html).Select(element => element.Groups["name"].Value));
        Assert.DoesNotContain("img", Element.Matches(html).Select(element => element.Groups["name"].Value));
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\u202E', html);
        Assert.DoesNotContain('\u0007', html);
        // It is all there, though, as text.
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;‹202E›evil‹07›&#39;&quot;`*_[link](http://evil.example)|&amp;amp;‹0D›‹0A›# heading", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_report_asks_for_nothing_from_anywhere_and_runs_nothing()
    {
        var (world, bundle) = await HostileAsync(cluster);
        await using var opened = world;
        var html = bundle.Text("report.html");

        Assert.Equal(["html", "head", "meta", "title", "style", "body", "main", "section"], Element.Matches(html).Select(element => element.Groups["name"].Value).Distinct().Take(8));
        Assert.Empty(Element.Matches(html).Select(element => element.Groups["name"].Value).Intersect(["script", "link", "img", "iframe", "object", "embed", "form", "base"]));
        Assert.DoesNotMatch("""\son[a-z]+\s*=\s*["']""", html);
        Assert.Empty(Outside.Matches(WithoutText(html)).Select(match => match.Value));
        Assert.Contains("default-src 'none'", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_Markdown_a_name_stays_on_its_line_and_makes_neither_link_nor_markup()
    {
        var (world, bundle) = await HostileAsync(cluster);
        await using var opened = world;

        var assertion = bundle.Text("assertion.md");
        Assert.DoesNotContain("<script>", assertion, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', assertion);
        Assert.Contains(@"\<script\>alert(1)\</script\>\<img src=x onerror=alert(2)\>‹202E›evil‹07›'""\`\*\_\[link\](http\://evil.example)\|\&amp;‹0D›‹0A›# heading", assertion, StringComparison.Ordinal);
        Assert.DoesNotContain("\n# heading", assertion, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1. first", @"1\. first")]
    [InlineData("12) twelfth", @"12\) twelfth")]
    [InlineData("# heading", @"\# heading")]
    [InlineData("- point", @"\- point")]
    [InlineData("+ point", @"\+ point")]
    [InlineData("> quote", @"\> quote")]
    [InlineData("www.evil.example", @"www\.evil.example")]
    [InlineData("rg-prod (west) 1.2: yes!", "rg-prod (west) 1.2: yes!")]
    [InlineData("~~gone~~ $x$", @"\~\~gone\~\~ \$x\$")]
    public void Only_what_Markdown_would_take_for_its_own_gets_a_backslash(string text, string written) =>
        Assert.Equal(written + "\n", System.Text.Encoding.UTF8.GetString(new Markdown().Line($"{text}").ToUtf8()));

    [Fact]
    public async Task In_CSV_no_field_begins_a_formula()
    {
        var (world, bundle) = await HostileAsync(cluster);
        await using var opened = world;

        foreach (var name in new[] { "coverage.csv", "subscriptions.csv", "samples.csv" })
        {
            Assert.Contains("\"'=HYPERLINK(\"\"http://evil.example\"\")", bundle.Text(name), StringComparison.Ordinal);
            Assert.DoesNotContain(",\"=HYPERLINK", bundle.Text(name), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_criterion_has_a_page_with_strength_reason_numbers_and_what_is_not_shown_for_each_point_of_focus_and_is_never_met()
    {
        await using var world = await AuditWorld.StartAsync(Engine.Sqlite, cluster);
        world.Azure.Roles["8e3af657-a8ff-443c-a75c-2fe8c4bcb635"] = ["*"];
        await world.ReadAsync(4, day => world.Azure.Assignments[$"owner{day}"] = ("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "ada", world.Ledger.Clock.GetUtcNow()));

        var bundle = await world.BuildAsync(AuditWorld.Window(0, 4));

        foreach (var criterion in Mapping.Current.Entries.GroupBy(entry => entry.Criterion))
        {
            var text = bundle.Text($"controls/{criterion.Key}.md");
            Assert.Equal(criterion.Count(), text.Split("- Strength: ").Length - 1);
            foreach (var entry in criterion)
                Assert.Contains($"### {entry.PointOfFocus}\n\n- Strength: {entry.Strength.ToString().ToLowerInvariant()}\n- Why: {entry.Reason}\n- In this window: ", text, StringComparison.Ordinal);
            Assert.DoesNotMatch(@"\b(is|are) (met|satisfied|effective|compliant)\b", text.Replace("Nothing here says that a criterion is met", "", StringComparison.Ordinal));
        }

        Assert.Contains("lists 5 role assignments: 4 of privileged roles (privileged/1), 0 of roles whose definition could not be read.", bundle.Text("controls/CC6.1.md"), StringComparison.Ordinal);
        // Three against the reading before, and one of the first day that only its creation date tells.
        Assert.Contains("4 assignments came in the window (1 of them drawn from creation dates, before anything was read)", bundle.Text("controls/CC6.2.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_drawn_assignment_is_told_by_role_scope_and_holder_as_it_was_in_the_population_it_was_drawn_from()
    {
        const string Grace = "77777777-7777-4777-8777-777777777777";
        const string Owner = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
        await using var world = await AuditWorld.StartAsync(Engine.Sqlite, cluster);
        await world.ReadAsync(3, day =>
        {
            if (day == 2)
            {
                world.Azure.Assignments.Remove("grace");
                world.Azure.Roles.Remove(Owner);
            }
            else if (day == 1)
            {
                world.Azure.Roles[Owner] = ["*"];
                world.Azure.Assignments["grace"] = (Owner, Grace, world.Ledger.Clock.GetUtcNow());
            }
        });
        var drawing = new SampleDrawing(world.Ledger.Database, world.Ledger.Ledger, world.Ledger.Workspace, world.Ledger.Clock);
        foreach (var population in (string[])["window-additions", "window-removals", $"day:{AuditWorld.Start.AddDays(1):yyyy-MM-dd}", "days"])
        {
            await drawing.RunAsync(
                new SampleOrder(population, AuditWorld.Window(0, 3), 25, "4711", "Pat Auditor", SampleMethod.Random), "os:test@test", TestContext.Current.CancellationToken);
        }

        var bundle = await world.BuildAsync(AuditWorld.Window(0, 4));

        var samples = bundle.Text("report.html").Split("<section id=\"samples\"")[1].Split("</section>")[0].Split("<h3>")[1..];
        Assert.Equal(4, samples.Length);
        foreach (var draw in samples[..3])
        {
            Assert.Contains("<b><bdi>Role 8e3a</bdi></b> on <bdi>the subscription</bdi>", draw, StringComparison.Ordinal);
            Assert.Contains($"User <span class=\"mono\">{Grace}</span>", draw, StringComparison.Ordinal);
            Assert.Contains("<span class=\"chip warn\">privileged</span>", draw, StringComparison.Ordinal);
            Assert.Contains(Reading.AssignmentKey("grace"), draw, StringComparison.Ordinal);
        }

        Assert.Contains($"<span class=\"mono\">{Reading.App}</span>", samples[2], StringComparison.Ordinal);
        Assert.Contains("<td class=\"day\">2026-09-02</td>", samples[3], StringComparison.Ordinal);
    }

    [Fact]
    public void Every_point_of_focus_has_numbers_of_its_own() =>
        Assert.Equal(Mapping.Current.Entries.Select(entry => entry.PointOfFocus).Order(StringComparer.Ordinal), PointNumbers.Known.Order(StringComparer.Ordinal));

    [Fact]
    public async Task A_sample_says_so_wherever_a_person_looks_and_no_verifier_returns_0()
    {
        await using var world = await AuditWorld.StartAsync(Engine.Sqlite, cluster, sample: true);
        await world.ReadAsync(2);

        var bundle = await world.BuildAsync(AuditWorld.Window(0, 2));

        Assert.StartsWith("SAMPLE: ", bundle.Text("README.txt"), StringComparison.Ordinal);
        foreach (var name in bundle.Names.Where(name => name.EndsWith(".md", StringComparison.Ordinal) || name == "report.html").Except(["limits.md"]))
            Assert.Contains("SAMPLE", bundle.Text(name), StringComparison.Ordinal);
        Assert.Equal(VerificationOutcome.ValidWithRemarks, bundle.Verify().Verdict.Outcome);
    }

    [Fact]
    public async Task The_readme_names_the_key_its_fingerprint_and_three_commands_that_need_nothing_of_ours()
    {
        await using var world = await AuditWorld.StartAsync(Engine.Sqlite, cluster);
        await world.ReadAsync(1);

        var bundle = await world.BuildAsync(AuditWorld.Window(0, 1));

        var text = bundle.Text("README.txt");
        var key = bundle.Made.Keys[0];
        Assert.Contains($"python3 verify.py BUNDLE.zip --key '{key}'\n", text, StringComparison.Ordinal);
        Assert.Contains($"layer verify BUNDLE.zip --key '{key}'\n", text, StringComparison.Ordinal);
        Assert.Contains("sha256sum -c files.sha256", text, StringComparison.Ordinal);
        Assert.Contains(string.Join(' ', key.Fingerprint.Split(' ').Take(8)), text, StringComparison.Ordinal);
        Assert.Contains(VerifierCopy.Sha256.ToString(), text, StringComparison.Ordinal);
        Assert.Equal(Layer.Evidence.Digest.Of(bundle.Read("verify.py")), VerifierCopy.Sha256);
        Assert.Contains("second channel", text, StringComparison.Ordinal);
        Assert.Equal(Layer.Evidence.Digest.Of(bundle.Read("mapping.json")), Mapping.Current.Sha256);
    }

    // What stands between tags is text; addresses in it lead nowhere.
    private static string WithoutText(string html) => Text.Replace(html, ">");

    [GeneratedRegex(">[^<]*", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Text { get; }
}
