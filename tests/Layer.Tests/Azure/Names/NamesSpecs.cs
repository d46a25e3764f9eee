using Layer.Azure.Names;
using Layer.AzureEmulator;
using Layer.Tests.Azure.Errors;

namespace Layer.Tests.Azure.Names;

public sealed class NamesSpecs
{
    private static readonly string[] LeastRights = ["User.Read.All", "GroupMember.Read.All", "Application.Read.All"];

    [Fact]
    public async Task With_the_three_least_rights_people_groups_and_apps_have_names()
    {
        await using var azure = await StartAsync(LeastRights);

        var found = await FindAsync(azure, "ada", "admins", EmulatedAzure.Reader);

        Assert.Null(found.Failure);
        var ada = Assert.IsType<NameLookup.Resolved>(Of(azure, found, "ada"));
        Assert.Equal("ada", ada.Name);
        Assert.StartsWith("ada@", ada.Detail);
        Assert.Equal("admins", Assert.IsType<NameLookup.Resolved>(Of(azure, found, "admins")).Name);
        Assert.Equal(azure.Secret.ClientId.ToString(), Assert.IsType<NameLookup.Resolved>(Of(azure, found, EmulatedAzure.Reader)).Detail);
    }

    [Fact]
    public async Task What_graph_tells_of_a_principal_is_kept_and_what_a_type_does_not_have_is_unknown()
    {
        var world = EmulatedAzure.Company(tenant: tenant => tenant.Guest("visitor").ManagedIdentity("backup"));
        world.Change(world.App(EmulatedAzure.Reader), app => app with { GraphPermissions = LeastRights });
        await using var azure = await EmulatedAzure.StartAsync(world);
        azure.World.Change(azure.World.Principal("grace"), grace => grace with { Enabled = false });

        var found = await FindAsync(azure, "ada", "grace", "visitor", "admins", "backup");

        Assert.Equal(("user", "Member", true), FactsOf(azure, found, "ada"));
        Assert.Equal(("user", "Member", false), FactsOf(azure, found, "grace"));
        Assert.Equal(("user", "Guest", true), FactsOf(azure, found, "visitor"));
        Assert.Contains("#EXT#", Assert.IsType<NameLookup.Resolved>(Of(azure, found, "visitor")).Detail, StringComparison.Ordinal);
        Assert.Equal(("group", null, null), FactsOf(azure, found, "admins"));
        Assert.Equal(("servicePrincipal", null, true), FactsOf(azure, found, "backup"));
    }

    [Fact]
    public void A_property_that_graph_did_not_send_is_null_and_never_a_default()
    {
        var id = Guid.NewGuid();

        var answer = GraphAnswer.Find(System.Text.Encoding.UTF8.GetBytes($$"""{"value":[{"@odata.type":"#microsoft.graph.user","id":"{{id}}","displayName":"ada"}]}"""));

        Assert.Equal(new NameLookup.Resolved("ada", Detail: null, "user", UserType: null, Enabled: null), answer?.Names[id]);
    }

    [Fact]
    public async Task F05_A_deleted_principal_is_not_found_and_a_foreign_group_is_never_called_missing()
    {
        await using var azure = await StartAsync(LeastRights);

        var found = await FindAsync(azure, "gone", "partner");

        Assert.IsType<NameLookup.NotFound>(Of(azure, found, "gone"));
        Assert.Equal(NotLookedUpReason.ForeignGroup, Assert.IsType<NameLookup.NotLookedUp>(Of(azure, found, "partner")).Why);
    }

    [Fact]
    public async Task A_foreign_group_is_not_asked_for()
    {
        await using var azure = await StartAsync(LeastRights);

        await FindAsync(azure, "partner");

        Assert.DoesNotContain(azure.Emulator.Requests, r => r.Call == AzureCall.GetDirectoryObjects);
    }

    [Fact]
    public async Task F05_What_may_not_be_read_is_not_permitted_and_not_missing()
    {
        await using var azure = await StartAsync("User.Read.All");

        var found = await FindAsync(azure, "ada", "admins", EmulatedAzure.Reader);

        Assert.IsType<NameLookup.Resolved>(Of(azure, found, "ada"));
        Assert.Equal(new NameLookup.NotPermitted("group"), Of(azure, found, "admins"));
        Assert.Equal(new NameLookup.NotPermitted("servicePrincipal"), Of(azure, found, EmulatedAzure.Reader));
    }

