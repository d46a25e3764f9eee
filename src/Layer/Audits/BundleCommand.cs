using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Layer.Audits.Documents;
using Layer.Azure.RawPages;
using Layer.Cli;
using Layer.Evidence;
using Layer.Evidence.Audits;
using Layer.Evidence.Canonical;
using Layer.Evidence.Log;
using Layer.Operations;
using Layer.Remote;
using Layer.Syncing;

namespace Layer.Audits;

/// <summary><c>layer audit bundle</c>.</summary>
internal static class BundleCommand
{
    public static Command Create(LayerApp app)
    {
        var window = new Option<AuditWindow?>("--window")
        {
            Description = "UTC days, TO not included", HelpName = "FROM..TO", Required = true,
            CustomParser = result => TextOptions.Window(result, app.Clock),
        };
        var file = new Option<string>("--out") { Description = "the zip file to make; there must be none of this name", HelpName = "FILE", Required = true };
        var raw = new Option<bool>("--raw") { Description = "add the kept pages of Azure's answers, so that everything can be derived again" };
        var names = new Option<bool>("--with-names") { Description = "add what principals are called, as far as it was looked up" };
        var checkpoint = new Option<long?>("--checkpoint")
        {
            Description = "lead to the signed checkpoint of this size; without it, to the smallest one that holds the window", HelpName = "SIZE",
            CustomParser = result =>
            {
                if (long.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0)
                    return size;
                result.AddError($"--checkpoint: '{result.Tokens[0].Value}' is not a size. Allowed: a number of leaves from 1 on.");
                return null;
            },
        };
        var output = OutputOption.Create();
        var command = new Command("bundle", "Make one signed file that an auditor can check without us.") { window, file, raw, names, checkpoint, output };
        app.AlsoOverServer(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(
            app,
            new BundleRequest(parsed.GetRequiredValue(window)!.Value, parsed.GetRequiredValue(file), parsed.GetValue(raw), parsed.GetValue(names), parsed.GetValue(checkpoint)),
            parsed.GetValue(output), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(LayerApp app, BundleRequest request, OutputForm form, CancellationToken cancellationToken)
    {
        if (await app.FindServerAsync(cancellationToken) is { } server)
        {
            var (fetched, made) = await FetchAsync(app, server, request, cancellationToken);
            return Tell(app.Terminal, request, fetched, made, form);
        }

        if (await app.FindReadableAsync(cancellationToken) is not var (readable, workspace))
            return SyncCommand.NothingConnected(app, form, ExitCode.Error);
        await readable.DisposeAsync();
        var today = DateOnly.FromDateTime(app.Clock.GetUtcNow().UtcDateTime);
        if (request.Window.From > today)
            throw new RefusedException("WINDOW_NOT_BEGUN", ("window", $"{request.Window}"), ("today", Day.Format(today)));
        SayOpen(app, request.Window);
        await using var layer = await app.OpenAsync(withKeys: true, cancellationToken);
        Bundle bundle;
        using (var progress = new ProgressLine(app.Terminal, app.Clock))
            bundle = await new BundleBuilder(layer.Database, layer.Ledger, workspace, DerivedObservations.Of, progress.Show).RunAsync(request, cancellationToken);
        var outcome = new MadeBundle(bundle.File, bundle.Bytes, bundle.Sha256, bundle.Checkpoint.Size, bundle.Checkpoint.Root, bundle.Keys, bundle.Coverage, bundle.Verdict.LastLine);
        return Tell(app.Terminal, request, outcome, workspace.Sample, form);
    }

    // The server makes it, as it has the keys; it is fetched under another name and put into its place when it is the one that was made.
    private static async Task<(MadeBundle Bundle, bool Sample)> FetchAsync(LayerApp app, RemoteServer server, BundleRequest request, CancellationToken cancellationToken)
    {
        var sample = server.Read(() => app.WorkspaceOfServer.GetProperty("sample").GetBoolean());
        SayOpen(app, request.Window);
        using var file = BundleFile.Create(request.File);
        var here = $"/v1/audits/{request.Window}/bundles";
        var body = new JsonObject { ["raw"] = request.Raw, ["names"] = request.WithNames, ["checkpoint"] = request.Checkpoint };
        JsonElement operation;
        using (var progress = new ProgressLine(app.Terminal, app.Clock))
        {
            operation = await server.RunAsync(here, body, told =>
            {
                if (told.Text("type") == "writing")
                    progress.Show(told.Count("done"), told.Count("of"), told.Text("what"));
            }, cancellationToken);
        }

        if (server.FailureOf(operation) is { } failure)
            throw new RefusedException(failure);
        await server.DownloadAsync($"{here}/{server.Text(operation, "id")}/file", file.Stream, cancellationToken);
        var (bytes, sha256) = file.Hash();
        return server.Read(() =>
        {
            var made = operation.GetProperty("result");
            if (made.GetProperty("bytes").GetInt64() != bytes || made.Text("sha256") != sha256.ToString())
                throw new FormatException("the bundle that came is not the one that was made");
            var bundle = new MadeBundle(
                Path.GetFullPath(request.File), bytes, sha256, made.GetProperty("checkpoint").GetInt64(), Digest.Parse(made.Text("root")),
                [.. made.GetProperty("keys").EnumerateArray().Select(key => VerificationKey.Parse(key.GetString()!))], made.Text("coverage"), made.Text("verdict"));
            file.Finish();
            return (bundle, sample);
        });
    }

    private static void SayOpen(LayerApp app, AuditWindow window)
    {
        var today = DateOnly.FromDateTime(app.Clock.GetUtcNow().UtcDateTime);
        if (window.To > today && window.From <= today)
            app.Terminal.Say(app.Terminal.ErrorInk.Caution($"The window is not over: it ends on {Period.Of(window.To.AddDays(-1))}, and no day from {Period.Of(today)} on is known to be over."));
    }

    private static int Tell(Terminal terminal, BundleRequest request, MadeBundle bundle, bool sample, OutputForm form)
    {
        if (form == OutputForm.Json)
            WriteJson(terminal, request, bundle, sample);
        else
            Write(terminal, request, bundle, sample);
        return ExitCode.Done;
    }

    private sealed record MadeBundle(string File, long Bytes, Digest Sha256, long Checkpoint, Digest Root, IReadOnlyList<VerificationKey> Keys, string Coverage, string Verdict);

    private static void Write(Terminal terminal, BundleRequest request, MadeBundle bundle, bool sample)
    {
        var (output, ink) = (terminal.Out, terminal.OutInk);
        output.WriteLine(ink.Strong($"{Period.Of(request.Window)}{(sample ? "  SAMPLE" : "")}"));
        Row("file", SafeText.ForTerminal(bundle.File));
        Row("size", $"{bundle.Bytes.ToString("N0", CultureInfo.InvariantCulture)} bytes");
        Row("SHA-256", bundle.Sha256.ToString());
        Row("checkpoint", $"{bundle.Checkpoint} leaves, root {bundle.Root}");
        Row("coverage", bundle.Coverage);
        Row("checked", bundle.Verdict);
        foreach (var key in bundle.Keys)
            Row("fingerprint", key.Fingerprint);
        output.WriteLine();
        output.WriteLine($"Give the file to the auditor, and the fingerprint by another way. What they run: {ink.Accent($"layer verify {Path.GetFileName(bundle.File)}")}");
        output.Flush();

        void Row(string name, string value) => output.WriteLine($"{ink.Quiet(name.PadRight(13))} {value}");
    }

    private static void WriteJson(Terminal terminal, BundleRequest request, MadeBundle bundle, bool sample) => Json.Write(terminal.Out, terminal.OutIsTerminal, json =>
    {
        json.WriteStartObject();
        json.WriteString("file", bundle.File);
        json.WriteNumber("bytes", bundle.Bytes);
        json.WriteString("sha256", bundle.Sha256.ToString());
        json.WriteString("window", $"{request.Window}");
        json.WriteNumber("checkpoint", bundle.Checkpoint);
        json.WriteString("root", bundle.Root.ToString());
        json.WriteString("coverage", bundle.Coverage);
        json.WriteString("verdict", bundle.Verdict);
        json.WriteStartArray("keys");
        foreach (var key in bundle.Keys)
            json.WriteStringValue(key.ToString());
        json.WriteEndArray();
        json.WriteBoolean("sample", sample);
        json.WriteEndObject();
    });
}
