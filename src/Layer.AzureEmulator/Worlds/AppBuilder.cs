using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator;

/// <summary>Fills an app registration.</summary>
public sealed class AppBuilder
{
    private static readonly DateTimeOffset LongAgo = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset FarAhead = new(2099, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal AppBuilder(App app) => App = app;

    internal App App { get; private set; }

    /// <summary>A client secret; without a value one that follows from the app's name.</summary>
    public AppBuilder Secret(string? value = null, DateTimeOffset? expires = null)
    {
        var number = App.Secrets.Count.ToString();
        var secret = new AppSecret(
            StableId.From("secret", App.ClientId.ToString(), number), $"secret {number}",
            value ?? StableId.Secret("secret", App.ClientId.ToString(), number), LongAgo, expires ?? FarAhead);
        return With(a => a with { Secrets = [.. a.Secrets, secret] });
    }

    /// <summary>A registered certificate.</summary>
    public AppBuilder Certificate(X509Certificate2 certificate) => With(a => a with { Certificates = [.. a.Certificates, certificate] });

    /// <summary>A federated identity credential; its tokens come from <see cref="World.FederatedToken"/>.</summary>
    public AppBuilder Federated(string issuer, string subject, string audience = "api://AzureADTokenExchange") =>
        With(a => a with { Federated = [.. a.Federated, new FederatedIdentity(issuer, subject, audience, RSA.Create(2048))] });

    /// <summary>Graph application permissions.</summary>
    public AppBuilder GraphPermissions(params string[] permissions) => With(a => a with { GraphPermissions = permissions });

    /// <summary>Switched off in the tenant.</summary>
    public AppBuilder Disabled() => With(a => a with { Enabled = false });

    /// <summary>Registered, but never given a service principal in the tenant.</summary>
    public AppBuilder WithoutServicePrincipal() => With(a => a with { ServicePrincipalId = null });

    /// <summary>Blocked by a Conditional Access policy for workload identities.</summary>
    public AppBuilder BlockedByConditionalAccess() => With(a => a with { BlockedByPolicy = StableId.From("policy", a.Name) });

    private AppBuilder With(Func<App, App> change)
    {
        App = change(App);
        return this;
    }
}
