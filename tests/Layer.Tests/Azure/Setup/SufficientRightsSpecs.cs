using Layer.Azure;
using Layer.Azure.Setup;
using Layer.AzureEmulator;
using Layer.Evidence.Observations;

namespace Layer.Tests.Azure.Setup;

public sealed class SufficientRightsSpecs
{
    public static TheoryData<string> NecessaryActions => [.. LayerRole.Actions.Where(action => action != LayerRole.OptionalAction)];

    [Fact]
    public async Task Reader_is_enough_to_collect_everything_and_to_pass_every_needed_step()
    {
        await using var azure = await EmulatedAzure.StartAsync(EmulatedAzure.Company(role: "Reader"));

        await AssertCompleteAsync(azure);
    }

    [Fact]
    public async Task The_five_action_role_is_enough_to_collect_everything_and_to_pass_every_needed_step()
    {
        await using var azure = await EmulatedAzure.StartAsync(WithRole(LayerRole.Actions));

        await AssertCompleteAsync(azure);
        Assert.Equal("permissions", (await azure.CollectAsync()).Reading.Right?.By);
    }

    [Theory]
    [MemberData(nameof(NecessaryActions))]
    public async Task Without_one_of_the_four_necessary_actions_nothing_is_sealed_and_the_action_is_named(string action)
    {
        foreach (var silently in new[] { false, true })
        {
            var world = WithRole([.. LayerRole.Actions.Where(other => other != action)]);
            world.RefusesListsSilently = silently;
            await using var azure = await EmulatedAzure.StartAsync(world);

            var failed = await azure.FailAsync(action == "Microsoft.Resources/subscriptions/read" ? "NO_READER" : "RIGHT_MISSING");

            Assert.Equal(action, failed.Failure.Facts["action"]);
        }
    }

    [Fact]
    public async Task Without_the_fifth_action_everything_is_collected_the_check_warns_and_the_record_says_so()
    {
        await using var azure = await EmulatedAzure.StartAsync(WithRole([.. LayerRole.Actions.Where(action => action != LayerRole.OptionalAction)]));

        var collection = await azure.CollectAsync();
        var rights = (await CheckAsync(azure)).Single(step => step.Id == "rights");

        Assert.Equal("definitions", collection.Reading.Right?.By);
        Assert.NotEmpty(collection.Limits);
        Assert.Equal(CheckResult.Warn, rights.Result);
        Assert.Equal("PERMISSIONS_UNREADABLE", rights.Failure?.Code);
        Assert.Equal(LayerRole.OptionalAction, rights.Failure?.Facts["action"]);
    }

    private static World WithRole(IReadOnlyList<string> actions) => EmulatedAzure.Company(
        s => s.CustomRole(LayerRole.Name, [.. actions]).Grant(LayerRole.Name, EmulatedAzure.Reader), role: "");

    private static async Task AssertCompleteAsync(EmulatedAzure azure)
    {
        var collection = await azure.CollectAsync();

        Assert.Equal(azure.World.ResourceGroupsOf(EmulatedAzure.Prod).Count, collection.Of(ObservationType.ResourceGroup).Count);
        Assert.Equal(azure.World.AssignmentsOf(EmulatedAzure.Prod).Count, collection.Of(ObservationType.RoleAssignment).Count);
        Assert.DoesNotContain(await CheckAsync(azure), step => step.Result == CheckResult.Fail);
    }

    private static async Task<List<CheckStep>> CheckAsync(EmulatedAzure azure)
    {
        var steps = new List<CheckStep>();
        await foreach (var step in azure.Connector.CheckAsync(azure.Target, azure.Secret, TestContext.Current.CancellationToken))
            steps.Add(step);
        return steps;
    }
}
