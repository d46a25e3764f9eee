using System.Text;
using System.Text.Json;
using Layer.Azure;
using Layer.Azure.Http;
using Layer.Azure.Lists;
using Layer.Azure.Subscriptions;
using Layer.AzureEmulator;
using Layer.Evidence.Observations;
using WireSubscription = Layer.Azure.Subscriptions.Subscription;

namespace Layer.Tests.Azure;

/// <summary>The rules that protect evidence (ARCHITECTURE.md), as far as they bind the connector. The fault matrix tries rules 1 and 2 at every page.</summary>
public sealed class RuleSpecs
{
    [Theory]
    [InlineData(Fault.Status403, "RIGHT_MISSING")]
    [InlineData(Fault.Status429, "THROTTLED")]
    [InlineData(Fault.Status500, "AZURE_UNAVAILABLE")]
    [InlineData(Fault.ConnectionReset, "CONNECTION_LOST")]
    [InlineData(Fault.EmptyList, "EMPTY_ANSWER")]
    public async Task Rule_1_F01_F07_An_error_is_never_an_empty_list(Fault fault, string code)
    {
        await using var azure = await EmulatedAzure.StartAsync();
        azure.Emulator.Faults.Set(fault, AzureCall.ListRoleAssignments, delay: TimeSpan.FromHours(1));

        var failed = await azure.FailAsync(code);

        Assert.Equal(ObservationType.RoleAssignment, failed.Reading!.Lists.Single(l => l.Type == ObservationType.RoleAssignment).Type);
    }

    [Fact]
    public async Task Rule_1_F04_A_list_of_many_pages_is_read_to_its_end_and_read_again_until_two_readings_agree()
    {
        await using var azure = await EmulatedAzure.StartAsync(emulator: new EmulatorOptions { PageSize = 1 });

        var collection = await azure.CollectAsync();

        var list = collection.Reading.Lists.Single(l => l.Type == ObservationType.RoleAssignment);
        Assert.Equal((4, 4, true, 2), (collection.Of(ObservationType.RoleAssignment).Count, list.Rows, list.Ended, list.Readings));
        Assert.All(list.Pages, p => Assert.Equal((200, 1), (p.Status, p.Items)));
        Assert.All(list.Pages, p => Assert.Contains(collection.Pages, s => s.Sha256 == p.Sha256 && s.Bytes.Length == p.Bytes));
    }

    [Fact]
    public async Task Rule_1_F04_A_list_that_moves_under_four_readings_is_not_sealed()
    {
        await using var azure = await EmulatedAzure.StartAsync(emulator: new EmulatorOptions { PageSize = 2 });
        azure.Emulator.Faults.Set(Fault.MovingList, AzureCall.ListRoleAssignments);

        var failed = await azure.FailAsync("LIST_MOVED");

        Assert.Equal(4, failed.Reading!.Lists.Single(l => l.Type == ObservationType.RoleAssignment).Readings);
    }

    [Theory]
    [InlineData(Fault.NextLinkForeignHost)]
    [InlineData(Fault.NextLinkForeignSubscription)]
    [InlineData(Fault.NextLinkHttp)]
    [InlineData(Fault.NextLinkOtherPort)]
    public async Task Rule_2_Nor_does_one_follow_a_link_away_from_the_list_of_subscriptions(Fault fault)
    {
        await using var azure = await EmulatedAzure.StartAsync();
        azure.Emulator.Faults.Set(fault, AzureCall.ListSubscriptions);

        var collection = await azure.CollectWithVisibleAsync();

        Assert.Equal("NEXT_LINK_FOREIGN", collection.Visible?.Failure?.Code);
        Assert.Single(azure.Emulator.Requests.Of(AzureCall.ListSubscriptions));
        Assert.Empty(azure.Emulator.RefusedHosts);
    }

    [Theory]
    [InlineData(Fault.NextLinkForeignHost)]
    [InlineData(Fault.NextLinkForeignSubscription)]
    [InlineData(Fault.NextLinkHttp)]
    [InlineData(Fault.NextLinkOtherPort)]
    public async Task Rule_2_A_token_never_follows_a_link_away_from_its_list(Fault fault)
    {
        await using var azure = await EmulatedAzure.StartAsync();
        azure.Emulator.Faults.Set(fault, AzureCall.ListResourceGroups);

        var failed = await azure.FailAsync("NEXT_LINK_FOREIGN");

        Assert.Single(azure.Emulator.Requests.Of(AzureCall.ListResourceGroups));
        Assert.Empty(azure.Emulator.RefusedHosts);
        Assert.False(failed.Reading!.Lists.Single(l => l.Type == ObservationType.ResourceGroup).Ended);
    }

