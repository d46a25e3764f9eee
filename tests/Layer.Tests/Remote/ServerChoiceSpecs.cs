using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Layer.Tests.Remote;

/// <summary>Which installation a command is about is never guessed, and a token goes to one place only.</summary>
public sealed class ServerChoiceSpecs
{
    private const string Token = "lyr_000000000000000000000000000000002Qs0Tq";

    [Fact]
    public async Task Everything_wrong_with_the_choice_is_told_at_once_and_no_token_is_repeated()
    {
        var ran = await TwoWays.RunAsync(new Dictionary<string, string> { ["LAYER_SERVER"] = "http://layer.example.com", ["LAYER_TOKEN"] = "lyr_mistyped" }, "connections");

        Assert.Equal(64, ran.ExitCode);
        Assert.Contains("LAYER_SERVER: http://layer.example.com is not https", ran.Error, StringComparison.Ordinal);
        Assert.Contains("LAYER_TOKEN holds no token of Layer", ran.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("mistyped", ran.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("layer.example.com")]
    [InlineData("ftp://layer.example.com")]
    [InlineData("https://user:secret@layer.example.com")]
    [InlineData("https://layer.example.com/path")]
    [InlineData("https://layer.example.com?x=1")]
    public async Task An_address_is_scheme_host_and_port_and_nothing_else(string address)
    {
        var ran = await TwoWays.RunAsync(new Dictionary<string, string> { ["LAYER_TOKEN"] = Token }, "connections", "--server", address);

        Assert.Equal(64, ran.ExitCode);
        Assert.Contains("--server is no address of a server. Allowed: https://HOST", ran.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", ran.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("backup create x.zip")]
    [InlineData("log key")]
    [InlineData("doctor")]
    [InlineData("verify")]
    [InlineData("names list")]
    public async Task What_works_on_the_machine_alone_is_refused_while_a_server_is_named(string command)
    {
        var ran = await TwoWays.RunAsync(new Dictionary<string, string> { ["LAYER_SERVER"] = "https://layer.example.com", ["LAYER_TOKEN"] = Token }, command.Split(' '));

        Assert.Equal(64, ran.ExitCode);
        Assert.Contains("works on the installation of the machine it runs on, and LAYER_SERVER names a server", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_asks_no_installation_runs_whatever_the_environment_names() =>
        Assert.Equal(0, (await TwoWays.RunAsync(new Dictionary<string, string> { ["LAYER_SERVER"] = "https://layer.example.com" }, "version")).ExitCode);

    [Fact]
    public async Task A_server_that_is_not_there_is_unreachable_and_no_empty_list()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        taken.Stop();

        var ran = await TwoWays.RunAsync(Named($"http://127.0.0.1:{port}"), "connections", "-o", "json");

        Assert.Equal((8, ""), (ran.ExitCode, ran.Output));
        Assert.Contains("\"code\":\"SERVER_UNREACHABLE\"", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bundle_is_checked_whatever_the_environment_names_as_it_needs_the_file_alone()
    {
        var file = Path.Combine(Path.GetTempPath(), $"layer-{Guid.NewGuid():n}.zip");
        await File.WriteAllTextAsync(file, "no bundle", TestContext.Current.CancellationToken);
        try
        {
            var ran = await TwoWays.RunAsync(new Dictionary<string, string> { ["LAYER_SERVER"] = "https://layer.example.com" }, "verify", file);

            Assert.DoesNotContain("LAYER_SERVER", ran.Error, StringComparison.Ordinal);
            Assert.NotEqual(64, ran.ExitCode);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("succeeded", "[]", "null", "it checked nothing")]
    [InlineData("failed", "[]", "null", "an operation ended as 'failed' and says nothing more")]
    [InlineData("done", "[]", "null", "an operation ended as 'done' and says nothing more")]
    [InlineData("failed", "[]", "{}", "'code' is missing")]
    public async Task Work_that_says_neither_that_it_succeeded_nor_why_not_is_never_a_pass(string state, string events, string error, string reason)
    {
        const string Connection = """{"name":"prod","id":"01920000-0000-7000-8000-000000000000","subscriptionId":"01920000-0000-7000-8000-000000000001","tenantId":"01920000-0000-7000-8000-000000000002","cloud":"public","state":"connected","code":null,"lastRead":null,"credential":"c","pausedBy":null,"pausedBecause":null}""";
        string[] answers =
        [
            """{"id":"x","name":"x","log":"x","sample":false}""", $$"""{"count":1,"value":[{{Connection}}],"nextLink":null}""",
            $$"""{"id":"01920000-0000-7000-8000-000000000003","state":"{{state}}","events":{{events}},"result":null,"error":{{error}}}""",
        ];
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            foreach (var answer in answers)
            {
                using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
                var stream = client.GetStream();
                _ = await stream.ReadAsync(new byte[4096], TestContext.Current.CancellationToken);
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {answer.Length}\r\n\r\n{answer}"), TestContext.Current.CancellationToken);
            }
        }, TestContext.Current.CancellationToken);

        var ran = await TwoWays.RunAsync(Named($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"), "check", "prod");
        await serving;

        Assert.Equal(1, ran.ExitCode);
        Assert.Contains(reason, string.Join(' ', ran.Error.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 15\r\nContent-Type: text/html\r\n\r\n<html>hi</html>", "it is no JSON")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}", "a field is missing")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example\r\nContent-Length: 0\r\n\r\n", "status 302 without a problem of Layer")]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "status 404 without a problem of Layer")]
    public async Task Another_program_at_the_address_is_never_taken_for_an_answer(string answer, string reason)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
            var stream = client.GetStream();
            _ = await stream.ReadAsync(new byte[4096], TestContext.Current.CancellationToken);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), TestContext.Current.CancellationToken);
        }, TestContext.Current.CancellationToken);

        var ran = await TwoWays.RunAsync(Named($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"), "connections");
        await serving;

        Assert.Equal((1, ""), (ran.ExitCode, ran.Output));
        Assert.Contains("SERVER_NOT_UNDERSTOOD", ran.Error, StringComparison.Ordinal);
        Assert.Contains(reason, string.Join(' ', ran.Error.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Named(string address) => new(StringComparer.Ordinal) { ["LAYER_SERVER"] = address, ["LAYER_TOKEN"] = Token };
}
