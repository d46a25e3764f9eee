using System.Text;

namespace Layer.EndToEnd;

/// <summary>A secret goes in and never comes out.</summary>
public sealed class CanarySpecs
{
    [Fact]
    public async Task Rule_6_the_client_secret_is_in_no_file_and_in_nothing_that_is_printed()
    {
        var world = Companies.Contoso();
        await using var site = (await Site.StartAsync(world)).As(world);
        var printed = new StringBuilder();
        string[][] commands =
        [
            ["connect", "azure", "--name", "prod"], ["sync", "prod", "-o", "json"], ["check", "prod"], ["connections", "-o", "json"], ["credential", "list", "-o", "json"],
            ["config", "explain", "-o", "json"], ["evidence", "list", "-o", "json"], ["verify"],
        ];
        foreach (var command in commands)
            printed.Append(await PrintAsync(site, command));
        // A failure prints what was wrong with the sign-in; the secret is not part of it.
        site.Environment["AZURE_CLIENT_SECRET"] = Companies.Secret + "x";
        site.Environment["LAYER_DATA"] = site.Data + "-2";
        printed.Append(await PrintAsync(site, ["connect", "azure", "--name", "prod"]));

        Assert.DoesNotContain(Companies.Secret, printed.ToString(), StringComparison.Ordinal);
        var canary = Encoding.UTF8.GetBytes(Companies.Secret);
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(site.Data)!, "*", SearchOption.AllDirectories))
            Assert.True((await File.ReadAllBytesAsync(file)).AsSpan().IndexOf(canary) < 0, $"{file} holds the secret.");
    }

    [Fact]
    public async Task Rule_3_no_request_goes_to_any_host_but_sign_in_and_Azure_Resource_Manager()
    {
        var world = Companies.Contoso();
        await using var site = (await Site.StartAsync(world)).As(world);
        (await site.RunAsync("connect", "azure", "--name", "prod")).Expect(0);
        (await site.RunAsync("check", "prod")).Expect(0);
        (await site.RunAsync("sync", "--all")).Expect(0);

        Assert.Empty(site.Azure.RefusedHosts);
        Assert.Subset(
            new HashSet<string> { "login.microsoftonline.com", "management.azure.com", "graph.microsoft.com" },
            site.Azure.Requests.Select(request => request.Host).ToHashSet());
        Assert.All(site.Azure.Requests, request => Assert.True(request.Method == "GET" || request.Host is not "management.azure.com"));
    }

    private static async Task<string> PrintAsync(Site site, string[] command)
    {
        var outcome = await site.RunAsync(command);
        return outcome.Output + outcome.Errors;
    }
}
