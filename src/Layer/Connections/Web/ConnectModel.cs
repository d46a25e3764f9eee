using Layer.Azure.Setup;
using Layer.Evidence.Collecting;

namespace Layer.Connections.Web;

/// <summary>What the form of Connect shows.</summary>
/// <param name="Form">What was typed so far.</param>
/// <param name="How">Which way to make the app registration: <c>az</c>, <c>bicep</c>, <c>terraform</c>, <c>portal</c>, <c>no-secret</c>.</param>
/// <param name="Role">The role it is given.</param>
/// <param name="TenantFound">The tenant that Azure named; null when it was not asked or did not.</param>
/// <param name="Problems">Everything that is wrong with it.</param>
/// <param name="Failure">What refused it, as a card.</param>
internal sealed record ConnectModel(ConnectForm Form, string How, SetupRole Role, Guid? TenantFound, IReadOnlyList<string> Problems, Failure? Failure = null)
{
    public static IReadOnlyList<(string Id, string Name)> Ways { get; } = [("az", "az"), ("bicep", "Bicep"), ("terraform", "Terraform"), ("portal", "Portal"), ("no-secret", "No secret")];

    /// <summary>What to run, with nothing left to fill in; null while the subscription is not known or where there is nothing to run.</summary>
    public string? Command => Form.Order is not { } order ? null : How switch
    {
        "az" => SetupText.Render(order, SetupTool.AzureCli, Role),
        "bicep" => SetupText.Render(order, SetupTool.Bicep, Role),
        "terraform" => SetupText.Render(order, SetupTool.Terraform, Role),
        _ => null,
    };
}
