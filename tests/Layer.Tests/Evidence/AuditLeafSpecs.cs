using Layer.Evidence;
using Layer.Evidence.Leaves;

namespace Layer.Tests.Evidence;

/// <summary>Leaves that an audit leaves behind: what they may not say.</summary>
public sealed class AuditLeafSpecs
{
    private static readonly Guid Other = Guid.Parse("00000000-0000-4000-8000-000000000001");

    [Fact]
    public void A_scope_names_each_subscription_once_in_order_and_at_least_one()
    {
        var excluded = new ExcludedSubscription(Samples.Subscription, "sandbox");
        Assert.Contains("ascending", Refusal(Samples.Scope with { Included = [Samples.Subscription, Other] }));
        Assert.Contains("twice", Refusal(Samples.Scope with { Included = [Other, Other] }));
        Assert.Contains("'body.excluded' is not ascending", Refusal(Samples.Scope with { Included = [], Excluded = [excluded, excluded with { Subscription = Other }] }));
        Assert.Contains("'body.excluded' is not ascending", Refusal(Samples.Scope with { Included = [], Excluded = [excluded, excluded] }));
        Assert.Contains("which is included", Refusal(Samples.Scope with { Excluded = [excluded] }));
        Assert.Contains("nothing is excluded", Refusal(Samples.Scope with { Included = [], Excluded = [] }));
        Accept(Samples.Scope with { Included = [Other, Samples.Subscription] });
        Accept(Samples.Scope with { Included = [], Excluded = [excluded with { Subscription = Other }, excluded] });
        Accept(Samples.Scope with { Excluded = [] });
    }

    [Fact]
    public void A_scope_without_a_name_or_an_exclusion_without_a_reason_is_refused()
    {
        Assert.Contains("'body.by' is empty", Refusal(Samples.Scope with { By = "" }));
        Assert.Contains(".reason' is empty", Refusal(Samples.Scope with { Excluded = [new ExcludedSubscription(Other, "")] }));
    }

    [Fact]
    public void What_was_visible_was_read_to_its_end_and_counted_from_its_rows()
    {
        var list = Samples.Visible.List;
        Assert.Contains("read to its end", Refusal(Samples.Visible with { List = list with { Ended = false } }));
        Assert.Contains("read to its end", Refusal(Samples.Visible with { List = list with { Pages = [] } }));
        Assert.Contains("read to its end", Refusal(Samples.Visible with { List = list with { Pages = [list.Pages[0] with { Status = 403 }] } }));
        Assert.Contains("not arm.subscriptions/1", Refusal(Samples.Visible with { List = list with { Template = "arm.subscription/1" } }));
        Assert.Contains("'body.count' is 2", Refusal(Samples.Visible with { Count = 2 }));
        Assert.Contains("ends before it begins", Refusal(Samples.Visible with { Observed = new(Samples.At, Samples.At.AddSeconds(-1)) }));
        Accept(Samples.Visible with { Count = 2, List = list with { Duplicates = 1 } });
    }

    [Fact]
    public void A_sample_says_from_what_and_how_it_was_drawn()
    {
        Assert.Contains("'body.algorithm'", Refusal(Samples.Sample with { Algorithm = "layer-sample/2" }));
        Assert.Contains("'body.method'", Refusal(Samples.Sample with { Method = "by-hand" }));
        Assert.Contains("'body.n' is less than 1", Refusal(Samples.Sample with { N = 0, Picked = [] }));
        Assert.Contains("'body.picked' is a list of 2", Refusal(Samples.Sample with { N = 1 }));
        Assert.Contains("'body.privileged' is null", Refusal(Samples.Sample with { Method = SampleMethod.Privileged }));
        Assert.Contains("'body.privileged' is 'privileged/1'", Refusal(Samples.Sample with { Privileged = SampleLeaf.CurrentPrivileged }));
        Assert.Contains("'body.privileged'", Refusal(Samples.Sample with { Method = SampleMethod.Privileged, Privileged = "privileged/2" }));
        Assert.Contains("the population is days", Refusal(Samples.Sample with { Method = SampleMethod.Privileged, Privileged = SampleLeaf.CurrentPrivileged }));
        Accept(Samples.Sample with { Method = SampleMethod.Privileged, Population = "window-additions", Privileged = SampleLeaf.CurrentPrivileged });
        Accept(Samples.Sample with { N = 1, Picked = [] });
    }

