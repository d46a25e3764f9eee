using System.CommandLine;
using System.Globalization;
using Layer.Audits.Documents;
using Layer.Azure.RawPages;
using Layer.Cli;
using Layer.Evidence.Audits;
using Layer.Evidence.Canonical;
using Layer.Operations;
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
        command.SetAction((parsed, cancellationToken) => RunAsync(
            app,
            new BundleRequest(parsed.GetRequiredValue(window)!.Value, parsed.GetRequiredValue(file), parsed.GetValue(raw), parsed.GetValue(names), parsed.GetValue(checkpoint)),
            parsed.GetValue(output), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(LayerApp app, BundleRequest request, OutputForm form, CancellationToken cancellationToken)
    {
        if (await app.FindReadableAsync(cancellationToken) is not var (readable, workspace))
            return SyncCommand.NothingConnected(app, form, ExitCode.Error);
        await readable.DisposeAsync();
        var today = DateOnly.FromDateTime(app.Clock.GetUtcNow().UtcDateTime);
        if (request.Window.From > today)
            throw new RefusedException("WINDOW_NOT_BEGUN", ("window", $"{request.Window}"), ("today", Day.Format(today)));
        if (request.Window.To > today)
            app.Terminal.Say(app.Terminal.ErrorInk.Caution($"The window is not over: it ends on {Period.Of(request.Window.To.AddDays(-1))}, and no day from {Period.Of(today)} on is known to be over."));

        await using var layer = await app.OpenAsync(withKeys: true, cancellationToken);
        Bundle bundle;
        using (var progress = new ProgressLine(app.Terminal, app.Clock))
            bundle = await new BundleBuilder(layer.Database, layer.Ledger, workspace, DerivedObservations.Of, progress.Show).RunAsync(request, cancellationToken);
        if (form == OutputForm.Json)
            WriteJson(app.Terminal, request, bundle, workspace.Sample);
        else
            Write(app.Terminal, request, bundle, workspace.Sample);
        return ExitCode.Done;
    }

    private static void Write(Terminal terminal, BundleRequest request, Bundle bundle, bool sample)
    {
        var (output, ink) = (terminal.Out, terminal.OutInk);
        output.WriteLine(ink.Strong($"{Period.Of(request.Window)}{(sample ? "  SAMPLE" : "")}"));
        Row("file", SafeText.ForTerminal(bundle.File));
        Row("size", $"{bundle.Bytes.ToString("N0", CultureInfo.InvariantCulture)} bytes");
        Row("SHA-256", bundle.Sha256.ToString());
        Row("checkpoint", $"{bundle.Checkpoint.Size} leaves, root {bundle.Checkpoint.Root}");
        Row("coverage", bundle.Coverage);
        Row("checked", bundle.Verdict.LastLine);
        foreach (var key in bundle.Keys)
            Row("fingerprint", key.Fingerprint);
        output.WriteLine();
        output.WriteLine($"Give the file to the auditor, and the fingerprint by another way. What they run: {ink.Accent($"layer verify {Path.GetFileName(bundle.File)}")}");
        output.Flush();

        void Row(string name, string value) => output.WriteLine($"{ink.Quiet(name.PadRight(13))} {value}");
    }

    private static void WriteJson(Terminal terminal, BundleRequest request, Bundle bundle, bool sample) => Json.Write(terminal.Out, terminal.OutIsTerminal, json =>
    {
        json.WriteStartObject();
        json.WriteString("file", bundle.File);
        json.WriteNumber("bytes", bundle.Bytes);
        json.WriteString("sha256", bundle.Sha256.ToString());
        json.WriteString("window", $"{request.Window}");
        json.WriteNumber("checkpoint", bundle.Checkpoint.Size);
        json.WriteString("root", bundle.Checkpoint.Root.ToString());
        json.WriteString("coverage", bundle.Coverage);
        json.WriteString("verdict", bundle.Verdict.LastLine);
        json.WriteStartArray("keys");
        foreach (var key in bundle.Keys)
            json.WriteStringValue(key.ToString());
        json.WriteEndArray();
        json.WriteBoolean("sample", sample);
        json.WriteEndObject();
    });
}
