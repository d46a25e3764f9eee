using Layer.Access;
using Layer.Tests.Azure;
using Layer.Tests.Storage;

namespace Layer.Tests.Web;

/// <summary>What changed, and what can only be known from Azure's own dates.</summary>
public sealed class ChangesPageSpecs(PostgresCluster cluster)
{
    [Fact]
    public async Task A_first_reading_draws_the_past_from_Azures_dates_and_says_what_it_cannot_show()
    {
        var today = TimeProvider.System.GetUtcNow();
        await using var web = await WebHost.StartAsync(cluster, world: EmulatedAzure.Company(s => s
            .Grant("Contributor", "grace", row => row with { CreatedOn = today.AddDays(-10) }).Grant("Reader", "ada", row => row with { CreatedOn = today.AddDays(-10) })
            .Grant("Reader", "grace", row => row with { CreatedOn = today.AddDays(-90) })));
        var connection = await web.ConnectAsync();
        var browser = await web.AsAsync(Role.Editor);

        var first = await browser.ReadAsync("/changes");
        Assert.Contains("No change was seen", first, StringComparison.Ordinal);
        Assert.Contains("Hollow: 2 role assignments that stood at the first reading", first, StringComparison.Ordinal);
        Assert.Contains("cannot be seen", first, StringComparison.Ordinal);
        Assert.Contains("class=\"bar-before\" x=\"", first, StringComparison.Ordinal);

        // What appears later is a change, and is not counted as the past.
        web.Azure.World.Grant(web.Azure.World.Subscription(EmulatedAzure.Prod).Scope, "Owner", "grace", row => row with { CreatedOn = today.AddDays(-5) });
        await web.SyncAsync(connection);
        var second = await browser.ReadAsync("/changes");
        Assert.Contains("1 change from", second, StringComparison.Ordinal);
        Assert.Contains("Hollow: 2 role assignments", second, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_was_read_nothing_is_said_to_have_stayed_the_same()
    {
        await using var web = await WebHost.StartAsync(cluster);
        var browser = await web.AsAsync(Role.Editor);

        var page = await browser.ReadAsync("/changes");

        Assert.Contains("Nothing was read from", page, StringComparison.Ordinal);
        Assert.Contains("Whether anything changed is not known.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("No change", page, StringComparison.Ordinal);
    }
}
