using System.Text.Json;
using Layer.AzureEmulator;
using Layer.AzureEmulator.Worlds;
using Microsoft.Extensions.Time.Testing;

namespace Layer.Tests.AzureEmulator;

public sealed class FaultSpecs
{
    private static readonly Fault[] Unanswered = [Fault.ConnectionReset, Fault.HalfBody];

    public static TheoryData<Fault> All => [.. Enum.GetValues<Fault>().Except([Fault.Slow, Fault.NeverAnswers, Fault.EmptyLastPage, Fault.OwnRowMissing])];

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_fault_changes_the_answer_it_was_set_for_once_and_no_other(Fault fault)
    {
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world, new EmulatorOptions { PageSize = 4 });
        using var client = new PlainClient(emulator);
        var token = await client.TokenAsync(world.App("layer"));
        var list = $"{world.Subscription("prod").Scope}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01";
        var first = await client.GetAsync(list, token);
        var second = first.Json.GetProperty("nextLink").GetString()!;
        var healthy = await client.GetAsync(second, token);
        // HttpClient repeats by itself, several times, what was cut off before any answer.
        emulator.Faults.Set(fault, AzureCall.ListRoleAssignments, FaultPage.Last, times: fault == Fault.ConnectionReset ? int.MaxValue : 1);

        var otherPage = await client.GetAsync(list, token);
        var otherCall = await client.GetAsync($"{world.Subscription("prod").Scope}?api-version=2022-12-01", token);
        Reply? faulty = null;
        var failed = await Record.ExceptionAsync(async () => faulty = await client.GetAsync(second, token));
        if (fault == Fault.ConnectionReset)
            emulator.Faults.Clear();
        var after = await client.GetAsync(second, token);