    [Theory]
    [InlineData("day:2026-01-01", true)]
    [InlineData("day:2026-12-31", true)]
    [InlineData("day:2025-12-31", false)]
    [InlineData("day:2027-01-01", false)]
    [InlineData("days", true)]
    [InlineData("window-additions", true)]
    [InlineData("window-removals", true)]
    [InlineData("day:2026-02-30", false)]
    [InlineData("day:2026-5-1", false)]
    [InlineData("day:", false)]
    [InlineData("day", false)]
    [InlineData("Days", false)]
    public void A_sample_is_drawn_from_a_known_population_and_the_day_of_one_lies_in_its_window(string population, bool isAccepted)
    {
        Assert.Equal(isAccepted, IsAccepted(Samples.Sample with { Population = population }));
    }

    [Fact]
    public void A_sample_without_a_window_is_refused()
    {
        var text = System.Text.Encoding.UTF8.GetString(Samples.Leaf("sample").Bytes.Span);
        var changed = text.Replace("\"window\":{\"from\":\"2026-01-01\",\"to\":\"2027-01-01\"}", "\"window\":null", StringComparison.Ordinal);
        Assert.NotEqual(text, changed);
        Assert.Contains("window", Assert.Throws<FormatException>(() => Leaf.Parse(System.Text.Encoding.UTF8.GetBytes(changed))).Message);
    }

    [Fact]
    public void Commitments_to_names_are_ascending_and_there_is_at_least_one()
    {
        Digest[] two = [.. new[] { Samples.Hash("a"), Samples.Hash("b") }.Order()];
        Accept(new NamesLeaf(Samples.Tenant, two));
        Assert.Contains("'body.commitments'", Refusal(new NamesLeaf(Samples.Tenant, [])));
        Assert.Contains("'body.commitments'", Refusal(new NamesLeaf(Samples.Tenant, [two[1], two[0]])));
        Assert.Contains("'body.commitments'", Refusal(new NamesLeaf(Samples.Tenant, [two[0], two[0]])));
    }

    [Theory]
    [InlineData("\"from\":\"2026-01-01\",\"to\":\"2026-01-01\"")]
    [InlineData("\"from\":\"2027-01-02\",\"to\":\"2027-01-01\"")]
    [InlineData("\"from\":\"2026-1-1\",\"to\":\"2027-01-01\"")]
    [InlineData("\"from\":\"2026-01-01T00:00:00.000Z\",\"to\":\"2027-01-01\"")]
    [InlineData("\"from\":\"2026-01-01\",\"to\":null")]
    public void A_window_that_is_none_is_refused_in_a_leaf(string window)
    {
        var text = System.Text.Encoding.UTF8.GetString(Samples.Leaf("scope").Bytes.Span);
        var changed = text.Replace("\"from\":\"2026-01-01\",\"to\":\"2027-01-01\"", window);
        Assert.NotEqual(text, changed);
        Assert.Throws<FormatException>(() => Leaf.Parse(System.Text.Encoding.UTF8.GetBytes(changed)));
    }

    private static void Accept(LeafBody body) => Assert.Equal(body.Kind, Leaf.Create(Samples.At, Samples.Origin, body).Kind);

    private static string Refusal(LeafBody body) => Assert.Throws<FormatException>(() => Leaf.Create(Samples.At, Samples.Origin, body)).Message;

    private static bool IsAccepted(LeafBody body)
    {
        try
        {
            return Leaf.Create(Samples.At, Samples.Origin, body).Kind == body.Kind;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
