using System.Text;
using Layer.Azure.Lists;
using Layer.Azure.Permissions;
using Layer.AzureEmulator;
using Layer.Evidence.Observations;

namespace Layer.Tests.Azure;

public sealed class RightSpecs
{
    [Theory]
    [InlineData("*", "", "Microsoft.Resources/subscriptions/read", true)]
    [InlineData("*/read", "", "Microsoft.Resources/subscriptions/read", true)]
    [InlineData("*/READ", "", "microsoft.resources/subscriptions/read", true)]
    [InlineData("Microsoft.Resources/subscriptions/resourceGroups/read", "", "Microsoft.Resources/subscriptions/resourcegroups/read", true)]
    [InlineData("Microsoft.Authorization/*/read", "", "Microsoft.Authorization/roleAssignments/read", true)]
    [InlineData("Microsoft.*/*/read", "", "Microsoft.Authorization/roleAssignments/read", true)]
    [InlineData("Microsoft.Authorization/*/write", "", "Microsoft.Authorization/roleAssignments/read", false)]
    [InlineData("*/rea", "", "Microsoft.Resources/subscriptions/read", false)]
    [InlineData("*", "Microsoft.Authorization/*", "Microsoft.Authorization/roleAssignments/read", false)]
    [InlineData("*", "*/read", "Microsoft.Resources/subscriptions/read", false)]
    [InlineData("*", "Microsoft.Authorization/*/write", "Microsoft.Authorization/roleAssignments/read", true)]
    public void An_action_is_allowed_by_wildcards_less_the_notActions(string actions, string notActions, string action, bool allowed)
    {
        var not = notActions.Length == 0 ? "[]" : $"[\"{notActions}\"]";
        var page = Encoding.UTF8.GetBytes($$"""{"value":[{"actions":["{{actions}}"],"notActions":{{not}}}]}""");
        var rules = new List<ActionRules>();
        ArmPage.Read(page, ActionRules.Read, rules.Add);

        Assert.Equal(allowed, rules.Single().Allow(action));
    }

    [Fact]
    public async Task A_Reader_through_a_group_is_witnessed_by_the_groups_row()
    {
        await using var azure = await EmulatedAzure.StartAsync(EmulatedAzure.Company(
            s => s.Grant("Reader", "readers"), t => t.Group("readers", EmulatedAzure.Reader), role: ""));

        var right = (await azure.CollectAsync()).Reading.Right;

        Assert.Equal(("permissions", "assigned-to"), (right?.By, right?.Witness));
        var row = azure.World.AssignmentsOf(EmulatedAzure.Prod).Single(a => a.PrincipalId == azure.World.Principal("readers").Id);
        Assert.EndsWith(row.Name.ToString(), Assert.Single(right!.OwnRows), StringComparison.Ordinal);
        Assert.Single(azure.Emulator.Requests.Of(AzureCall.ListOwnRoleAssignments));
    }

    [Fact]
    public async Task F16_Without_permissions_API_the_rights_of_a_group_are_computed_from_its_roles()
    {
        await using var azure = await EmulatedAzure.StartAsync(EmulatedAzure.Company(
            s => s.Grant("Reader", "readers"), t => t.Group("readers", EmulatedAzure.Reader), role: ""));
        azure.Emulator.Faults.Set(Fault.Status404, AzureCall.ListPermissions);

        Assert.Equal(("definitions", "assigned-to"), ((await azure.CollectAsync()).Reading.Right?.By, (await azure.CollectAsync()).Reading.Right?.Witness));
    }

    [Fact]
    public async Task F16_Roles_on_resource_groups_alone_are_refused_as_part_of_the_subscription()
    {
        var world = EmulatedAzure.Company(s => s.ResourceGroup("rg-mine", grants: [("Reader", EmulatedAzure.Reader)]), role: "");
        world.GroupRoleReadsSubscription = true;
        await using var azure = await EmulatedAzure.StartAsync(world);

        await azure.FailAsync("PARTIAL_SCOPE");
    }

    [Fact]
    public async Task F16_A_list_refused_by_an_empty_answer_is_told_by_the_missing_right()
    {
        var world = EmulatedAzure.Company(
            s => s.CustomRole("narrow", "Microsoft.Resources/subscriptions/read", "Microsoft.Authorization/permissions/read",
                "Microsoft.Resources/subscriptions/resourceGroups/read", "Microsoft.Authorization/roleDefinitions/read").Grant("narrow", EmulatedAzure.Reader), role: "");
        world.RefusesListsSilently = true;
        await using var azure = await EmulatedAzure.StartAsync(world);

        var failed = await azure.FailAsync("RIGHT_MISSING");

        Assert.Equal("Microsoft.Authorization/roleAssignments/read", failed.Failure.Facts["action"]);
    }

    [Fact]
    public async Task A_server_that_ignores_the_assignedTo_filter_proves_nothing()
    {
        await using var azure = await EmulatedAzure.StartAsync();
        azure.Emulator.Faults.Set(Fault.OwnRowMissing, AzureCall.ListRoleAssignments);

        await azure.FailAsync("WITNESS_UNKNOWN");
    }

    [Fact]
    public async Task A_role_whose_definition_cannot_be_read_is_named_and_limits_the_record()
    {
        await using var azure = await EmulatedAzure.StartAsync();
        azure.Emulator.Faults.Set(Fault.EmptyList, AzureCall.ListRoleDefinitions);
        azure.Emulator.Faults.Set(Fault.Status404, AzureCall.GetRoleDefinition, times: 1);

        var collection = await azure.CollectAsync();

        Assert.Contains("definition-unknown", collection.Limits);
        Assert.Single(collection.Reading.UnknownDefinitions);
        Assert.Equal(2, collection.Of(ObservationType.RoleDefinition).Count);
    }
}
