using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Layer.Azure.Http;
using Layer.AzureEmulator;
using Layer.Evidence;
using Layer.Evidence.Observations;
using Microsoft.Extensions.Time.Testing;

namespace Layer.Tests.Azure;

public sealed class ReachSpecs
{
    [Fact]
    public async Task The_record_names_the_certificate_the_proxy_and_a_trust_that_is_not_public()
    {
        await using var azure = await EmulatedAzure.StartAsync();

        var collection = await azure.CollectAsync();

        Assert.Equal(["login.microsoftonline.com", "management.azure.com"], collection.Reading.Hosts.Select(h => h.Host));
        Assert.All(collection.Reading.Hosts, h =>
        {
            Assert.Equal($"{azure.Emulator.Proxy.Host}:{azure.Emulator.Proxy.Port}", h.Proxy);
            Assert.Equal(DistinguishedName.ToText(azure.Emulator.TrustAnchor.SubjectName), h.Issuer);
            Assert.False(h.PublicTrust);
            Assert.NotEqual(default, h.CertificateSha256);
        });
        Assert.Contains("trust-anchor-not-public", collection.Limits);
    }

    [Fact]
    public void No_timeout_of_the_libraries_ends_a_call_before_its_own_deadline()
    {
        using var transport = new global::Azure.Core.Pipeline.HttpClientTransport();

        Assert.Equal(Timeout.InfiniteTimeSpan, new ArmOptions(transport).Retry.NetworkTimeout);
    }

    [Fact]
    public void A_root_of_the_platforms_own_store_is_public_and_another_is_not()
    {
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        using var own = new CertificateRequest("CN=own root", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(now, now.AddDays(1));
        using var platform = new X509Store(StoreName.Root, StoreLocation.LocalMachine, OpenFlags.ReadOnly);
        var trust = new PublicTrust();

        Assert.False(trust.Holds(own));
        Assert.All(platform.Certificates.Take(5), root => Assert.True(trust.Holds(root), root.Subject));
    }

    [Fact]
    public void An_issuer_is_written_as_RFC_4514_says() => Assert.Equal(
        "CN=Example\\, Inc. CA,O=Example,C=US", DistinguishedName.ToText(new X500DistinguishedName("CN=\"Example, Inc. CA\", O=Example, C=US")));

    [Fact]
    public async Task A_certificate_of_an_authority_that_is_not_trusted_ends_the_sync_before_the_secret_is_sent()
    {
        await using var azure = await EmulatedAzure.StartAsync(with: o => o with { TrustAnchors = null, Attempts = 1 });

        var failed = await azure.FailAsync("TLS_NOT_TRUSTED");

        Assert.Equal(DistinguishedName.ToText(azure.Emulator.TrustAnchor.SubjectName), failed.Failure.Facts["issuer"]);
        Assert.Empty(azure.Emulator.Requests);
    }

    [Fact]
    public async Task A_proxy_that_does_not_answer_is_named()
    {
        await using var azure = await EmulatedAzure.StartAsync(with: o => o with { Proxy = new Uri("http://127.0.0.1:1"), Attempts = 1 });

        var failed = await azure.FailAsync("PROXY_UNREACHABLE");

        Assert.Equal("127.0.0.1:1", failed.Failure.Facts["proxy"]);
    }

    [Fact]
    public async Task What_passes_by_itself_is_tried_again_and_leaves_no_trace_in_the_populations()
    {
        await using var azure = await EmulatedAzure.StartAsync();
        azure.Emulator.Faults.Set(Fault.Status503, AzureCall.ListResourceGroups, times: 2);
        azure.Emulator.Faults.Set(Fault.HalfBody, AzureCall.ListRoleAssignments, times: 1);
        azure.Emulator.Faults.Set(Fault.TransientSignIn, AzureCall.Token, times: 1);

        var collection = await azure.CollectAsync();

        Assert.Equal(3, collection.Of(ObservationType.ResourceGroup).Count);
        Assert.Equal(3, azure.Emulator.Requests.Of(AzureCall.ListResourceGroups).Count);
    }

    [Fact]
    public async Task F07_A_wait_beyond_the_deadline_is_not_waited_for()
    {
        await using var azure = await EmulatedAzure.StartAsync();
        azure.Emulator.Faults.Set(Fault.Status429, AzureCall.ListRoleAssignments, delay: TimeSpan.FromHours(1));

        var failed = await azure.FailAsync("THROTTLED");

        Assert.Equal("3600", failed.Failure.Facts["retryAfter"]);
        Assert.Single(azure.Emulator.Requests.Of(AzureCall.ListRoleAssignments));
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("Mon, 23 Nov 2026 06:00:09 GMT", 9)]
    [InlineData("Mon, 23 Nov 2026 05:00:00 GMT", 0)]
    [InlineData("soon", null)]
    [InlineData("-3", null)]
    [InlineData(null, null)]
    public void Retry_After_is_read_in_both_forms(string? header, int? seconds)
    {
        var date = new DateTimeOffset(2026, 11, 23, 6, 0, 0, TimeSpan.Zero);

        Assert.Equal(seconds is { } s ? TimeSpan.FromSeconds(s) : null, Retrying.ReadRetryAfter(header, date, date.AddMinutes(3)));
    }

    [Fact]
    public async Task The_built_in_definitions_are_read_once_a_day_by_Azures_Date()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 23, 30, 0, TimeSpan.Zero));
        await using var azure = await EmulatedAzure.StartAsync(emulator: new EmulatorOptions { Clock = clock }, with: o => o with { Clock = clock });

        var first = await azure.CollectAsync();
        var second = await azure.CollectAsync();
        clock.Advance(TimeSpan.FromHours(1));
        var third = await azure.CollectAsync();

        Assert.Null(first.Reading.CachedDefinitions);
        Assert.Contains(first.Pages, p => p.Sha256 == second.Reading.CachedDefinitions!.Sha256);
        Assert.Equal(second.Reading.CachedDefinitions!.Sha256, Digest.Of(second.Reading.CachedDefinitions.Bytes.Span));
        Assert.Null(third.Reading.CachedDefinitions);
        Assert.Equal(2, azure.Emulator.Requests.Of(AzureCall.ListRoleDefinitions).Count);
        Assert.Equal(first.Of(ObservationType.RoleDefinition).Root, second.Of(ObservationType.RoleDefinition).Root);
    }

    [Fact]
    public async Task Cancelling_ends_a_collection_that_waits()
    {
        await using var azure = await EmulatedAzure.StartAsync();
        azure.Emulator.Faults.Set(Fault.NeverAnswers, AzureCall.ListRoleAssignments);
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(300), TimeProvider.System);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => azure.Connector.CollectAsync(azure.Target, azure.Secret, soon.Token));
    }
}
