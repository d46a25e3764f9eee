using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Layer.AzureEmulator.Proxy;

/// <summary>
/// A forward proxy on loopback. It tunnels CONNECT for the public host names to the emulator, passes plain http for the instance metadata
/// address on, and refuses and notes every other host: whatever tries to leave is seen.
/// </summary>
internal sealed class ConnectProxy : IAsyncDisposable
{
    private const int LongestHead = 32 * 1024;

    private readonly TcpListener _listener;
    private readonly int _tlsPort;
    private readonly int _plainPort;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, byte> _tunnels = new();
    private Task _accepting = Task.CompletedTask;

    private ConnectProxy(TcpListener listener, int tlsPort, int plainPort) => (_listener, _tlsPort, _plainPort) = (listener, tlsPort, plainPort);

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public ConcurrentQueue<string> Refused { get; } = new();

    public static ConnectProxy Start(int port, int tlsPort, int plainPort)
    {
        var proxy = new ConnectProxy(new TcpListener(IPAddress.Loopback, port), tlsPort, plainPort);
        proxy._listener.Start();
        proxy._accepting = proxy.AcceptAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_tunnels.Keys);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync(_stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
            var tunnel = ServeAsync(client);
            _tunnels[tunnel] = 0;
            _ = tunnel.ContinueWith(t => _tunnels.TryRemove(t, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                client.NoDelay = true;
                var stream = client.GetStream();
                var head = await ReadHeadAsync(stream, _stop.Token);
                if (head is null)
                    return;
                var (method, target) = RequestLine(head.Value.Text);
                if (method == "CONNECT")
                    await TunnelAsync(client, stream, target, head.Value.Body, _stop.Token);
                else
                    await ForwardAsync(client, stream, target, head.Value, _stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
            {
                // The client or the emulator went away, or the proxy stops: there is nobody left to tell.
            }
        }
    }

    private async Task TunnelAsync(TcpClient client, NetworkStream stream, string authority, ReadOnlyMemory<byte> rest, CancellationToken ct)
    {
        var host = authority.Split(':')[0];
        var port = authority.Contains(':', StringComparison.Ordinal) ? authority[(authority.LastIndexOf(':') + 1)..] : "443";
        if (PublicHosts.Find(host).Kind is HostKind.Unknown or HostKind.InstanceMetadata || port != "443")
        {
            await RefuseAsync(stream, authority, ct);
            return;
        }
        using var server = new TcpClient { NoDelay = true };
        await server.ConnectAsync(IPAddress.Loopback, _tlsPort, ct);
        await stream.WriteAsync("HTTP/1.1 200 Connection Established\r\n\r\n"u8.ToArray(), ct);
        await server.GetStream().WriteAsync(rest, ct);
        await PumpAsync(client, server, ct);
    }

    private async Task ForwardAsync(TcpClient client, NetworkStream stream, string target, (string Text, ReadOnlyMemory<byte> Body) head, CancellationToken ct)
    {
        if (!Uri.TryCreate(target, UriKind.Absolute, out var uri) || PublicHosts.Find(uri.Host).Kind != HostKind.InstanceMetadata)
        {
            await RefuseAsync(stream, uri?.Authority ?? target, ct);
            return;
        }
        using var server = new TcpClient { NoDelay = true };
        await server.ConnectAsync(IPAddress.Loopback, _plainPort, ct);
        await server.GetStream().WriteAsync(Encoding.Latin1.GetBytes(head.Text), ct);
        await server.GetStream().WriteAsync(head.Body, ct);
        await PumpAsync(client, server, ct);
    }

    private async Task RefuseAsync(NetworkStream stream, string authority, CancellationToken ct)
    {
        Refused.Enqueue(authority);
        await stream.WriteAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), ct);
    }

    // A server that ends the conversation ends it both ways; a client that has said all it will may still read the answer.
    private static async Task PumpAsync(TcpClient left, TcpClient right, CancellationToken ct)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var up = CopyAsync(left, right, ended.Token);
        var down = CopyAsync(right, left, ended.Token);
        await down;
        await ended.CancelAsync();
        await up;
    }

    private static async Task CopyAsync(TcpClient from, TcpClient to, CancellationToken ct)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream(), 64 * 1024, ct);
            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            to.Client.LingerState = new LingerOption(true, 0);
            to.Close();
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The other direction ended first.
        }
    }

    private static async Task<(string Text, ReadOnlyMemory<byte> Body)?> ReadHeadAsync(NetworkStream stream, CancellationToken ct)
    {
        var buffer = new byte[LongestHead];
        for (var length = 0; length < buffer.Length;)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), ct);
            if (read == 0)
                return null;
            length += read;
            var end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
                return (Encoding.Latin1.GetString(buffer, 0, end + 4), buffer.AsMemory(end + 4, length - end - 4));
        }
        return null;
    }

    private static (string Method, string Target) RequestLine(string head)
    {
        var parts = head[..head.IndexOf('\r', StringComparison.Ordinal)].Split(' ');
        return parts.Length == 3 ? (parts[0], parts[1]) : ("", "");
    }
}
