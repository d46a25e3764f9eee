using Layer.AzureEmulator;
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

        Assert.Equal(
            [AzureCall.GetSubscription, AzureCall.ListResourceGroups, AzureCall.ListRoleAssignments, AzureCall.ListCustomRoleDefinitions, AzureCall.ListPermissions],
            azure.Emulator.Requests.Select(r => r.Call).Order());
    }
}
