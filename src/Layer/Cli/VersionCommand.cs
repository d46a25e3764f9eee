using System.CommandLine;
using System.Reflection;

namespace Layer.Cli;

internal static class VersionCommand
{
    /// <summary>Version and commit, e.g. <c>0.1.0+3f649fc5f1ab…</c>.</summary>
    public static string Text => typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static Command Create(LayerApp app)
    {
        var output = OutputOption.Create();
        var command = new Command("version", "Print the version and the commit it was built from.") { output };
        command.SetAction(parsed =>
        {
            var (version, commit) = Read();
            if (parsed.GetValue(output) == OutputForm.Json)
            {
                Json.Write(app.Terminal.Out, app.Terminal.OutIsTerminal, json =>
                {
                    json.WriteStartObject();
                    json.WriteString("version", version);
                    json.WriteString("commit", commit);
                    json.WriteEndObject();
                });
            }
            else
            {
                app.Terminal.Out.WriteLine(commit is null ? $"layer {version}" : $"layer {version} ({commit[..Math.Min(commit.Length, 12)]})");
                app.Terminal.Out.Flush();
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static (string Version, string? Commit) Read()
    {
        var text = Text;
        var plus = text.IndexOf('+');
        return plus < 0 ? (text, null) : (text[..plus], text[(plus + 1)..]);
    }
}
