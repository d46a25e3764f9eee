using System.CommandLine;
using Layer.Azure;
using Layer.Azure.Setup;
using Layer.Cli;

namespace Layer.Connections;

/// <summary><c>layer azure setup</c>.</summary>
internal static class AzureSetupCommand
{
    public static Command Create(LayerApp app)
    {
        var subscriptions = new Option<Guid[]>("--subscription")
        {
            Description = "a subscription id; once for each", HelpName = "ID", Required = true, Arity = ArgumentArity.OneOrMore,
            CustomParser = result =>
            {
                var ids = new List<Guid>();
                foreach (var token in result.Tokens)
                {
                    if (Guid.TryParseExact(token.Value, "D", out var id) && id != Guid.Empty)
                        ids.Add(id);
                    else
                        result.AddError($"--subscription: '{token.Value}' is not an id. Write it like 12345678-1234-1234-1234-123456789abc.");
                }

                return [.. ids];
            },
        };
        var cloud = new Option<AzureCloud>("--cloud")
        {
            Description = CloudName.Allowed, HelpName = "CLOUD",
            CustomParser = result =>
            {
                if (!CloudName.TryParse(result.Tokens[0].Value, out var named))
                    result.AddError($"--cloud: '{result.Tokens[0].Value}' is no cloud. Allowed: {CloudName.Allowed}.");
                return named;
            },
        };
        var tool = Choice<SetupTool>("--tool", new(StringComparer.Ordinal) { ["az"] = SetupTool.AzureCli, ["bicep"] = SetupTool.Bicep, ["terraform"] = SetupTool.Terraform });
        var role = Choice<SetupRole>("--role", new(StringComparer.Ordinal) { ["reader"] = SetupRole.Reader, ["custom"] = SetupRole.Custom });
        var setup = new Command("setup", "Print what to run in Azure so that Layer can read, with Reader or a five-action role.") { subscriptions, tool, role, cloud };
        setup.SetAction(parsed =>
        {
            var order = new SetupOrder([.. parsed.GetRequiredValue(subscriptions).Distinct()], parsed.GetValue(cloud));
            app.Terminal.Out.Write(parsed.GetValue(tool) is null && parsed.GetValue(role) is null
                ? SetupText.Render(order)
                : SetupText.Render(order, parsed.GetValue(tool) ?? SetupTool.AzureCli, parsed.GetValue(role) ?? SetupRole.Reader) + "\n");
            app.Terminal.Out.Flush();
            return ExitCode.Done;
        });
        return new Command("azure", "Prepare Azure for Layer.") { setup };
    }

    private static Option<T?> Choice<T>(string name, Dictionary<string, T> choices)
        where T : struct =>
        new(name)
        {
            Description = $"{string.Join(", ", choices.Keys)}; without it all are printed", HelpName = name[2..].ToUpperInvariant(),
            CompletionSources = { _ => choices.Keys },
            CustomParser = result =>
            {
                if (choices.TryGetValue(result.Tokens[0].Value, out var chosen))
                    return chosen;
                result.AddError($"{name}: '{result.Tokens[0].Value}' is not known. Allowed: {string.Join(", ", choices.Keys)}.");
                return null;
            },
        };
}
