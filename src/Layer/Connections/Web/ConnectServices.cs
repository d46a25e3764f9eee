namespace Layer.Connections.Web;

/// <summary>What the pages of integrations need.</summary>
internal static class ConnectServices
{
    public static IServiceCollection AddConnecting(this IServiceCollection services) => services
        .AddSingleton<ConnectDrafts>().AddSingleton<AfterSync>().AddSingleton<ConnectWork>().AddScoped<ConnectionViews>().AddScoped<VisibleApps>()
        .AddHostedService<ExpiredDrafts>();
}
