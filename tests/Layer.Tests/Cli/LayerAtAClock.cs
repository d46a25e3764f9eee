using Layer.Azure;
using Layer.Cli;
using Layer.Connections;
using Layer.Operations;
using Layer.Secrets;
using Microsoft.Extensions.Time.Testing;

namespace Layer.Tests.Cli;

/// <summary>The whole command line in this process, on a clock that a test moves; the data folder, its database and its keys are real.</summary>
internal sealed class LayerAtAClock : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("layer-clock-");

    public LayerAtAClock() => Variables["LAYER_DATA"] = DataFolder;

    public string DataFolder => Path.Combine(_home.FullName, "data");

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 23, 6, 0, 0, TimeSpan.Zero));

    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Nobody can be asked.</summary>
    public Task<Outcome> RunAsync(params string[] args) => RunAsync(answer: null, args);

    /// <summary>A person sits there and answers the one question.</summary>
    public Task<Outcome> AskAsync(string answer, params string[] args) => RunAsync(answer, args);

    /// <summary>Saves connections, each of a subscription of its own, and asks Azure nothing.</summary>
    public async Task ConnectAsync(params string[] names)
    {
        await using var layer = await OpenAsync();
        var workspace = await layer.GetOrCreateWorkspaceAsync(Cancellation);
        foreach (var name in names)
        {
            using var secret = SecretText.From("a~secret~that~nobody~is~sent~anywhere~12");
            var request = new ConnectRequest(AzureCloud.Public, Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), new SignIn(CredentialKind.Secret, secret));
            await layer.Connections.CreateAsync(workspace.Id, name, request, request.TenantId!.Value, "os:test@test", Cancellation);
        }

        await layer.Ledger.SignCheckpointAsync(workspace.Id, Cancellation);
    }

    public Task<Installation> OpenAsync()
    {
        var settings = Settings.Read(Variables, out var problems);
        Assert.Empty(problems);
        return Installation.OpenAsync(settings, Clock, () => new AzureConnector(new AzureConnectorOptions { Clock = Clock }), withKeys: true, Cancellation);
    }

    public void Dispose() => _home.Delete(recursive: true);

    private async Task<Outcome> RunAsync(string? answer, string[] args)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var terminal = new Terminal
        {
            In = answer is null ? TextReader.Null : new StringReader(answer + "\n"), Out = output, Error = error, Environment = Variables,
            InIsTerminal = answer is not null, ErrorIsTerminal = answer is not null,
        };
        var code = await new LayerApp(terminal, Clock).RunAsync(args, Cancellation);
        return new Outcome(code, output.ToString(), error.ToString());
    }
}
