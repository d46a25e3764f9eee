using System.Text.Json;
using Layer.AzureEmulator;

namespace Layer.EndToEnd;

/// <summary>One installation of Layer with an empty data folder, next to an emulated Azure that it reaches with its production settings.</summary>
internal sealed class Site : IAsyncDisposable
{
    private readonly string _folder;

    private Site(Emulator azure, string folder)
    {
        Azure = azure;
        _folder = folder;
    }

    public Emulator Azure { get; }

    public string Data => Path.Combine(_folder, "data");

    public string Database => Path.Combine(Data, "layer.db");

    public Dictionary<string, string> Environment { get; } = [];

    public static async Task<Site> StartAsync(World world, EmulatorOptions? options = null)
    {
        var folder = Directory.CreateTempSubdirectory("layer-").FullName;
        var azure = await Emulator.StartAsync(world, options ?? new EmulatorOptions(), TestContext.Current.CancellationToken);
        var site = new Site(azure, folder);
        var anchor = Path.Combine(folder, "emulator.pem");
        await azure.WriteTrustAnchorAsync(anchor, TestContext.Current.CancellationToken);
        Directory.CreateDirectory(Path.Combine(folder, "home"));
        site.Environment["HOME"] = Path.Combine(folder, "home");
        site.Environment["LAYER_DATA"] = site.Data;
        site.Environment["HTTPS_PROXY"] = azure.Proxy.ToString();
        site.Environment["SSL_CERT_FILE"] = anchor;
        site.Environment["SSL_CERT_DIR"] = "/nonexistent";
        return site;
    }

    /// <summary>Puts the three values a user has into the environment.</summary>
    public Site With(Guid subscriptionId, Guid clientId, string clientSecret)
    {
        Environment["AZURE_SUBSCRIPTION_ID"] = subscriptionId.ToString();
        Environment["AZURE_CLIENT_ID"] = clientId.ToString();
        Environment["AZURE_CLIENT_SECRET"] = clientSecret;
        return this;
    }

    public Command Start(params string[] arguments) => Command.Start(Repository.PathOf("layer"), arguments, Environment);

    public async Task<Outcome> RunAsync(params string[] arguments)
    {
        using var command = Start(arguments);
        return await command.EndAsync();
    }

    public async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var outcome = (await RunAsync([.. arguments, "-o", "json"])).Expect(0);
        return JsonSerializer.Deserialize<JsonElement>(outcome.Output);
    }

    /// <summary>Debian's sqlite3, as somebody with rights on the file would use it.</summary>
    public async Task<Outcome> SqliteAsync(string sql)
    {
        using var command = Command.Start("sqlite3", [Database, sql], Environment);
        return await command.EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Azure.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
