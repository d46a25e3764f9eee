using System.Text.RegularExpressions;
using Layer.Azure;
using Layer.Azure.Http;

namespace Layer.Tests.Cli;

public sealed partial class OutboundSpecs
{
    [GeneratedRegex(@"\{[a-z]+\}")]
    private static partial Regex Placeholder { get; }

    [Theory]
    [InlineData(AzureCloud.Public)]
    [InlineData(AzureCloud.UsGovernment)]
    [InlineData(AzureCloud.China)]
    public void Rule_3_Every_request_that_is_listed_is_one_the_connector_may_send(AzureCloud cloud)
    {
        foreach (var request in OutboundRequest.Of(cloud))
        {
            var uri = new Uri(Placeholder.Replace(request.Address, "11111111-2222-3333-4444-555555555555"));

            Assert.True(AllowedRequests.Contains(new HttpMethod(request.Method), uri, [CloudEndpoints.Of(cloud)]), request.Address);
        }
    }

    [Fact]
    public async Task Config_explain_lists_every_host_and_request()
    {
        using var layer = new LayerProcess();

        var outcome = await layer.RunAsync("config", "explain", "--outbound", "-o", "csv");

        Assert.Equal(0, outcome.ExitCode);
        foreach (var cloud in Enum.GetValues<AzureCloud>())
            Assert.All(OutboundRequest.Of(cloud), request => Assert.Contains(request.Address, outcome.Output, StringComparison.Ordinal));
    }
}
