using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Layer.AzureEmulator;

namespace Layer.Tests.AzureEmulator;

/// <summary>Microsoft's own client, with its public settings and nothing but a proxy and a trusted root of ours.</summary>
public sealed class AzureIdentitySpecs
{
    private static readonly TokenRequestContext Arm = new(["https://management.azure.com//.default"]);

    [Fact]
    public async Task ClientSecretCredential_signs_in_with_public_settings_and_discovers_the_instance()
    {
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world);
        using var http = new HttpClient(PlainClient.Through(emulator));
        using var client = new PlainClient(emulator);
        var app = world.App("layer");
        var credential = new ClientSecretCredential(app.TenantId.ToString(), app.ClientId.ToString(), app.Secret,
            new ClientSecretCredentialOptions { Transport = new HttpClientTransport(http) });

        var token = await credential.GetTokenAsync(Arm, TestContext.Current.CancellationToken);
        var answer = await client.GetAsync($"{world.Subscription("prod").Scope}?api-version=2022-12-01", token.Token);

        Assert.Equal(200, answer.Status);
        Assert.Equal(app.ClientId, Assert.Single(emulator.Requests.Of(AzureCall.Token)).Client);
        Assert.Empty(emulator.RefusedHosts);
    }

    [Fact]
    public async Task ClientCertificateCredential_signs_in_and_an_unregistered_certificate_does_not()
    {
        using var registered = Certificate("CN=registered");
        using var stranger = Certificate("CN=stranger");
        var world = SmallWorld.Create(t => t.App("with certificate", a => a.Certificate(registered)));
        await using var emulator = await Emulator.StartAsync(world);
        using var http = new HttpClient(PlainClient.Through(emulator));
        var app = world.App("with certificate");

        var token = await Credential(registered).GetTokenAsync(Arm, TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<AuthenticationFailedException>(
            () => Credential(stranger).GetTokenAsync(Arm, TestContext.Current.CancellationToken).AsTask());

        Assert.NotEmpty(token.Token);
        Assert.Contains("AADSTS700027", refused.InnerException!.Message, StringComparison.Ordinal);

        ClientCertificateCredential Credential(X509Certificate2 certificate) => new(
            app.TenantId.ToString(), app.ClientId.ToString(), certificate,
            new ClientCertificateCredentialOptions { Transport = new HttpClientTransport(http), DisableInstanceDiscovery = true });
    }

    [Fact]
    public async Task ClientAssertionCredential_passes_a_federated_token_and_another_subject_is_refused()
    {
        var world = SmallWorld.Create(t => t.App("pipeline", a => a.Federated("https://pipelines.example", "repo:one:ref:main")));
        await using var emulator = await Emulator.StartAsync(world);
        using var http = new HttpClient(PlainClient.Through(emulator));
        var app = world.App("pipeline");

        var token = await Credential(null).GetTokenAsync(Arm, TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<AuthenticationFailedException>(
            () => Credential("repo:two:ref:main").GetTokenAsync(Arm, TestContext.Current.CancellationToken).AsTask());

        Assert.NotEmpty(token.Token);
        Assert.Contains("AADSTS700213", refused.InnerException!.Message, StringComparison.Ordinal);

        ClientAssertionCredential Credential(string? subject) => new(
            app.TenantId.ToString(), app.ClientId.ToString(), _ => Task.FromResult(world.FederatedToken("pipeline", TimeProvider.System.GetUtcNow(), subject)),
            new ClientAssertionCredentialOptions { Transport = new HttpClientTransport(http), DisableInstanceDiscovery = true });
    }

    [Fact]
    public async Task ManagedIdentityCredential_gets_its_token_from_the_metadata_address_through_the_proxy()
    {
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world);
        using var http = new HttpClient(PlainClient.Through(emulator));
        var identity = world.Principal("backup");
        var credential = new ManagedIdentityCredential(
            new ManagedIdentityCredentialOptions(ManagedIdentityId.FromUserAssignedClientId(identity.AppId.ToString()))
            {
                Transport = new HttpClientTransport(http),
            });

        var token = await credential.GetTokenAsync(Arm, TestContext.Current.CancellationToken);

        Assert.NotEmpty(token.Token);
        Assert.Contains(emulator.Requests, r => r.Host == "169.254.169.254" && r.Status == 200);
    }

    private static X509Certificate2 Certificate(string name)
    {
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
