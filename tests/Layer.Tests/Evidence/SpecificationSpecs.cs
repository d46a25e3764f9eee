using System.Text;
using System.Text.RegularExpressions;
using Layer.Evidence;
using Layer.Evidence.Canonical;
using Layer.Evidence.Collecting;
using Layer.Evidence.Frameworks;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Evidence.Verification;

namespace Layer.Tests.Evidence;

/// <summary>docs/evidence-format.md says what the code does.</summary>
public sealed class SpecificationSpecs
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Golden.Path(""), "../../../../docs/evidence-format.md"));

    [Fact]
    public void Its_leaves_parse_and_are_the_golden_ones_of_every_kind()
    {
        var leaves = Regex.Matches(Page, "```json leaf (?<name>[a-z-]+)\n(?<bytes>.*)\n```").ToDictionary(m => m.Groups["name"].Value, m => m.Groups["bytes"].Value);
        Assert.Equal(Samples.Bodies.Keys, leaves.Keys.Order(StringComparer.Ordinal));
        Assert.All(leaves, leaf =>
        {
            Assert.Equal(Samples.Bodies[leaf.Key].Kind, Leaf.Parse(Encoding.UTF8.GetBytes(leaf.Value)).Kind);
            Assert.Equal(Encoding.UTF8.GetString(Samples.Leaf(leaf.Key).Bytes.Span), leaf.Value);
        });
    }

    [Fact]
    public void Its_observation_is_canonical()
    {
        var observation = Page.Split("```json observation\n")[1].Split("\n```")[0];
        Assert.True(CanonicalJson.IsCanonicalProfile(Encoding.UTF8.GetBytes(observation)));
    }

    [Fact]
    public void Its_checkpoint_is_signed_by_its_key()
    {
        var checkpoint = Page.Split("```text checkpoint\n")[1].Split("```")[0];
        var key = VerificationKey.Parse(Page.Split("```text vkey\n")[1].Split("\n```")[0]);
        var signed = SignedCheckpoint.Parse(Encoding.UTF8.GetBytes(checkpoint));
        Assert.Equal(SignatureState.Valid, signed.Check(key));
        Assert.Equal(new Checkpoint(Samples.Origin, 1, Samples.Leaf("genesis").Hash), signed.Checkpoint);
    }

    [Fact]
    public void Its_tables_list_every_template_limit_mapping_entry_type_and_exit_code()
    {
        Assert.All(UrlTemplate.All, t => Assert.Contains(
            $"\n| `{t.Id}` | `{t.Path}` | {t.ApiVersion} | {(t.Filter is null ? "–" : $"`{t.Filter}`")} |\n", Page));
        Assert.All(Limits.Standing.Concat(Limits.OfRuns), l => Assert.Contains($"\n| `{l.Id}` | {l.Sentence} |", Page));
        Assert.All(Mapping.Current.Entries, e => Assert.Contains(
            $"\n| `{e.Evidence}` | {e.Criterion} | {e.PointOfFocus} | {e.Strength.ToString().ToLowerInvariant()} | {e.Reason} | {e.DoesNotShow} |\n", Page));
        Assert.All(EvidenceType.All, t => Assert.Contains(t.Sentence(new DateTimeOffset(2026, 11, 23, 6, 2, 0, TimeSpan.Zero)), Page));
        Assert.All(Enum.GetValues<VerificationOutcome>(), o => Assert.Contains($"\n| {(int)o} | ", Page));
        Assert.All(ConnectionChange.All.Concat(SecondThought.All).Concat(ManifestTrigger.All).Concat(ManifestStatus.All).Concat(SampleMethod.All), word => Assert.Contains($"`{word}`", Page));
    }

    [Fact]
    public void Its_field_tables_name_every_property_of_every_kind()
    {
        foreach (var name in Samples.Bodies.Keys)
        {
            using var leaf = System.Text.Json.JsonDocument.Parse(Samples.Leaf(name).Bytes);
            foreach (var property in leaf.RootElement.GetProperty("body").EnumerateObject())
                Assert.Matches($@"\n\|[^|\n]*`{property.Name}`[^|\n]*\|", Page);
        }
    }

    [Fact]
    public void It_names_every_kind_of_standing_leaf()
    {
        var kinds = LeafKind.Standing.Select(kind => $"`{kind}`").ToArray();
        Assert.Contains($"kinds {string.Join(", ", kinds[..^1])} and {kinds[^1]}", Page);
    }

    [Fact]
    public void Its_root_of_no_leaves_is_ours()
    {
        var hex = MerkleTree.EmptyRoot.ToString();
        Assert.Contains($"`{hex[..8]}…{hex[^4..]}`", Page);
        Assert.Equal(Digest.Of([]), MerkleTree.EmptyRoot);
    }
}
