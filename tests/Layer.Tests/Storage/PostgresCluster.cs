using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

[assembly: AssemblyFixture(typeof(Layer.Tests.Storage.PostgresCluster))]

namespace Layer.Tests.Storage;

/// <summary>A throw-away PostgreSQL on a random loopback port, started when the first test asks for a database and stopped with the test process.</summary>
public sealed class PostgresCluster : IAsyncDisposable
{
    private const string Binaries = "/usr/lib/postgresql/15/bin";

    private readonly SemaphoreSlim _starting = new(1);
    private string? _folder;
    private int _port;
    private int _databases;

    public static bool IsInstalled => Directory.Exists(Binaries);

    /// <summary>Makes an empty database and gives its address.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        await _starting.WaitAsync();
        try
        {
            if (_folder is null)
                Start();
        }
        finally
        {
            _starting.Release();
        }

        var name = $"layer_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync($"CREATE DATABASE {name}");
        return AddressOf(name);
    }

    /// <summary>Copies a database that nobody has open; what it returns puts the copy in its place.</summary>
    public async Task<Func<Task>> BackUpAsync(string address)
    {
        var name = new NpgsqlConnectionStringBuilder(address).Database;
        var copy = $"{name}_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync($"CREATE DATABASE {copy} TEMPLATE {name}");
        return async () =>
        {
            await ExecuteAsync($"DROP DATABASE {name} WITH (FORCE)");
            await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {copy}");
        };
    }

    public ValueTask DisposeAsync()
    {
        if (_folder is not null)
        {
            NpgsqlConnection.ClearAllPools();
            Run("pg_ctl", "stop", "-m", "immediate", "-D", Path.Combine(_folder, "data"));
            Directory.Delete(_folder, recursive: true);
        }

        _starting.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(AddressOf("postgres"));
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    // Small pools: hundreds of databases live in one test process, each with a pool of its own.
    private string AddressOf(string database) =>
        $"Host=127.0.0.1;Port={_port};Username=layer;Database={database};Maximum Pool Size=8;Connection Idle Lifetime=5;Connection Pruning Interval=2";

    private void Start()
    {
        var folder = Directory.CreateTempSubdirectory("layer-pg-").FullName;
        if (Environment.UserName == "root")
            Run("chown", "postgres", folder);
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            _port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        var data = Path.Combine(folder, "data");
        Run("initdb", "-D", data, "-U", "layer", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
        Run("pg_ctl", "start", "-w", "-D", data, "-l", Path.Combine(folder, "log"), "-o",
            $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c full_page_writes=off -c max_connections=300");
        _folder = folder;
    }

    // PostgreSQL refuses to run as root.
    private static void Run(string program, params string[] arguments)
    {
        var asPostgres = Environment.UserName == "root" && program != "chown";
        var path = program == "chown" ? program : Path.Combine(Binaries, program);
        var start = new ProcessStartInfo(asPostgres ? "runuser" : path) { WorkingDirectory = "/", RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in asPostgres ? ["-u", "postgres", "--", path, .. arguments] : arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        // The server keeps our pipe open, so waiting for its end would wait for the server.
        if (!process.WaitForExit(TimeSpan.FromSeconds(60)) || process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed.");
    }
}
