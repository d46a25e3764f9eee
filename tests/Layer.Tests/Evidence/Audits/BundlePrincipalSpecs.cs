using System.Text;
using Layer.Evidence;
using Layer.Evidence.Canonical;
using Layer.Evidence.Leaves;

namespace Layer.Tests.Evidence.Audits;

public sealed class BundlePrincipalSpecs
{
    private const string Header = "id,tenant,type,name,upnOrAppId,userType,enabled,state,firstLookedUp,lastLookedUp,salt,commitment,leaf\n";
    private const string Id = "aaaaaaaa-0000-4000-8000-000000000001";
    private static readonly byte[] Salt = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];

    [Theory]
    [InlineData("Ada Lovelace", "ada@example.com")]
    [InlineData("=cmd()", "@ada")]
    [InlineData("'=cmd()", "'quoted'")]
    [InlineData("Lovelace, \"Ada\"\r\nByron", null)]
    [InlineData(null, null)]
    public void A_name_is_the_one_that_was_committed_to_however_csv_writes_it(string? name, string? upn)
    {
        var kit = With(name, upn, out var leaf, out _);
        Assert.Equal((1, null), kit.Outcome());
        kit.Replace("principals.csv", "Member", "Guest");
        Assert.Equal((2, "principals.csv"), kit.Outcome());
        Assert.True(leaf > 0);
    }

    [Fact]
    public void A_row_that_is_no_commitment_of_its_leaf_is_refused()
    {
        foreach (var (what, instead) in new[]
        {
            ("Ada", "Eva"), ("000102", "000103"), (",true,", ",false,"), (",true,", ",TRUE,"), ("resolved", "not-found"), (Id, "aaaaaaaa-0000-4000-8000-000000000002"),
            ("id,tenant", "tenant,id"), ("\n", "\r\n"), ("Ada Lovelace", "\"Ada Lovelace\""), (",resolved,", ",resolved,,"), ("2026-03-01", "2026-03-01\""),
        })
        {
            var kit = With("Ada Lovelace", "ada", out _, out _);
            kit.Replace("principals.csv", what, instead);
            Assert.Equal((2, "principals.csv"), kit.Outcome());
        }

        var twice = With("Ada Lovelace", "ada", out _, out var row);
        twice.Files["principals.csv"] = Encoding.UTF8.GetBytes(Header + row + row);
        Assert.Equal((2, "principals.csv"), twice.Outcome());
    }

    [Fact]
    public void An_earlier_leaf_of_names_is_there_for_a_row()
    {
        var kit = With("Ada Lovelace", "ada", out var leaf, out _);
        Assert.Contains(leaf, kit.Head.Earlier);
        kit.Files["principals.csv"] = Encoding.UTF8.GetBytes(Header);
        Assert.Equal((2, "bundle.json"), kit.Outcome());
    }

    [Fact]
    public void A_row_that_is_written_otherwise_than_it_would_be_is_refused_though_its_commitment_fits()
    {
        foreach (var (what, instead) in new[]
        {
            ("Ada Lovelace", "'Ada Lovelace"), ("'=1+1", "=1+1"), (Id, Id.ToUpperInvariant()), ("2026-03-01T00:00:00.000Z", "2026-03-01"), ("2026-03-01T00:00:00.000Z", "yesterday"),
        })
        {
            var kit = With("Ada Lovelace", "=1+1", out _, out _);
            Assert.Equal((1, null), kit.Outcome());
            kit.Replace("principals.csv", what, instead);
            Assert.Equal((2, "principals.csv"), kit.Outcome());
        }
    }

    private static BundleKit With(string? name, string? upn, out long leaf, out string row)
    {
        var record = new CanonicalWriter();
        record.StartObject();
        record.Property("enabled", true);
        record.Property("id", Id);
        record.Property("name", name);
        record.Property("state", "resolved");
        record.Property("tenant", Samples.Tenant);
        record.Property("type", "User");
        record.Property("upnOrAppId", upn);
        record.Property("userType", "Member");
        record.EndObject();
        var commitment = Digest.Of([.. Salt, .. record.WrittenSpan]);

        var story = new AuditStory();
        story.Connect("2026-02-27T09:00:00Z", 1);
        leaf = story.Leaves.Count;
        story.Tell("2026-02-27T10:00:00Z", new NamesLeaf(Samples.Tenant, [.. new[] { commitment, Samples.Hash("other") }.Order()]));
        story.Tell("2026-02-27T11:00:00Z", new NamesLeaf(Samples.Tenant, [Samples.Hash("erased")]));
        story.Read("2026-02-28T06:00:01Z", 1, Whole.First(1));
        story.Tell("2026-02-28T12:00:00Z", Samples.Bodies["audit"]);
        story.Read("2026-03-01T06:00:01Z", 1);
        var kit = BundleKit.Of(story, "2026-03-01..2026-03-02", names: true);
        kit.Head = kit.Head with { Earlier = [.. kit.Head.Earlier.Append(leaf).Order()] };
        kit.FillTree();
        kit.Fill(story.BundleOf("2026-03-01..2026-03-02"));
        var index = leaf;
        row = Csv.Of(csv => csv.Row(
            Id, $"{Samples.Tenant}", "User", name, upn, "Member", "true", "resolved", "2026-03-01T00:00:00.000Z", "2026-03-01T00:00:00.000Z",
            Convert.ToHexStringLower(Salt), $"{commitment}", $"{index}"));
        kit.Files["principals.csv"] = Encoding.UTF8.GetBytes(Header + row);
        return kit;
    }
}
