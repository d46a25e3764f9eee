using Layer.AzureEmulator.Arm;
using Layer.AzureEmulator.Entra;
using Layer.AzureEmulator.Faults;
using Layer.AzureEmulator.Graph;
using Layer.AzureEmulator.Proxy;
using Microsoft.AspNetCore.Http;

namespace Layer.AzureEmulator;

/// <summary>From a request to its answer on the wire: the host chooses the endpoint, a fault may change the answer, the log keeps it.</summary>
internal sealed class Hosts
{
    private readonly EmulatorOptions _options;
    private readonly LoginHost _login;
    private readonly ArmHost _arm;
    private readonly GraphHost _graph;
    private readonly ManagedIdentityEndpoint _identities;
    private readonly AnswerWriter _writer;

    public Hosts(World world, EmulatorOptions options)
    {
        _options = options;
        var signer = new TokenSigner(options);
        var answers = new EntraAnswers(options);
        _login = new LoginHost(world, new TokenEndpoint(world, options, signer, answers), answers);
        _arm = new ArmHost(world, options);
        _graph = new GraphHost(world, options);
        _identities = new ManagedIdentityEndpoint(world, options, signer);
        _writer = new AnswerWriter(options);
    }

    public RequestLog Requests { get; } = new();

    public FaultPlan Faults { get; } = new();

    public async Task AnswerAsync(HttpContext context)
    {
        var ct = context.RequestAborted;
        if (_options.Latency > TimeSpan.Zero)
            await Task.Delay(_options.Latency, EmulatorOptions.RealTime, ct);
        var (kind, cloud) = PublicHosts.Find(context.Request.Host.Host);
        var exchange = new Exchange(context.Request, cloud);
        var answer = kind switch
        {
            HostKind.Login => await _login.AnswerAsync(exchange, ct),
            HostKind.Arm => _arm.Answer(exchange),
            HostKind.Graph => await _graph.AnswerAsync(exchange, ct),
            HostKind.InstanceMetadata => _identities.Answer(exchange),
            _ => ArmErrors.NotFound(exchange.Path),
        };
        var fault = Faults.Take(answer.Call, answer.Page, answer.Pages, answer.Client);
        if (fault is not null)
            FaultyAnswer.Apply(answer, fault, kind, exchange, _options.Clock.GetUtcNow());
        await _writer.WriteAsync(context, answer, Log, ct);

        void Log(long bytes) => Requests.Add(new AnsweredRequest(
            _options.Clock.GetUtcNow(), exchange.Method, context.Request.Host.Host, context.Request.Path.ToUriComponent() + context.Request.QueryString.ToUriComponent(),
            answer.Call, answer.Status, answer.Client, answer.Page, fault?.Fault)
        {
            UserAgent = exchange.Header("User-Agent") ?? "",
            Bytes = bytes,
        });
    }
}
