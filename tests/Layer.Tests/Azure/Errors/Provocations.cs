using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Layer.Azure;
using Layer.Azure.Errors;
using Layer.Azure.Http;
using Layer.Azure.Lists;
using Layer.AzureEmulator;
using Layer.AzureEmulator.Worlds;
using Layer.Connections;
using Layer.Evidence.Collecting;
using Layer.Operations;
using Layer.Secrets;

namespace Layer.Tests.Azure.Errors;

/// <summary>How each failure of the catalog comes about: at the emulator where it can show it, else with a small real thing.</summary>
internal static class Provocations
{
    private const string ReadSubscription = "Microsoft.Resources/subscriptions/read";
    private const string ReadGroups = "Microsoft.Resources/subscriptions/resourceGroups/read";
    private const string ReadAssignments = "Microsoft.Authorization/roleAssignments/read";
    private const string ReadDefinitions = "Microsoft.Authorization/roleDefinitions/read";

    public static IReadOnlyDictionary<string, Func<Task<Failure>>> ByCode { get; } = new Dictionary<string, Func<Task<Failure>>>
    {
        // Sign-in
        ["SECRET_INVALID"] = () => Collect(credential: a => new ClientSecret(a.Secret.ClientId, "wrong~value")),
        ["SECRET_IS_AN_ID"] = () => Collect(credential: a => new ClientSecret(a.Secret.ClientId, Guid.NewGuid().ToString())),
        ["SECRET_EXPIRED"] = () => Collect(a => a.World.ExpireSecrets(a.World.App(EmulatedAzure.Reader), DateTimeOffset.UnixEpoch)),
        ["CREDENTIAL_MISSING"] = SignInError(7000216),
        ["APP_NOT_IN_TENANT"] = () => Collect(credential: _ => new ClientSecret(Guid.NewGuid(), "some~value")),
        ["SERVICE_PRINCIPAL_MISSING"] = App(app => app with { ServicePrincipalId = null }),
        ["APP_DISABLED"] = App(app => app with { Enabled = false }),
        ["TENANT_NOT_FOUND"] = () => Collect(target: a => a.Target with { TenantId = Guid.NewGuid() }),
        ["TENANT_INVALID"] = () => Collect(target: a => a.Target with { TenantId = Guid.Empty }),
        ["CERTIFICATE_UNKNOWN"] = UnknownCertificate,
        ["CERTIFICATE_UNREADABLE"] = UnreadableCertificate,
        ["ASSERTION_EXPIRED"] = () => Federated(DateTimeOffset.UnixEpoch.AddYears(50), subject: null),
        ["FEDERATION_MISMATCH"] = () => Federated(TimeProvider.System.GetUtcNow(), subject: "system:serviceaccount:other:layer"),
        ["FEDERATED_TOKEN_UNREADABLE"] = () => Collect(credential: a => new FederatedToken(a.Secret.ClientId, Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.token"))),
        ["BLOCKED_BY_POLICY"] = App(app => app with { BlockedByPolicy = Guid.NewGuid() }),
        ["RESOURCE_NOT_IN_TENANT"] = SignInError(500011),
        ["SCOPE_REFUSED"] = SignInError(1002012),
        ["SIGN_IN_REQUEST_REFUSED"] = SignInError(900144),
        ["AUTHORITY_UNKNOWN"] = SignInError(50049),
        ["SIGN_IN_REFUSED"] = SignInError(9009999),
        ["SIGN_IN_MALFORMED"] = Faulty(Fault.MalformedJson, AzureCall.Token),
        ["MANAGED_IDENTITY_NOT_FOUND"] = () => Collect(credential: _ => new ManagedIdentity(Guid.NewGuid())),
        ["MANAGED_IDENTITY_UNAVAILABLE"] = () => Collect(
            a => a.Emulator.Faults.Set(Fault.Status404, AzureCall.ManagedIdentityToken), credential: _ => new ManagedIdentity(Guid.NewGuid())),
        ["TOKEN_EXPIRED"] = Faulty(Fault.ExpiredToken, AzureCall.ListResourceGroups),
        ["TOKEN_REVOKED"] = Faulty(Fault.ClaimsChallenge, AzureCall.ListResourceGroups),
        ["TOKEN_WITHOUT_IDENTITY"] = Faulty(Fault.TokenWithoutPrincipal, AzureCall.GetSubscription),
        ["TOKEN_REJECTED"] = Faulty(Fault.Status401, AzureCall.GetSubscription),
        ["WRONG_AUDIENCE"] = GraphTokenAtArm,
        ["SECRET_EXPIRES_SOON"] = () => Check("secret-expiry", a => a.World.Change(a.World.App(EmulatedAzure.Reader), app => app with
        {
            GraphPermissions = ["Application.Read.All"],
            Secrets = [.. app.Secrets.Select(s => s with { Expires = TimeProvider.System.GetUtcNow().AddDays(7) })],
        })),

        // Subscription
        ["SUBSCRIPTION_NOT_FOUND"] = () => Collect(target: a => a.Target with { SubscriptionId = Guid.NewGuid() }),
        ["SUBSCRIPTION_DELETED"] = () => Later(a => a.World.Remove(a.World.Subscription(EmulatedAzure.Prod))),
        ["SUBSCRIPTION_ID_MALFORMED"] = Canned(400, "InvalidSubscriptionId", "The provided subscription identifier 'x' is malformed or invalid."),
        ["SUBSCRIPTION_DISABLED"] = () => Check("read-subscription", a => a.World.Change(a.World.Subscription(EmulatedAzure.Prod), s => s with { State = "Disabled" })),
        ["WRONG_TENANT"] = Faulty(Fault.WrongTenant, AzureCall.GetSubscription),
        ["SUBSCRIPTION_TRANSFERRED"] = () => Later(a =>
        {
            a.World.Tenant("fabrikam", _ => { });
            a.World.Move(a.World.Subscription(EmulatedAzure.Prod), "fabrikam");
        }),
        ["SUBSCRIPTION_MISMATCH"] = Faulty(Fault.WrongSubscriptionId, AzureCall.GetSubscription),
        ["TENANT_NOT_REVEALED"] = Canned(401, "AuthenticationFailed", "Authentication failed."),

        // Rights
        ["NO_READER"] = () => Collect(world: EmulatedAzure.Company(role: "")),
        ["READER_REMOVED"] = () => Later(a => a.World.RemoveGrants(EmulatedAzure.Reader)),
        ["RIGHT_MISSING"] = () => Collect(world: WithRole(ReadSubscription, ReadAssignments, ReadDefinitions)),
        ["PARTIAL_SCOPE"] = PartialScope,
        ["LIGHTHOUSE"] = Lighthouse,
        ["WITNESS_UNKNOWN"] = Faulty(Fault.OwnRowMissing, AzureCall.ListRoleAssignments),
        ["RIGHT_UNPROVEN"] = RightUnproven,
        ["ACCESS_REFUSED"] = Canned(403, "DenyAssignmentAuthorizationFailed", "The access is denied because of a deny assignment."),
        ["PERMISSIONS_UNREADABLE"] = () => Check("rights", world: WithRole(ReadSubscription, ReadGroups, ReadAssignments, ReadDefinitions)),
        ["CAN_WRITE"] = () => Check("read-only", world: EmulatedAzure.Company(role: "Contributor")),
        ["NAMES_UNAVAILABLE"] = () => Check("names"),
        ["SECRET_EXPIRY_UNKNOWN"] = () => Check("secret-expiry"),

        // Answers
        ["EMPTY_ANSWER"] = Faulty(Fault.EmptyList, AzureCall.ListRoleAssignments),
        ["LIST_MOVED"] = () => Collect(a =>
        {
            // Of four readings the second and the fourth differ: the newest fault lets one pass and strikes once, then the older one does.
            a.Emulator.Faults.Set(Fault.MovingList, AzureCall.ListResourceGroups, FaultPage.Last, times: 1, after: 1);
            a.Emulator.Faults.Set(Fault.MovingList, AzureCall.ListResourceGroups, FaultPage.Last, times: 1, after: 1);
        }, emulator: new EmulatorOptions { PageSize = 2 }),
        ["NEXT_LINK_FOREIGN"] = Faulty(Fault.NextLinkForeignHost, AzureCall.ListResourceGroups),
        ["NEXT_LINK_REPEATED"] = Faulty(Fault.NextLinkLoop, AzureCall.ListResourceGroups),
        ["TOO_MANY_PAGES"] = TooManyPages,
        ["MALFORMED_ANSWER"] = Faulty(Fault.MalformedJson, AzureCall.ListResourceGroups),
        ["ANSWER_IS_A_PAGE"] = Faulty(Fault.HtmlWith200, AzureCall.ListResourceGroups),
        ["INCOMPLETE_ANSWER"] = Faulty(Fault.HalfBody, AzureCall.ListResourceGroups),
        ["ANSWER_TOO_LARGE"] = () => FindTenantThrough(new CannedProxy($"HTTP/1.1 200 OK\r\nContent-Length: {BodyReader.LargestBody + 1L}\r\n\r\n")),
        ["DUPLICATE_DIFFERS"] = Faulty(Fault.DuplicateItemChanged, AzureCall.ListResourceGroups),
        ["CLOCK_SKEW"] = Faulty(Fault.ClockSkewed, AzureCall.GetSubscription),
        ["API_VERSION_REFUSED"] = Canned(400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests."),
        ["UNEXPECTED_STATUS"] = Faulty(Fault.Redirect, AzureCall.ListResourceGroups),
        ["AZURE_UNKNOWN"] = Faulty(Fault.Status409, AzureCall.ListResourceGroups),

        // Network
        ["HOST_NOT_FOUND"] = () => Direct(new Uri("https://management.azure.invalid/")),
        ["CONNECTION_REFUSED"] = () => Direct(new Uri($"https://127.0.0.1:{ClosedPort()}/")),
        ["CONNECTION_TIMED_OUT"] = () => Collect(
            a => a.Emulator.Faults.Set(Fault.NeverAnswers, AzureCall.ListResourceGroups), with: o => o with { CallDeadline = TimeSpan.FromMilliseconds(300) }),
        ["CONNECTION_LOST"] = Faulty(Fault.ConnectionReset, AzureCall.ListResourceGroups),
        ["CANNOT_REACH"] = () => Task.FromResult(Explain(new TimeoutException(), new Uri("https://management.azure.com/"))),
        ["TLS_NOT_TRUSTED"] = () => FindTenantThrough(new CannedProxy(CannedProxy.Answer(200, "{}")), trust: false),
        ["TLS_FAILED"] = () => FindTenantThrough(new CannedProxy(answer: null)),
        ["PROXY_REFUSED"] = () => FindTenantThrough(new CannedProxy(answer: null, "HTTP/1.1 403 Forbidden")),
        ["PROXY_AUTHENTICATION"] = () => FindTenantThrough(new CannedProxy(answer: null, "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"")),
        ["PROXY_UNREACHABLE"] = () => FindTenant(new AzureConnectorOptions { Proxy = new Uri($"http://127.0.0.1:{ClosedPort()}"), FirstDelay = TimeSpan.FromMilliseconds(1) }),
        ["THROTTLED"] = () => Collect(a => a.Emulator.Faults.Set(Fault.Status429, AzureCall.ListResourceGroups, delay: TimeSpan.FromHours(1))),
        ["AZURE_UNAVAILABLE"] = Faulty(Fault.Status500, AzureCall.ListResourceGroups),
        ["SIGN_IN_UNAVAILABLE"] = Faulty(Fault.TransientSignIn, AzureCall.Token),
        ["DEADLINE_PASSED"] = () => Collect(
            a => a.Emulator.Faults.Set(Fault.NeverAnswers, AzureCall.ListResourceGroups), with: o => o with { SyncDeadline = TimeSpan.FromSeconds(1) }),
    };

    private static Func<Task<Failure>> SignInError(int code) => App(app => app with { SignInError = code });

    private static Func<Task<Failure>> App(Func<App, App> change) => () => Collect(a => a.World.Change(a.World.App(EmulatedAzure.Reader), change));

    private static Func<Task<Failure>> Faulty(Fault fault, AzureCall call) => () => Collect(a => a.Emulator.Faults.Set(fault, call));

    private static async Task<Failure> Collect(
        Action<EmulatedAzure>? arrange = null, World? world = null, EmulatorOptions? emulator = null,
        Func<AzureConnectorOptions, AzureConnectorOptions>? with = null, Func<EmulatedAzure, AzureCredential>? credential = null,
        Func<EmulatedAzure, AzureTarget>? target = null)
    {
        await using var azure = await EmulatedAzure.StartAsync(world, emulator, with);
        var (wanted, secret) = (azure.Target, azure.Secret);
        arrange?.Invoke(azure);
        var failed = await Assert.ThrowsAsync<CollectionFailedException>(() => azure.Connector.CollectAsync(
            target?.Invoke(azure) ?? wanted, credential?.Invoke(azure) ?? secret, TestContext.Current.CancellationToken));
        return failed.Failure;
    }

    // A connection that has a complete sync before things change.
    private static async Task<Failure> Later(Action<EmulatedAzure> change)
    {
        await using var azure = await EmulatedAzure.StartAsync();
        var (target, secret) = (azure.Target, azure.Secret);
        var before = await azure.CollectAsync();
        change(azure);
        var failed = await Assert.ThrowsAsync<CollectionFailedException>(() => azure.Connector.CollectAsync(target, secret, TestContext.Current.CancellationToken));
        return AzureErrors.WithHistory(failed.Failure, before.Reading.Observed!.From);
    }

    private static async Task<Failure> Check(string step, Action<EmulatedAzure>? arrange = null, World? world = null)
    {
        await using var azure = await EmulatedAzure.StartAsync(world);
        arrange?.Invoke(azure);
        await foreach (var done in azure.Connector.CheckAsync(azure.Target, azure.Secret, TestContext.Current.CancellationToken))
        {
            if (done.Id == step)
                return done.Failure ?? throw new InvalidOperationException($"The step {step} passed.");
        }

        throw new InvalidOperationException($"The check has no step {step}.");
    }

    private static Func<Task<Failure>> Canned(int status, string code, string message) => () =>
        FindTenantThrough(new CannedProxy(CannedProxy.Answer(status, $$"""{"error":{"code":"{{code}}","message":"{{message}}"} }""")));

    private static async Task<Failure> FindTenantThrough(CannedProxy proxy, bool trust = true)
    {
        await using (proxy)
        {
            return await FindTenant(new AzureConnectorOptions
            {
                Proxy = proxy.Address,
                TrustAnchors = trust ? new X509Certificate2Collection(proxy.Certificate) : [],
                FirstDelay = TimeSpan.FromMilliseconds(1),
                Attempts = 1,
            });
        }
    }

    private static async Task<Failure> FindTenant(AzureConnectorOptions options)
    {
        await using var connector = new AzureConnector(options);
        var failed = await Assert.ThrowsAsync<CollectionFailedException>(
            () => connector.FindTenantAsync(AzureCloud.Public, Guid.NewGuid(), TestContext.Current.CancellationToken));
        // Before anybody signed in there is no app and no tenant to name.
        return failed.Failure.With(new Dictionary<string, string> { ["tenantId"] = "common", ["objectId"] = "later", ["clientId"] = "later" });
    }

    // A token for Graph, shown to ARM.
    private static async Task<Failure> GraphTokenAtArm()
    {
        await using var azure = await EmulatedAzure.StartAsync();
        using var handler = new SocketsHttpHandler { Proxy = new WebProxy(azure.Emulator.Proxy) };
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(azure.Emulator.TrustAnchor);
        using var client = new HttpClient(handler);
        var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["client_id"] = azure.Secret.ClientId.ToString(),
            ["client_secret"] = azure.Secret.Secret,
            ["scope"] = "https://graph.microsoft.com/.default",
            ["grant_type"] = "client_credentials",
        });
        var signedIn = await client.PostAsync($"https://login.microsoftonline.com/{azure.Target.TenantId}/oauth2/v2.0/token", form, TestContext.Current.CancellationToken);
        using var token = JsonDocument.Parse(await signedIn.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.RootElement.GetProperty("access_token").GetString());
        var answer = await client.GetAsync(
            $"https://management.azure.com/subscriptions/{azure.Target.SubscriptionId}?api-version=2022-12-01", TestContext.Current.CancellationToken);
        var facts = AzureFacts.Of(azure.Target, azure.Secret.ClientId);
        facts["host"] = "management.azure.com";
        return ArmFailure.Classify(
            (int)answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken),
            answer.Headers.WwwAuthenticate.ToString(), null, facts);
    }

    private static async Task<Failure> UnknownCertificate()
    {
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=layer", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return await Collect(credential: a => new ClientCertificate(a.Secret.ClientId, certificate));
    }

    private static Task<Failure> UnreadableCertificate()
    {
        var refused = Assert.Throws<RefusedException>(() => OpenCredential.Of(
            Guid.NewGuid(), new SignIn(CredentialKind.Certificate, SecretText.From(Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.pem")))));
        return Task.FromResult(refused.Failure);
    }

    private static async Task<Failure> Federated(DateTimeOffset at, string? subject)
    {
        var world = EmulatedAzure.Company(tenant: t => t.App("pipeline", a => a.Federated("https://issuer.example", "system:serviceaccount:layer:layer")));
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.token");
        await File.WriteAllTextAsync(file, world.FederatedToken("pipeline", at, subject), TestContext.Current.CancellationToken);
        try
        {
            return await Collect(world: world, credential: a => new FederatedToken(a.World.App("pipeline").ClientId, file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static World WithRole(params string[] actions)
    {
        var world = EmulatedAzure.Company(role: "", more: s => s.CustomRole("narrow", actions));
        world.Grant(world.Subscription(EmulatedAzure.Prod).Scope, "narrow", EmulatedAzure.Reader);
        return world;
    }

    private static Task<Failure> PartialScope()
    {
        var world = EmulatedAzure.Company(role: "");
        world.GroupRoleReadsSubscription = true;
        world.RefusesListsSilently = true;
        world.Grant(world.ResourceGroup(EmulatedAzure.Prod, "rg-web").Id, "Reader", EmulatedAzure.Reader);
        return Collect(world: world);
    }

    private static Task<Failure> Lighthouse()
    {
        var world = EmulatedAzure.Company();
        var home = world.Subscription(EmulatedAzure.Prod).TenantId;
        world.Tenant($"customer-{Guid.NewGuid():n}", t => t.Subscription("delegated", s => s.ManagedBy(home).Grant("Reader", EmulatedAzure.Reader)));
        return Collect(world: world, target: a => new AzureTarget(AzureCloud.Public, a.World.Subscription("delegated").Id, home));
    }

    // The permissions API refuses, and the definition of the own role cannot be read either.
    private static Task<Failure> RightUnproven() => Collect(a =>
    {
        a.Emulator.Faults.Set(Fault.Status403, AzureCall.ListPermissions);
        a.Emulator.Faults.Set(Fault.EmptyList, AzureCall.ListRoleDefinitions);
        a.Emulator.Faults.Set(Fault.Status404, AzureCall.GetRoleDefinition);
    });

    private static Task<Failure> TooManyPages() => Collect(
        world: EmulatedAzure.Company(s =>
        {
            for (var i = 0; i < NextLink.MostPages; i++)
                s.ResourceGroup($"rg-{i}");
        }),
        emulator: new EmulatorOptions { PageSize = 1, Throttling = false });

    private static int ClosedPort()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        return port;
    }

    // The connector reaches only Azure's hosts, which a test must not: so a plain client meets the real error, and the connector's words for it are asked.
    private static async Task<Failure> Direct(Uri uri)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var client = new HttpClient(handler);
        var met = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(uri, TestContext.Current.CancellationToken));
        return Explain(met, uri);
    }

    private static Failure Explain(Exception met, Uri uri)
    {
        var platform = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new WebProxy();
        var peers = new Peers(new AzureConnectorOptions());
        HttpClient.DefaultProxy = platform;
        return Unreachable.Find(met, uri, peers)!.With(AzureFacts.Of(AzureCloud.Public));
    }
}
