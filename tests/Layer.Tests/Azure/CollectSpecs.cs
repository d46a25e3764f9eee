using System.Text;
using Layer.AzureEmulator;
using Layer.Evidence.Collecting;
using Layer.Evidence.Observations;

namespace Layer.Tests.Azure;

public sealed class CollectSpecs
{
    [Fact]
    public async Task A_subscription_is_read_with_its_groups_its_assignments_and_the_definitions_of_the_roles_in_use()
    {
        await using var azure = await EmulatedAzure.StartAsync();

        var collection = await azure.CollectAsync();

        Assert.Equal(1, collection.Of(ObservationType.Subscription).Count);
        Assert.Equal(3, collection.Of(ObservationType.ResourceGroup).Count);
        Assert.Equal(4, collection.Of(ObservationType.RoleAssignment).Count);
        Assert.Equal(3, collection.Of(ObservationType.RoleDefinition).Count);
        Assert.Equal("permissions", collection.Reading.Right?.By);
        Assert.Equal("own-row", collection.Reading.Right?.Witness);
    }

    [Fact]
    public async Task A_warm_sync_is_five_GETs_and_no_sign_in()
    {
        await using var azure = await EmulatedAzure.StartAsync();
        await azure.CollectAsync();
        azure.Emulator.Requests.Clear();

        await azure.CollectAsync();

        Assert.Equal(WarmSync, azure.Emulator.Requests.Select(r => r.Call).Order());
    }

    [Fact]
    public async Task A_warm_sync_that_is_the_first_of_its_app_on_a_day_has_a_sixth_GET_that_lists_what_the_app_can_see()
    {
        await using var azure = await EmulatedAzure.StartAsync();
        await azure.CollectAsync();
        azure.Emulator.Requests.Clear();

        var collection = await azure.CollectWithVisibleAsync();

        Assert.Equal(WarmSync.Append(AzureCall.ListSubscriptions).Order(), azure.Emulator.Requests.Select(r => r.Call).Order());
        var list = collection.Reading.Lists[^1];
        Assert.Equal((UrlTemplate.Subscriptions, "2022-12-01", true, 1), (list.Template, list.ApiVersion, list.Ended, list.Rows));
        Assert.Equal(1, collection.Visible?.Count);
    }

    [Fact]
    public async Task What_the_app_can_see_is_one_observation_of_the_app_in_ascending_order_of_subscription_with_ids_in_lower_case()
    {
        var elsewhere = Guid.NewGuid();
        var world = EmulatedAzure.Company(tenant: t => t.Subscription("zweig “ä”", s => s.Grant("Reader", EmulatedAzure.Reader).State("Warned"))
            .Subscription("unseen", s => s.Grant("Owner", "ada")));
        world.Change(world.Subscription("zweig “ä”"), s => s with { ManagedByTenants = [elsewhere] });
        await using var azure = await EmulatedAzure.StartAsync(world);

        var visible = (await azure.CollectWithVisibleAsync()).Visible;

        var (client, tenant) = (azure.Secret.ClientId, azure.Target.TenantId);
        var rows = new[] { (world.Subscription(EmulatedAzure.Prod).Id, "prod", "Enabled"), (world.Subscription("zweig “ä”").Id, "zweig “ä”", "Warned") }
            .OrderBy(row => $"{row.Id}", StringComparer.Ordinal)
            .Select(row => $$"""{"displayName":"{{row.Item2}}","state":"{{row.Item3}}","subscriptionId":"{{row.Id}}","tenantId":"{{tenant}}"}""");
        var expected = $$"""{"facts":{"client":"{{client}}","subscriptions":[{{string.Join(',', rows)}}],"tenant":"{{tenant}}"},"key":"/applications/{{client}}/subscriptions","type":"azure.visibleSubscriptions"}""";
        Assert.Equal(expected, Encoding.UTF8.GetString(visible!.Observation!.Bytes.Span));
        Assert.Equal(2, visible.Count);
    }

    [Fact]
    public async Task A_list_without_the_subscription_that_was_just_read_is_unknown_and_costs_the_sync_nothing()
    {
        await using var azure = await EmulatedAzure.StartAsync(EmulatedAzure.Company(tenant: t => t.Subscription("first", s => s.Grant("Reader", EmulatedAzure.Reader))));
        // The row of the subscription that is read is the last one.
        azure.Emulator.Faults.Set(Fault.MissingItem, AzureCall.ListSubscriptions);

        var collection = await azure.CollectWithVisibleAsync();

        Assert.Equal(("EMPTY_ANSWER", (Observation?)null, 0), (collection.Visible?.Failure?.Code, collection.Visible?.Observation, collection.Visible?.Count));
        Assert.Equal(4, collection.Of(ObservationType.RoleAssignment).Count);
    }

    [Fact]
    public async Task A_list_that_never_ends_is_given_up_before_the_sync_is()
    {
        await using var azure = await EmulatedAzure.StartAsync(with: options => options with { SyncDeadline = TimeSpan.FromSeconds(8), CallDeadline = TimeSpan.FromSeconds(60) });
        azure.Emulator.Faults.Set(Fault.NeverAnswers, AzureCall.ListSubscriptions);

        var collection = await azure.CollectWithVisibleAsync();

        Assert.Equal("DEADLINE_PASSED", collection.Visible?.Failure?.Code);
        Assert.False(collection.Reading.Lists[^1].Ended);
    }

    [Fact]
    public async Task The_wrong_clock_of_that_list_alone_dates_nothing_of_the_sync()
    {
        await using var azure = await EmulatedAzure.StartAsync();
        azure.Emulator.Faults.Set(Fault.ClockSkewed, AzureCall.ListSubscriptions);

        var collection = await azure.CollectWithVisibleAsync();

        Assert.Equal("CLOCK_SKEW", collection.Visible?.Failure?.Code);
        Assert.InRange((collection.Reading.Observed!.To - collection.Reading.StartedAt).TotalMinutes, -1, 1);
    }

    private static readonly AzureCall[] WarmSync =
        [AzureCall.GetSubscription, AzureCall.ListResourceGroups, AzureCall.ListRoleAssignments, AzureCall.ListCustomRoleDefinitions, AzureCall.ListPermissions];
}
