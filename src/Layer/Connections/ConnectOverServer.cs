using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Layer.Cli;
using Layer.Remote;
using Layer.Syncing;

namespace Layer.Connections;

/// <summary>What is to be connected.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Request">How to sign in; null with a credential that a server has stored.</param>
/// <param name="Credential">The name of that credential; else null.</param>
/// <param name="Subscription">The subscription to read.</param>
/// <param name="Wait">How long a role may take to spread.</param>
/// <param name="SaveAnyway">Whether it is saved although a needed check fails.</param>
internal sealed record ConnectOrder(string Name, ConnectRequest? Request, string? Credential, Guid Subscription, TimeSpan Wait, bool SaveAnyway);

/// <summary><c>layer connect azure</c> over a server, which checks, saves and reads. A sign-in by a file stays on its machine.</summary>
internal sealed class ConnectOverServer(LayerApp app, RemoteServer server, OutputForm form)
{
    public async Task<int> RunAsync(ConnectOrder? order, CancellationToken cancellationToken)
    {
        if (order is null)
            return ExitCode.Usage;
        if (order.Request?.SignIn.Kind is CredentialKind.Certificate or CredentialKind.Federated)
            return UsageProblems.Print(app.Terminal, ["A certificate or token file of this machine cannot be read by a server, and is not sent. Connect it where the server runs, or use a client secret."], "layer connect azure");
        var report = new ConnectReport(app, order.Name, form);
        var (sync, saved) = ((SyncResult?)null, false);
        var operation = await server.RunAsync("/v1/connections", BodyOf(order), Told, cancellationToken);
        if (report.Ended(sync, server.FailureOf(operation), saved) is { } code)
            return code;
        return sync is { Failure: null } ? report.Done(andVerify: false) : throw server.NotUnderstood("it connected without a first reading");

        void Told(JsonElement happened)
        {
            switch (happened.Text("type"))
            {
                case "tenant":
                    report.TenantFound(happened.Id("tenantId"));
                    break;
                case "checked":
                    report.Checked(CheckStepJson.Read(happened));
                    break;
                case "waiting":
                    report.Waiting(happened.FailureOrNull("failure") ?? throw server.NotUnderstood("it waits for nothing"), UntilOf(happened) - app.Clock.GetUtcNow());
                    break;
                case "saved":
                    saved = true;
                    report.Saved();
                    break;
                case "synced":
                    sync = SyncResult.Read(happened.GetProperty("sync"));
                    break;
            }
        }
    }

    private static DateTimeOffset UntilOf(JsonElement waiting) => DateTimeOffset.Parse(waiting.Text("until"), CultureInfo.InvariantCulture);

    private static JsonObject BodyOf(ConnectOrder order)
    {
        var body = new JsonObject
        {
            ["name"] = order.Name, ["subscriptionId"] = order.Subscription.ToString(), ["wait"] = $"{(int)order.Wait.TotalSeconds}s", ["saveAnyway"] = order.SaveAnyway,
        };
        if (order.Request is not { } request)
        {
            body["credential"] = order.Credential;
            return body;
        }

        if (request.ClientId != Guid.Empty)
            body["clientId"] = request.ClientId.ToString();
        if (request.TenantId is { } tenant)
            body["tenantId"] = tenant.ToString();
        body["cloud"] = CloudName.Of(request.Cloud);
        var (field, value) = request.SignIn.Kind switch
        {
            CredentialKind.Secret => ("secret", (JsonNode?)request.SignIn.Value!.Reveal()),
            _ => ("managedIdentity", true),
        };
        body[field] = value;
        return body;
    }
}
