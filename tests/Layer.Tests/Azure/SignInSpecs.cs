using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Layer.Azure;
using Layer.AzureEmulator;
using Layer.Evidence.Collecting;
using Layer.Evidence.Observations;

namespace Layer.Tests.Azure;

public sealed class SignInSpecs
{
    [Fact]
    public async Task The_token_is_shared_by_the_connections_of_one_app()
    {
        await using var azure = await EmulatedAzure.StartAsync(EmulatedAzure.Company(
            tenant: t => t.Subscription("test", s => s.Grant("Reader", EmulatedAzure.Reader))));

        await Task.WhenAll(azure.CollectAsync(), azure.Connector.CollectAsync(azure.TargetOf("test"), azure.Secret, TestContext.Current.CancellationToken));

        Assert.Single(azure.Emulator.Requests.Of(AzureCall.Token));
    }

    [Fact]
    public async Task F06_An_expired_secret_is_told_from_a_wrong_one()
    {
        var world = EmulatedAzure.Company();
        await using var azure = await EmulatedAzure.StartAsync(world);
        await azure.FailAsync("SECRET_INVALID", azure.Secret with { Secret = "not~the~secret" });
        world.ExpireSecrets(world.App(EmulatedAzure.Reader), TimeProvider.System.GetUtcNow().AddDays(-1));

        await azure.FailAsync("SECRET_EXPIRED");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Item_7_A_managed_identity_signs_in_through_the_metadata_address_and_reads_everything(bool named)
    {
        var world = EmulatedAzure.Company(s => s.Grant("Reader", "machine"), t => t.ManagedIdentity("machine"), role: "");
        await using var azure = await EmulatedAzure.StartAsync(world);
        var identity = world.Principal("machine");

        var collection = await azure.Connector.CollectAsync(
            azure.Target, new ManagedIdentity(named ? identity.AppId!.Value : Guid.Empty), TestContext.Current.CancellationToken);

        Assert.Equal(3, collection.Of(ObservationType.ResourceGroup).Count);
        Assert.Equal(identity.Id, collection.Reading.Reader?.ObjectId);
        Assert.Equal(200, Assert.Single(azure.Emulator.Requests.Of(AzureCall.ManagedIdentityToken)).Status);
        Assert.Empty(azure.Emulator.Requests.Of(AzureCall.Token));
    }

    [Fact]
    public async Task Nothing_is_sent_when_the_secret_is_an_id()
    {
        await using var azure = await EmulatedAzure.StartAsync();

        var failed = await azure.FailAsync("SECRET_IS_AN_ID", azure.Secret with { Secret = Guid.NewGuid().ToString().ToUpperInvariant() });

        Assert.Null(failed.Reading);
        Assert.Empty(azure.Emulator.Requests);
    }

    [Fact]
    public async Task An_app_of_another_tenant_is_not_found_in_this_one()
    {
        await using var azure = await EmulatedAzure.StartAsync();

        await azure.FailAsync("APP_NOT_IN_TENANT", azure.Secret with { ClientId = Guid.NewGuid() });
        await azure.FailAsync("TENANT_NOT_FOUND", target: azure.Target with { TenantId = Guid.NewGuid() });
    }

    [Fact]
    public async Task A_disabled_app_an_app_without_principal_and_a_policy_have_their_own_codes()
    {
        foreach (var (build, code) in new (Action<AppBuilder>, string)[]
                 {
                     (a => a.Secret().Disabled(), "APP_DISABLED"),
                     (a => a.Secret().WithoutServicePrincipal(), "SERVICE_PRINCIPAL_MISSING"),
                     (a => a.Secret().BlockedByConditionalAccess(), "BLOCKED_BY_POLICY"),
                 })
        {
            var world = World.Create().Tenant($"t-{Guid.NewGuid():n}", t => t.App(EmulatedAzure.Reader, build).Subscription(EmulatedAzure.Prod));
            await using var azure = await EmulatedAzure.StartAsync(world);

            await azure.FailAsync(code);
        }
    }

    [Fact]
    public async Task A_certificate_signs_in()
    {
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=layer", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(now.AddDays(-1), now.AddDays(400));
        await using var azure = await EmulatedAzure.StartAsync(Company(a => a.Certificate(certificate)));
        var credential = new ClientCertificate(azure.World.App(EmulatedAzure.Reader).ClientId, certificate);

        Assert.NotNull(await azure.Connector.CollectAsync(azure.Target, credential, TestContext.Current.CancellationToken));
        var expiry = await azure.Connector.CheckAsync(azure.Target, credential, TestContext.Current.CancellationToken)
            .LastAsync(TestContext.Current.CancellationToken);
        Assert.Equal((CheckResult.Pass, "399"), (expiry.Result, expiry.Facts["days"]));
    }

    [Fact]
    public async Task A_certificate_the_app_does_not_know_is_named()
    {
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=stranger", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        await using var azure = await EmulatedAzure.StartAsync();

        await azure.FailAsync("CERTIFICATE_UNKNOWN", new ClientCertificate(azure.Secret.ClientId, certificate));
    }

    [Fact]
    public async Task A_federated_token_signs_in_and_is_read_from_its_file_each_time()
    {
        await using var azure = await EmulatedAzure.StartAsync(Company(a => a.Federated("https://issuer.example", "repo:main")));
        var file = Path.GetTempFileName();
        try
        {
            var credential = new FederatedToken(azure.World.App(EmulatedAzure.Reader).ClientId, file);
            await File.WriteAllTextAsync(
                file, azure.World.FederatedToken(EmulatedAzure.Reader, TimeProvider.System.GetUtcNow(), "repo:other"), TestContext.Current.CancellationToken);
            await azure.FailAsync("FEDERATION_MISMATCH", credential);

            await File.WriteAllTextAsync(
                file, azure.World.FederatedToken(EmulatedAzure.Reader, TimeProvider.System.GetUtcNow()), TestContext.Current.CancellationToken);
            Assert.NotNull(await azure.Connector.CollectAsync(azure.Target, credential, TestContext.Current.CancellationToken));
        }
        finally
        {
            File.Delete(file);
        }

        await azure.RestartConnectorAsync();
        await azure.FailAsync("FEDERATED_TOKEN_UNREADABLE", new FederatedToken(azure.World.App(EmulatedAzure.Reader).ClientId, file));
    }

    [Fact]
    public async Task A_token_that_expired_on_the_way_is_renewed_once()
    {
        await using var azure = await EmulatedAzure.StartAsync();
        azure.Emulator.Faults.Set(Fault.ExpiredToken, AzureCall.ListRoleAssignments, times: 1);

        await azure.CollectAsync();

        Assert.Equal(2, azure.Emulator.Requests.Of(AzureCall.Token).Count);
    }

    [Fact]
    public async Task A_claims_challenge_is_answered_with_a_new_token_once()
    {
        await using var azure = await EmulatedAzure.StartAsync();
        azure.Emulator.Faults.Set(Fault.ClaimsChallenge, AzureCall.ListRoleAssignments, times: 1);

        await azure.CollectAsync();

        Assert.Equal(2, azure.Emulator.Requests.Of(AzureCall.Token).Count);
    }

    [Fact]
    public async Task Forgotten_tokens_are_asked_for_again()
    {
        await using var azure = await EmulatedAzure.StartAsync();
        await azure.CollectAsync();
        azure.Connector.ForgetTokens();

        await azure.CollectAsync();

        Assert.Equal(2, azure.Emulator.Requests.Of(AzureCall.Token).Count);
    }

    [Theory]
    [InlineData(AzureCloud.Public, "AzureCloud")]
    [InlineData(AzureCloud.UsGovernment, "AzureUSGovernment")]
    [InlineData(AzureCloud.China, "AzureChinaCloud")]
    public async Task Each_cloud_is_found_and_read_at_its_own_hosts(AzureCloud cloud, string name)
    {
        await using var azure = await EmulatedAzure.StartAsync(EmulatedAzure.Company(tenant: t => t.Cloud(name)));

        Assert.Equal(
            azure.Target.TenantId, await azure.Connector.FindTenantAsync(cloud, azure.Target.SubscriptionId, TestContext.Current.CancellationToken));
        Assert.NotNull(await azure.Connector.CollectAsync(azure.Target with { Cloud = cloud }, azure.Secret, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_subscription_nobody_knows_has_no_tenant()
    {
        await using var azure = await EmulatedAzure.StartAsync();

        var failed = await Assert.ThrowsAsync<CollectionFailedException>(
            () => azure.Connector.FindTenantAsync(AzureCloud.Public, Guid.NewGuid(), TestContext.Current.CancellationToken));

        Assert.Equal("SUBSCRIPTION_NOT_FOUND", failed.Failure.Code);
    }

    [Fact]
    public async Task An_answer_without_the_challenge_asks_for_the_tenant_to_be_typed()
    {
        await using var azure = await EmulatedAzure.StartAsync();
        azure.Emulator.Faults.Set(Fault.HtmlWith200, AzureCall.DiscoverTenant);

        var failed = await Assert.ThrowsAsync<CollectionFailedException>(
            () => azure.Connector.FindTenantAsync(AzureCloud.Public, azure.Target.SubscriptionId, TestContext.Current.CancellationToken));

        Assert.Equal("TENANT_NOT_REVEALED", failed.Failure.Code);
    }

    private static World Company(Action<AppBuilder> app) => World.Create().Tenant(
        $"t-{Guid.NewGuid():n}", t => t.App(EmulatedAzure.Reader, app).Subscription(EmulatedAzure.Prod, s => s.Grant("Reader", EmulatedAzure.Reader)));
}