    [Fact]
    public async Task Rule_3_Only_requests_of_the_list_leave_and_only_to_Azure()
    {
        await using var azure = await EmulatedAzure.StartAsync(EmulatedAzure.Company(s => s.Grant("Reader", "readers"), t => t.Group("readers", EmulatedAzure.Reader), ""));
        await azure.Connector.FindTenantAsync(AzureCloud.Public, azure.Target.SubscriptionId, TestContext.Current.CancellationToken);
        await azure.CollectWithVisibleAsync();
        await azure.CollectAsync();
        await azure.Connector.CheckAsync(azure.Target, azure.Secret, TestContext.Current.CancellationToken).LastAsync(TestContext.Current.CancellationToken);

        Assert.All(azure.Emulator.Requests, r => Assert.True(
            r.Method == "GET" || r.Call is AzureCall.Token or AzureCall.GetDirectoryObjects, $"{r.Method} {r.PathAndQuery}"));
        Assert.Empty(azure.Emulator.RefusedHosts);
        Assert.DoesNotContain(azure.Emulator.Requests, r => r.Call is AzureCall.Other or AzureCall.InstanceDiscovery or AzureCall.OpenIdConfiguration);
    }

    [Theory]
    [InlineData("POST", "https://management.azure.com/subscriptions")]
    [InlineData("GET", "https://management.azure.com/subscriptions/")]
    [InlineData("DELETE", "https://management.azure.com/subscriptions/f93ffd1e-3808-42dc-ac00-edf92324abdd")]
    [InlineData("POST", "https://management.azure.com/subscriptions/f93ffd1e-3808-42dc-ac00-edf92324abdd/resourcegroups")]
    [InlineData("GET", "https://management.azure.com/subscriptions/f93ffd1e-3808-42dc-ac00-edf92324abdd/providers/Microsoft.Storage/storageAccounts")]
    [InlineData("GET", "https://management.azure.com:8443/subscriptions/f93ffd1e-3808-42dc-ac00-edf92324abdd")]
    [InlineData("GET", "http://management.azure.com/subscriptions/f93ffd1e-3808-42dc-ac00-edf92324abdd")]
    [InlineData("GET", "https://user@management.azure.com/subscriptions/f93ffd1e-3808-42dc-ac00-edf92324abdd")]
    [InlineData("GET", "https://management.azure.com.elsewhere.example/subscriptions/f93ffd1e-3808-42dc-ac00-edf92324abdd")]
    [InlineData("GET", "https://login.microsoftonline.com/common/discovery/instance")]
    [InlineData("POST", "https://graph.microsoft.com/v1.0/users")]
    [InlineData("GET", "https://elsewhere.example/")]
    public async Task Rule_3_Everything_else_throws_before_it_is_sent(string method, string address)
    {
        using var client = new HttpClient(new Outbound(new AzureConnectorOptions { Proxy = new Uri("http://127.0.0.1:9") }));
        using var request = new HttpRequestMessage(new HttpMethod(method), address);

        await Assert.ThrowsAsync<InvalidOperationException>(() => client.SendAsync(request, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Rule_6_A_secret_is_in_no_text_of_a_credential_a_failure_or_a_step()
    {
        const string Canary = "c4nary~secret~value";
        await using var azure = await EmulatedAzure.StartAsync();
        var credential = azure.Secret with { Secret = Canary };

        var failed = await azure.FailAsync("SECRET_INVALID", credential);
        var steps = await azure.Connector.CheckAsync(azure.Target, credential, TestContext.Current.CancellationToken)
            .ToListAsync(TestContext.Current.CancellationToken);

        string[] texts = [$"{credential}", $"{failed}", JsonSerializer.Serialize(failed.Failure), JsonSerializer.Serialize(steps), JsonSerializer.Serialize(failed.Reading)];
        Assert.All(texts, t => Assert.DoesNotContain(Canary, t, StringComparison.Ordinal));
    }

    [Fact]
    public async Task F12_A_disabled_subscription_is_read_and_its_state_is_shown()
    {
        await using var azure = await EmulatedAzure.StartAsync(EmulatedAzure.Company(s => s.State("Disabled")));

        var collection = await azure.CollectAsync();

        Assert.Equal("subscription-not-enabled", Assert.Single(collection.Anomalies).Code);
        Assert.Equal(4, collection.Of(ObservationType.RoleAssignment).Count);
    }

    [Fact]
    public async Task A_deleted_subscription_is_a_failure()
    {
        await using var azure = await EmulatedAzure.StartAsync(EmulatedAzure.Company(s => s.State("Deleted")));

        await azure.FailAsync("SUBSCRIPTION_DELETED");
    }

    [Fact]
    public async Task F03_A_role_inherited_from_a_management_group_and_one_from_the_root_are_in_the_list()
    {
        var world = EmulatedAzure.Company(s => s.Under("corp"), t => t.ManagementGroup("corp"));
        world.Grant("/", "User Access Administrator", "ada");
        world.Grant(world.ManagementGroup("corp").Id, "Reader", "grace");
        await using var azure = await EmulatedAzure.StartAsync(world);

        var collection = await azure.CollectAsync();

        Assert.Equal(6, collection.Of(ObservationType.RoleAssignment).Count);
    }

    [Fact]
    public async Task A_group_that_stays_unlisted_is_an_anomaly_after_both_lists_were_read_again()
    {
        await using var azure = await EmulatedAzure.StartAsync(EmulatedAzure.Company(s => s.ResourceGroup("zz-last", grants: [("Reader", "ada")])));
        azure.Emulator.Faults.Set(Fault.MissingItem, AzureCall.ListResourceGroups);

        var collection = await azure.CollectAsync();

        Assert.Equal(("group-not-listed", $"/subscriptions/{azure.Target.SubscriptionId}/resourcegroups/zz-last"), (collection.Anomalies.Single().Code, collection.Anomalies.Single().Subject));
        Assert.Equal((2, 2), (azure.Emulator.Requests.Of(AzureCall.ListResourceGroups).Count, azure.Emulator.Requests.Of(AzureCall.ListRoleAssignments).Count));
    }

    [Fact]
    public async Task A_group_made_between_two_lists_is_no_anomaly()
    {
        await using var azure = await EmulatedAzure.StartAsync(EmulatedAzure.Company(s => s.ResourceGroup("zz-last", grants: [("Reader", "ada")])));
        azure.Emulator.Faults.Set(Fault.MissingItem, AzureCall.ListResourceGroups, times: 1);

        var collection = await azure.CollectAsync();

        Assert.Empty(collection.Anomalies);
        Assert.Equal(4, collection.Of(ObservationType.ResourceGroup).Count);
    }

    [Fact]
    public async Task A_subscription_that_moved_to_another_tenant_is_refused()
    {
        var world = EmulatedAzure.Company().Tenant("elsewhere", _ => { });
        await using var azure = await EmulatedAzure.StartAsync(world);
        var target = azure.Target;
        world.Move(world.Subscription(EmulatedAzure.Prod), "elsewhere");

        var failed = await azure.FailAsync("WRONG_TENANT", target: target);

        Assert.Equal(world.Tenant("elsewhere").Id.ToString(), failed.Failure.Facts["tenantFromAzure"]);
    }

    [Fact]
    public async Task F13_A_delegated_subscription_reads_well_and_is_refused_because_its_grants_stand_in_no_list()
    {
        var world = EmulatedAzure.Company();
        var home = world.Subscription(EmulatedAzure.Prod).TenantId;
        world.Tenant($"customer-{Guid.NewGuid():n}", t => t.Subscription("customer", s => s.Delegate("Reader", EmulatedAzure.Reader).ResourceGroup("rg-theirs")));
        await using var azure = await EmulatedAzure.StartAsync(world);
        var target = new AzureTarget(AzureCloud.Public, world.Subscription("customer").Id, home);

        var failed = await azure.FailAsync("LIGHTHOUSE", target: target);

        Assert.Equal(200, azure.Emulator.Requests.Of(AzureCall.ListResourceGroups)[0].Status);
        Assert.Equal(world.Subscription("customer").TenantId.ToString(), failed.Failure.Facts["tenantFromAzure"]);
        Assert.Equal(target.TenantId, failed.Reading?.Reader?.TenantId);
    }

    [Theory]
    [InlineData(true, "LIGHTHOUSE")]
    [InlineData(false, "WRONG_TENANT")]
    public void F13_Access_through_Lighthouse_is_refused_with_its_own_words(bool delegated, string code)
    {
        var (ours, theirs, id) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var managed = delegated ? $$"""{"tenantId":"{{ours}}"}""" : "";
        var page = Encoding.UTF8.GetBytes(
            $$"""{"id":"/subscriptions/{{id}}","managedByTenants":[{{managed}}],"subscriptionId":"{{id}}","tenantId":"{{theirs}}","displayName":"theirs","state":"Enabled"}""");

        var failure = SubscriptionIdentity.Refuse(ArmPage.ReadObject(page, WireSubscription.Read), new AzureTarget(AzureCloud.Public, id, ours));

        Assert.Equal((code, theirs.ToString()), (failure?.Code, failure?.Facts["tenantFromAzure"]));
    }
}
