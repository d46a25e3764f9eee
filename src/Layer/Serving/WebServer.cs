using Layer.Access;
using Layer.Access.Oidc;
using Layer.Connections.Web;
using Layer.Operations;
using Layer.Serving.Api;
using Layer.Syncing;
using Layer.Workspaces;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Layer.Serving;

/// <summary>The web host: its services, what every request passes, and the routes of every room.</summary>
internal static class WebServer
{
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(8);

    /// <summary>Serves until cancelled, then lets requests at hand end.</summary>
    public static async Task RunAsync(LayerApp app, Installation layer, Workspace workspace, ServeOptions options, CancellationToken cancellationToken)
    {
        await using var web = Build(app, layer, workspace, options);
        try
        {
            await web.StartAsync(cancellationToken);
        }
        catch (IOException taken) when (taken.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new RefusedException("ADDRESS_IN_USE", ("url", string.Join(", ", options.Urls)));
        }

        var address = AddressOf(web);
        address = web.Services.GetRequiredService<Listening>().PublicUrl ?? address;
        var link = await web.Services.GetRequiredService<SetUpLink>().FindAsync(cancellationToken);
        options.OnReady(address, link is null ? null : new Uri(address, $"/set-up/{link}"));
        await using (cancellationToken.Register(web.Lifetime.StopApplication))
            await web.WaitForShutdownAsync(CancellationToken.None);
    }

    public static WebApplication Build(LayerApp app, Installation layer, Workspace workspace, ServeOptions options)
    {
        var listening = Listening.Decide(layer.Settings, options.Urls);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "layer" });
        builder.WebHost.UseKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            if (listening.Certificate is { } certificate)
                kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = certificate);
        }).UseUrls([.. listening.Urls]);
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.None);
        // It warns that keys are stored in the open; ours are sealed by the repository.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        AddServices(builder.Services, app, layer, workspace, listening);
        builder.Services.AddAccess().AddConnecting().AddSingleton<Storage.HistoryCache>().AddScoped<Inventory.Web.InventoryView>().AddScoped<Audits.Web.AuditViews>().AddScoped<Audits.Web.BundleWork>().AddSingleton<Inviting>().AddSchedule(layer);
        if (layer.Settings.Oidc is { } oidc)
            builder.Services.AddOidc(oidc, layer.Settings.AllowedPrivateNetworks);
        var web = builder.Build();

        web.UseSecurityHeaders();
        web.UseWebFailures(layer.Database.Address);
        web.UseListeningGuard(listening);
        web.UseCookiePolicy(new CookiePolicyOptions { Secure = CookieSecurePolicy.Always, HttpOnly = Microsoft.AspNetCore.CookiePolicy.HttpOnlyPolicy.Always, MinimumSameSitePolicy = SameSiteMode.Lax });
        web.UseRouting();
        web.UseAuthentication();
        web.UseAuthorization();
        web.UseRateLimiter();
        web.UseFormGuard();
        Routes.Map(web);
        Routes.RefuseUndecided(web);
        return web;
    }

    private static void AddServices(IServiceCollection services, LayerApp app, Installation layer, Workspace workspace, Listening listening)
    {
        services.Configure<HostOptions>(host => host.ShutdownTimeout = Goodbye);
        services.AddSingleton(app.Clock).AddSingleton(app).AddSingleton(layer).AddSingleton(layer.Database).AddSingleton(layer.Ledger).AddSingleton(layer.Seal).AddSingleton(listening)
            .AddSingleton(new ServedWorkspace(workspace));
        services.AddRouting();
        services.AddRateLimits();
        services.AddApiDocument();
        services.AddHttpContextAccessor();
        services.AddScoped(typeof(PageModel<>));
        services.AddSingleton<OperationRunner>().AddHostedService(provider => provider.GetRequiredService<OperationRunner>());
        services.AddHostedService<DailyHousekeeping>();
        // Made now: what is counted before it listens is lost.
        services.AddSingleton(new Operations.Metrics.Measurements()).AddSingleton<Operations.Metrics.MetricsPage>();
        services.AddRazorComponents();
        services.AddAntiforgery(form =>
        {
            form.Cookie.Name = "__Host-layer-form";
            form.Cookie.SameSite = SameSiteMode.Strict;
            // The cookie policy marks it Secure; asked to do so itself, antiforgery refuses http://localhost.
            form.Cookie.SecurePolicy = CookieSecurePolicy.None;
            form.FormFieldName = "form-token";
            form.SuppressXFrameOptionsHeader = true;
        });
        services.AddDataProtection().SetApplicationName("layer");
        services.AddOptions<KeyManagementOptions>().Configure<Installation>((keys, opened) => keys.XmlRepository = new SealedWebKeys(opened.Database, opened.Seal, opened.Clock));
    }

    private static Uri AddressOf(WebApplication web)
    {
        var first = web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(); // a started server has one
        var address = new UriBuilder(first.Replace("://+", "://localhost").Replace("://*", "://localhost"));
        if (address.Host is "127.0.0.1" or "[::1]" or "0.0.0.0" or "[::]")
            address.Host = "localhost";
        return address.Uri;
    }
}