        Assert.Equal(first.Body, otherPage.Body);
        Assert.Equal(200, otherCall.Status);
        if (Unanswered.Contains(fault))
            Assert.True(failed is HttpRequestException or IOException, $"{fault} gave {failed} {faulty?.Body}");
        else
            Assert.True(failed is null && Changed(healthy, faulty!), $"{fault} changed nothing: {failed} {faulty}");
        Assert.Equal(healthy.Body, after.Body);
        Assert.All(emulator.Requests.Where(r => r.Fault is not null), r => Assert.Equal((fault, 2), (r.Fault!.Value, r.Page)));
    }

    [Fact]
    public async Task A_slow_answer_waits_on_the_worlds_clock()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero));
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world, new EmulatorOptions { Clock = clock });
        using var client = new PlainClient(emulator);
        emulator.Faults.Set(Fault.Slow, AzureCall.DiscoverTenant, delay: TimeSpan.FromMinutes(3));

        var asked = client.GetAsync($"{world.Subscription("prod").Scope}?api-version=2022-12-01");
        while (!asked.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        Assert.Equal(401, (await asked).Status);
        Assert.True(clock.GetUtcNow() >= new DateTimeOffset(2026, 1, 5, 0, 3, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task An_answer_that_never_comes_ends_with_the_callers_patience()
    {
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world);
        using var handler = PlainClient.Through(emulator);
        using var http = new HttpClient(handler) { Timeout = TimeSpan.FromMilliseconds(300) };
        emulator.Faults.Set(Fault.NeverAnswers, AzureCall.DiscoverTenant);

        await Assert.ThrowsAsync<TaskCanceledException>(() => http.GetAsync(
            $"https://management.azure.com{world.Subscription("prod").Scope}?api-version=2022-12-01", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_empty_last_page_is_linked_and_holds_nothing()
    {
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);
        var token = await client.TokenAsync(world.App("layer"));
        emulator.Faults.Set(Fault.EmptyLastPage, AzureCall.ListResourceGroups, FaultPage.Last);

        var full = await client.GetAsync($"{world.Subscription("prod").Scope}/resourcegroups?api-version=2022-09-01", token);
        var last = await client.GetAsync(full.Json.GetProperty("nextLink").GetString()!, token);

        Assert.Equal(2, full.Value.Count);
        Assert.Empty(last.Value);
        Assert.False(last.Json.TryGetProperty("nextLink", out _));
    }

    [Theory]
    [InlineData(Fault.NextLinkForeignHost, "https://elsewhere.example/")]
    [InlineData(Fault.NextLinkHttp, "http://management.azure.com/")]
    [InlineData(Fault.NextLinkOtherPort, "https://management.azure.com:8443/")]
    [InlineData(Fault.NextLinkForeignSubscription, "https://management.azure.com/subscriptions/")]
    public async Task A_link_that_leads_astray_is_otherwise_whole(Fault fault, string start)
    {
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);
        var token = await client.TokenAsync(world.App("layer"));
        emulator.Faults.Set(fault, AzureCall.ListResourceGroups);

        var answer = await client.GetAsync($"{world.Subscription("prod").Scope}/resourcegroups?api-version=2022-09-01", token);

        Assert.Equal(2, answer.Value.Count);
        var link = new Uri(answer.Json.GetProperty("nextLink").GetString()!);
        Assert.StartsWith(start, link.ToString(), StringComparison.Ordinal);
        Assert.Equal("?api-version=2022-09-01", link.Query);
        Assert.Equal(fault != Fault.NextLinkForeignSubscription, link.AbsolutePath.Contains(world.Subscription("prod").Id.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_callers_own_grant_can_be_missing()
    {
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);
        var token = await client.TokenAsync(world.App("layer"));
        emulator.Faults.Set(Fault.OwnRowMissing, AzureCall.ListRoleAssignments);

        var answer = await client.GetAsync($"{world.Subscription("prod").Scope}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01", token);

        Assert.Equal(world.AssignmentsOf("prod").Count - 1, answer.Value.Count);
        Assert.DoesNotContain(world.App("layer").ServicePrincipalId.ToString()!, answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_moves_never_reads_the_same_twice()
    {
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);
        var token = await client.TokenAsync(world.App("layer"));
        emulator.Faults.Set(Fault.MovingList, AzureCall.ListResourceGroups);
        var list = $"{world.Subscription("prod").Scope}/resourcegroups?api-version=2022-09-01";

        var readings = new[] { await client.GetAsync(list, token), await client.GetAsync(list, token) };

        Assert.All(readings, r => Assert.Equal(2, r.Value.Count));
        Assert.NotEqual(readings[0].Body, readings[1].Body);
    }

    [Theory]
    [InlineData(Fault.Status400, 400)]
    [InlineData(Fault.Status429Bare, 429)]
    [InlineData(Fault.Status503, 503)]
    [InlineData(Fault.TransientSignIn, 503)]
    [InlineData(Fault.HtmlWith200, 200)]
    public async Task The_token_endpoint_has_faults_of_its_own(Fault fault, int status)
    {
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);
        emulator.Faults.Set(fault, AzureCall.Token, client: world.App("layer").ClientId);

        var answer = await client.SignInAsync(world.Tenant("contoso").Id.ToString(), Form(world.App("layer")));
        var other = await client.SignInAsync(world.Tenant("contoso").Id.ToString(), Form(world.App("nobody")));

        Assert.Equal(status, answer.Status);
        Assert.DoesNotContain("access_token", answer.Body, StringComparison.Ordinal);
        Assert.Equal(200, other.Status);
    }

    [Fact]
    public async Task A_duplicate_property_and_a_lone_surrogate_are_really_in_the_text()
    {
        var world = SmallWorld.Create();
        await using var emulator = await Emulator.StartAsync(world);
        using var client = new PlainClient(emulator);
        var token = await client.TokenAsync(world.App("layer"));
        var list = $"{world.Subscription("prod").Scope}/resourcegroups?api-version=2022-09-01";
        emulator.Faults.Set(Fault.DuplicateProperty, AzureCall.ListResourceGroups, times: 1);
        var twice = await client.GetAsync(list, token);
        emulator.Faults.Set(Fault.LoneSurrogate, AzureCall.ListResourceGroups, times: 1);
        var lone = await client.GetAsync(list, token);

        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(twice.Body, new JsonDocumentOptions { AllowDuplicateProperties = false }));
        Assert.Contains("\\ud800", lone.Body, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Form(App app) => new()
    {
        ["client_id"] = app.ClientId.ToString(),
        ["client_secret"] = app.Secret,
        ["scope"] = "https://management.azure.com/.default",
        ["grant_type"] = "client_credentials",
    };

    private static bool Changed(Reply healthy, Reply faulty) =>
        healthy.Status != faulty.Status || healthy.Body != faulty.Body ||
        !DateTimeOffset.TryParse(faulty.Headers.GetValueOrDefault("Date"), out var date) ||
        (date - DateTimeOffset.Parse(healthy.Headers["Date"])).Duration() > TimeSpan.FromMinutes(1);
}
