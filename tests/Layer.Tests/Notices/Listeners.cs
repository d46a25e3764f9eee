using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Layer.Tests.Notices;

/// <summary>A message as a receiver on loopback got it.</summary>
internal sealed record Received(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>Takes webhooks on loopback; can be told to refuse.</summary>
internal sealed class HookListener : IAsyncDisposable
{
    private readonly WebApplication _server;
    private TaskCompletionSource? _held;

    private HookListener(WebApplication server) => _server = server;

    public ConcurrentQueue<Received> Messages { get; } = new();

    public int Status { get; set; } = 204;

    public string Address => _server.Urls.First();

    public static async Task<HookListener> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        var listener = new HookListener(server);
        server.MapPost("/{path}", async (string path, HttpContext http) =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            listener.Messages.Enqueue(new Received(path, http.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString(), StringComparer.Ordinal), body.ToArray()));
            if (listener._held is { } held)
                await held.Task;
            return Results.StatusCode(listener.Status);
        });
        await server.StartAsync();
        return listener;
    }

    /// <summary>Takes messages and answers none until <see cref="Release"/>.</summary>
    public void Hold() => _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => _held?.SetResult();

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}

/// <summary>A mail relay on loopback that takes everything.</summary>
internal sealed class MailListener : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public MailListener()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public ConcurrentQueue<string> Mails { get; } = new();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving;
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await TalkAsync(client);
            }
        }
        catch (Exception e) when (_stop.IsCancellationRequested && e is OperationCanceledException or SocketException or IOException)
        {
            // The test is over.
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        await using var writer = new StreamWriter(client.GetStream(), Encoding.ASCII) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync("220 relay");
        while (await reader.ReadLineAsync(_stop.Token) is { } line)
        {
            var verb = line.Split(' ')[0].ToUpperInvariant();
            if (verb == "DATA")
            {
                await writer.WriteLineAsync("354 go on");
                var mail = new StringBuilder();
                while (await reader.ReadLineAsync(_stop.Token) is { } text && text != ".")
                    mail.AppendLine(text);
                Mails.Enqueue(mail.ToString());
            }

            await writer.WriteLineAsync(verb == "QUIT" ? "221 bye" : "250 ok");
            if (verb == "QUIT")
                return;
        }
    }
}
