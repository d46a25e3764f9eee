using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Layer.AzureEmulator.Control;

/// <summary>
/// Faults and changes from another process: plain http on loopback, every request with the header x-emulator-token. Off unless asked for.
/// </summary>
internal sealed class ControlPort : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    private readonly WebApplication _app;

    private ControlPort(WebApplication app, Uri address, string token) => (_app, Address, Token) = (app, address, token);

    public Uri Address { get; }

    public string Token { get; }

    public static async Task<ControlPort> StartAsync(int port, World world, Hosts hosts, CancellationToken ct)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        app.Run(context => AnswerAsync(context, token, world, hosts));
        await app.StartAsync(ct);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new ControlPort(app, new Uri(address), token);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private static async Task AnswerAsync(HttpContext context, string token, World world, Hosts hosts)
    {
        var given = Encoding.UTF8.GetBytes(context.Request.Headers["x-emulator-token"].ToString());
        if (!CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes(token)))
        {
            context.Response.StatusCode = 401;
            return;
        }
        try
        {
            await DoAsync(context, world, hosts);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or ArgumentException or FormatException)
        {
            context.Response.StatusCode = 400;
            await context.Response.WriteAsJsonAsync(new { error = e.Message }, context.RequestAborted);
        }
    }

    private static async Task DoAsync(HttpContext context, World world, Hosts hosts)
    {
        var ct = context.RequestAborted;
        switch (context.Request.Method, context.Request.Path.Value)
        {
            case ("POST", "/faults"):
                var fault = await ReadAsync<FaultOrder>(context, ct);
                hosts.Faults.Set(
                    fault.Fault, fault.Call, FaultPage.Parse(fault.Page), fault.Times ?? int.MaxValue,
                    fault.DelaySeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null, fault.After, fault.Client);
                context.Response.StatusCode = 204;
                break;
            case ("DELETE", "/faults"):
                hosts.Faults.Clear();
                context.Response.StatusCode = 204;
                break;
            case ("POST", "/world"):
                (await ReadAsync<WorldOrder>(context, ct)).Apply(world);
                context.Response.StatusCode = 204;
                break;
            case ("GET", "/requests"):
                await context.Response.WriteAsJsonAsync(new { value = hosts.Requests.ToArray() }, Json, ct);
                break;
            default:
                context.Response.StatusCode = 404;
                break;
        }
    }

    private static async Task<T> ReadAsync<T>(HttpContext context, CancellationToken ct) =>
        await JsonSerializer.DeserializeAsync<T>(context.Request.Body, Json, ct) ?? throw new JsonException("An object is expected.");
}

internal sealed record FaultOrder(Fault Fault, AzureCall Call, string Page = "any", int? Times = null, double? DelaySeconds = null, int After = 0, Guid? Client = null);
