using System.Text;

namespace Layer.Azure.Setup;

/// <summary>What to run in Azure so that Layer can read: text to copy, with nothing left to fill in.</summary>
public static class SetupText
{
    /// <summary>Every tool and role, with a heading for each.</summary>
    public static string Render(SetupOrder order)
    {
        var text = new StringBuilder();
        foreach (var tool in Enum.GetValues<SetupTool>())
        {
            foreach (var role in Enum.GetValues<SetupRole>())
                text.Append($"# {Heading(tool)}, {Heading(role)}\n\n{Render(order, tool, role)}\n\n");
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    /// <summary>One tool and role; without a heading and without a line break at the end.</summary>
    /// <exception cref="ArgumentException">No subscription.</exception>
    public static string Render(SetupOrder order, SetupTool tool, SetupRole role)
    {
        if (order.Subscriptions.Count == 0)
            throw new ArgumentException("At least one subscription is needed.", nameof(order));
        return tool switch
        {
            SetupTool.Bicep => BicepSetup.Render(order, role),
            SetupTool.Terraform => TerraformSetup.Render(order, role),
            _ => AzureCliSetup.Render(order, role),
        };
    }

    private static string Heading(SetupTool tool) => tool switch
    {
        SetupTool.Bicep => "Bicep",
        SetupTool.Terraform => "Terraform",
        _ => "az (Cloud Shell has it)",
    };

    private static string Heading(SetupRole role) => role == SetupRole.Custom ? $"custom role “{LayerRole.Name}” (five actions)" : "built-in role Reader";
}
