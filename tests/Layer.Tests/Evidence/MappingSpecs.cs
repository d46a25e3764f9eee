using Layer.Evidence.Frameworks;
using Layer.Evidence.Leaves;
using Layer.Evidence.Observations;

namespace Layer.Tests.Evidence;

public sealed class MappingSpecs
{
    [Fact]
    public void Version_1_supports_exactly_these_criteria_exactly_so_far()
    {
        var entries = Mapping.Current.Entries.Select(e => $"{e.Evidence} {e.Criterion} {e.Strength}").ToArray();
        Assert.Equal(
            [
                "azure.rbac-role-assignments CC6.1 Direct",
                "azure.rbac-role-assignments CC6.1 Supporting",
                "azure.rbac-role-assignments CC6.2 Supporting",
                "azure.rbac-role-assignments CC6.2 Supporting",
                "azure.rbac-role-assignments CC6.2 Supporting",
                "azure.rbac-role-assignments CC6.3 Direct",
                "azure.rbac-role-assignments CC6.3 Supporting",
                "azure.rbac-role-assignments CC6.3 Supporting",
                "azure.rbac-role-assignments CC6.3 Supporting",
                "azure.rbac-role-assignments CC6.3 Supporting",
                "azure.resource-group-inventory CC6.6 Context",
                "azure.resource-group-inventory CC6.7 Context",
            ],
            entries);
        Assert.Equal(Mapping.CurrentVersion, Mapping.Current.Version);
    }

    [Fact]
    public void Version_1_never_changes_its_words_either()
    {
        Assert.Equal("7dc3501c0644423e906ab41a400f8a130b429b0ae84eeeb0fddb7f7b0cdd70c4", Mapping.Current.Sha256.ToString());
    }

    [Fact]
    public void Every_entry_names_known_evidence_and_says_why_and_what_it_does_not_show()
    {
        Assert.All(Mapping.Current.Entries, entry =>
        {
            Assert.NotNull(EvidenceType.Find(entry.Evidence));
            Assert.EndsWith(".", entry.Reason);
            Assert.EndsWith(".", entry.DoesNotShow);
            Assert.DoesNotContain("effective", entry.Reason);
            Assert.DoesNotContain("met", entry.Reason.Split(' ', '.', ','));
        });
        Assert.All(EvidenceType.All, type => Assert.NotEmpty(Mapping.Current.Of(type.Id)));
    }

    [Fact]
    public void A_record_states_a_fact_with_its_time_in_UTC()
    {
        var at = new DateTimeOffset(2026, 11, 23, 8, 2, 59, TimeSpan.FromHours(2));
        Assert.Equal(
            "Every role assignment Azure returned for this subscription at 06:02 UTC, with what each role allows.",
            EvidenceType.Get(EvidenceType.RoleAssignments).Sentence(at));
        Assert.All(EvidenceType.All, type => Assert.DoesNotContain("appropriate", type.Sentence(at)));
    }

    [Fact]
    public void The_limits_of_a_record_are_the_standing_ones_of_its_type_and_those_of_its_run()
    {
        var text = Limits.Compose([Limits.TrustAnchorNotPublic, Limits.DefinitionUnknown, Limits.TrustAnchorNotPublic]);
        Assert.Equal("v1+definition-unknown+trust-anchor-not-public", text);
        Assert.Equal(10, Limits.Of(EvidenceType.RoleAssignments, text).Count);
        Assert.Equal(["between-readings", "trust-anchor-not-public"], Limits.Of(EvidenceType.ResourceGroups, text).Select(l => l.Id));
        Assert.Equal("v1", Limits.Compose([]));
        Assert.Throws<ArgumentException>(() => Limits.Compose(["made-up"]));
    }

    [Theory]
    [InlineData("v2")]
    [InlineData("v1+")]
    [InlineData("v1+made-up")]
    [InlineData("v1+trust-anchor-not-public+definition-unknown")]
    [InlineData("v1+definition-unknown+definition-unknown")]
    [InlineData("")]
    public void A_record_with_limits_that_nobody_wrote_down_is_refused(string limits)
    {
        Assert.False(Limits.TryParse(limits, out _));
        Assert.Throws<FormatException>(() => Leaf.Create(Samples.At, Samples.Origin, Samples.RoleAssignments with { Limits = limits }));
    }

    [Fact]
    public void A_record_with_other_populations_than_its_type_has_is_refused()
    {
        var other = Samples.RoleAssignments with
        {
            With = [new SealedPopulation(ObservationType.Subscription, 1, Samples.Hash("x"))],
            Changes = [new PopulationChange(ObservationType.RoleAssignment, 0, 0, 0), new PopulationChange(ObservationType.Subscription, 0, 0, 0)],
        };
        Assert.Throws<FormatException>(() => Leaf.Create(Samples.At, Samples.Origin, other));
        Assert.Throws<FormatException>(() => Leaf.Create(Samples.At, Samples.Origin, Samples.RoleAssignments with { Type = "azure.other" }));
    }
}
