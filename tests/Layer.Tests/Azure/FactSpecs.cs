using System.Text;
using Layer.Azure.Lists;
using Layer.Azure.ResourceGroups;
using Layer.Azure.RoleAssignments;
using Layer.Azure.RoleDefinitions;
using Layer.Azure.Subscriptions;
using Layer.Evidence.Canonical;

namespace Layer.Tests.Azure;

public sealed class FactSpecs
{
    private static readonly Guid Sub = Recording.Subscription;

    [Fact]
    public void A_resource_group_has_its_facts_and_no_others()
    {
        var group = Groups($$$"""
            {"value":[{"id":"/subscriptions/{{{Sub}}}/resourceGroups/RG-Prod","name":"RG-Prod","type":"Microsoft.Resources/resourceGroups","location":"westeurope",
            "managedBy":"/x/y","tags":{"b":"2","B":"\u00e9","a":"1"},"properties":{"provisioningState":"Succeeded"}}]}
            """).Single();

        Assert.Equal(
            $$"""{"facts":{"location":"westeurope","managedBy":"/x/y","name":"RG-Prod","provisioningState":"Succeeded","tags":[{"k":"B","v":"é"},{"k":"a","v":"1"},{"k":"b","v":"2"}]},"key":"/subscriptions/{{Sub}}/resourcegroups/rg-prod","type":"azure.resourceGroup"}""",
            Text(group.Observation.Bytes));
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"tags\":null")]
    [InlineData(",\"tags\":{}")]
    public void F08_Absent_null_and_empty_tags_are_the_same(string tags)
    {
        var group = Groups($$$"""{"value":[{"id":"/subscriptions/{{{Sub}}}/resourcegroups/a","name":"a","location":"x","properties":{"provisioningState":"Succeeded"}{{{tags}}}}]}""").Single();

        Assert.Contains("\"managedBy\":null", Text(group.Observation.Bytes), StringComparison.Ordinal);
        Assert.Contains("\"tags\":[]", Text(group.Observation.Bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void F08_Ids_that_change_case_between_calls_have_one_key()
    {
        var keys = Groups($$"""{"value":[{{Group("resourceGroups/RG-a")}}]}""").Concat(Groups($$"""{"value":[{{Group("RESOURCEGROUPS/rg-A")}}]}""")).Select(g => g.Key);

        Assert.Equal([$"/subscriptions/{Sub}/resourcegroups/rg-a"], keys.Distinct());
    }

    [Fact]
    public void F15_A_role_assignment_keeps_its_condition_and_what_Azure_left_empty()
    {
        var assignment = Assignments($$"""
            {"value":[{"properties":{"roleDefinitionId":"/subscriptions/{{Sub}}/providers/Microsoft.Authorization/roleDefinitions/BA92F5B4-2d11-453d-a403-e96b0029c9fe",
            "principalId":"p","principalType":"User","scope":"/subscriptions/{{Sub}}/resourceGroups/RG","condition":"@Resource[x] StringEquals 'a\"b'","conditionVersion":"2.0",
            "createdOn":"2025-04-14T08:54:26.7153899Z","updatedOn":"2025-04-14T08:54:26.7153899Z","createdBy":"","updatedBy":null,"delegatedManagedIdentityResourceId":null,"description":null},
            "id":"/subscriptions/{{Sub}}/resourceGroups/RG/providers/Microsoft.Authorization/roleAssignments/N","type":"Microsoft.Authorization/roleAssignments","name":"N"}]}
            """).Single();

        Assert.Equal(
            """{"facts":{"condition":"@Resource[x] StringEquals 'a\"b'","conditionVersion":"2.0","createdBy":"","createdOn":"2025-04-14T08:54:26.7153899Z","delegatedManagedIdentityResourceId":null,"description":null,"principalId":"p","principalType":"User","roleDefinitionId":"ba92f5b4-2d11-453d-a403-e96b0029c9fe","scope":"/subscriptions/"""
            + $$"""{{Sub}}/resourceGroups/RG","scopeLevel":"resourceGroup","updatedBy":null,"updatedOn":"2025-04-14T08:54:26.7153899Z"},"key":"/subscriptions/{{Sub}}/resourcegroups/rg/providers/microsoft.authorization/roleassignments/n","type":"azure.roleAssignment"}""",
            Text(assignment.Observation.Bytes));
    }

    [Fact]
    public void F02_F03_A_recorded_list_holds_every_level_from_the_root_to_a_resource()
    {
        var levels = Assignments(Recording.Body("arm-list-role-assignments-200")).CountBy(a => a.Level).ToDictionary();

        Assert.Equal((3, 34, 35, 5, 2), (levels["root"], levels["managementGroup"], levels["subscription"], levels["resourceGroup"], levels["resource"]));
    }

    [Theory]
    [InlineData("/", "root")]
    [InlineData("/providers/microsoft.management/managementgroups/m", "managementGroup")]
    [InlineData("/subscriptions/s", "subscription")]
    [InlineData("/subscriptions/s/resourcegroups/g", "resourceGroup")]
    [InlineData("/subscriptions/s/resourcegroups/g/providers/a/b/c", "resource")]
    [InlineData("/subscriptions/s/providers/a/b", "resource")]
    public void A_scope_has_a_level(string scope, string level) => Assert.Equal(level, ScopeLevel.Of(scope));

    [Fact]
    public void All_recorded_groups_and_definitions_are_read()
    {
        var definitions = new List<RoleDefinition>();
        ArmPage.Read(Recording.Body("arm-list-role-definitions-200"), RoleDefinition.Reader(Sub), definitions.Add);

        Assert.Equal(49, Groups(Recording.Body("arm-list-resource-groups-200")).Count);
        Assert.Equal(495, definitions.Count);
        var reader = definitions.Single(d => d.Id == Guid.Parse("acdd72a7-3385-48ef-bd42-f606fba81ae7"));
        Assert.Equal(
            """{"facts":{"assignableScopes":["/"],"name":"Reader","permissions":[{"actions":["*/read"],"dataActions":[],"notActions":[],"notDataActions":[]}],"roleType":"BuiltInRole"},"key":"/subscriptions/"""
            + $$"""{{Sub}}/providers/microsoft.authorization/roledefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7","type":"azure.roleDefinition"}""",
            Text(reader.Observe(new CanonicalWriter(), Sub).Bytes));
    }

    [Fact]
    public void A_subscription_has_its_facts()
    {
        var subscription = ArmPage.ReadObject(Recording.Body("arm-get-subscription-200"), Subscription.Read);

        Assert.Equal(
            """{"facts":{"displayName":"Hjlsmm gf Vppaz Mrqvtp Odzuhxdyc","state":"Enabled","subscriptionId":"ec65e00d-a995-41c0-a504-3d7791ca3f3e","tenantId":"6d585dfa-2c5c-49f1-a80c-a6d550f64d46"},"key":"/subscriptions/ec65e00d-a995-41c0-a504-3d7791ca3f3e","type":"azure.subscription"}""",
            Text(subscription.Observation.Bytes));
    }

    private static string Group(string path) =>
        $$$"""{"id":"/subscriptions/{{{Sub}}}/{{{path}}}","name":"a","location":"x","properties":{"provisioningState":"Succeeded"}}""";

    private static List<ResourceGroup> Groups(string page) => Groups(Encoding.UTF8.GetBytes(page));

    private static List<ResourceGroup> Groups(byte[] page)
    {
        var groups = new List<ResourceGroup>();
        ArmPage.Read(page, ResourceGroup.Reader(Sub), groups.Add);
        return groups;
    }

    private static List<RoleAssignment> Assignments(string page) => Assignments(Encoding.UTF8.GetBytes(page));

    private static List<RoleAssignment> Assignments(byte[] page)
    {
        var assignments = new List<RoleAssignment>();
        ArmPage.Read(page, RoleAssignment.Reader(Sub, Guid.Empty), assignments.Add);
        return assignments;
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