    [Fact]
    public async Task Without_any_right_no_name_is_permitted_and_the_card_says_how_to_get_them()
    {
        await using var azure = await StartAsync();

        var found = await FindAsync(azure, "ada", "gone");

        Assert.Equal("NAMES_UNAVAILABLE", found.Failure?.Code);
        Cards.AssertFilled(found.Failure!);
        Assert.All(found.ByPrincipal.Values, name => Assert.Equal(new NameLookup.NotPermitted(Type: null), name));
    }

    [Fact]
    public async Task F05_Names_are_asked_for_a_thousand_at_a_time()
    {
        await using var azure = await StartAsync(LeastRights);
        var many = Enumerable.Range(0, 2500).Select(_ => new NamelessPrincipal(Guid.NewGuid(), "User")).ToList();

        var found = await azure.Connector.FindNamesAsync(azure.Target, azure.Secret, many, TestContext.Current.CancellationToken);

        Assert.Equal(3, azure.Emulator.Requests.Count(r => r.Call == AzureCall.GetDirectoryObjects));
        Assert.Equal(2500, found.ByPrincipal.Count);
        Assert.All(found.ByPrincipal.Values, name => Assert.IsType<NameLookup.NotFound>(name));
    }

    [Theory]
    [InlineData(Fault.Status503, "AZURE_UNAVAILABLE")]
    [InlineData(Fault.HtmlWith200, "ANSWER_IS_A_PAGE")]
    [InlineData(Fault.MalformedJson, "MALFORMED_ANSWER")]
    [InlineData(Fault.ExpiredToken, "TOKEN_EXPIRED")]
    public async Task A_question_that_was_not_answered_says_nothing_about_anybody(Fault fault, string code)
    {
        await using var azure = await StartAsync(LeastRights);
        azure.Emulator.Faults.Set(fault, AzureCall.GetDirectoryObjects);

        var found = await FindAsync(azure, "ada", "gone");

        Assert.Equal(code, found.Failure?.Code);
        Cards.AssertFilled(found.Failure!);
        Assert.All(found.ByPrincipal.Values, name => Assert.Equal(NotLookedUpReason.NoAnswer, Assert.IsType<NameLookup.NotLookedUp>(name).Why));
    }

    [Fact]
    public void The_part_of_an_answer_that_Graph_kept_back_is_not_missing()
    {
        var answer = GraphAnswer.Find("""{"value":[],"@odata.nextLink":"https://graph.microsoft.com/v1.0/x"}"""u8.ToArray());

        Assert.True(answer?.HasMore);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"value":{}}""")]
    [InlineData("""{"value":[{"displayName":"nobody"}]}""")]
    [InlineData("""{"value":[7]}""")]
    [InlineData("""{"value":[""")]
    public void What_is_no_list_of_directory_objects_is_not_read_as_one(string body) =>
        Assert.Null(GraphAnswer.Find(System.Text.Encoding.UTF8.GetBytes(body)));

    private static Task<EmulatedAzure> StartAsync(params string[] permissions)
    {
        var world = EmulatedAzure.Company();
        world.Change(world.App(EmulatedAzure.Reader), app => app with { GraphPermissions = permissions });
        return EmulatedAzure.StartAsync(world);
    }

    private static Task<NamesFound> FindAsync(EmulatedAzure azure, params string[] names) => azure.Connector.FindNamesAsync(
        azure.Target, azure.Secret, names.Select(name => azure.World.Principal(name)).Select(p => new NamelessPrincipal(p.Id, p.Type)),
        TestContext.Current.CancellationToken);

    private static (string? Type, string? UserType, bool? Enabled) FactsOf(EmulatedAzure azure, NamesFound found, string name)
    {
        var resolved = Assert.IsType<NameLookup.Resolved>(Of(azure, found, name));
        return (resolved.Type, resolved.UserType, resolved.Enabled);
    }

    private static NameLookup Of(EmulatedAzure azure, NamesFound found, string name) => found.ByPrincipal[azure.World.Principal(name).Id];
}
