namespace Layer.Azure.Setup;

/// <summary>What a person runs the setup with.</summary>
public enum SetupTool
{
    /// <summary>az, in a POSIX shell; Cloud Shell has both.</summary>
    AzureCli,

    /// <summary>Bicep for the roles; the app comes from az, because Bicep alone cannot make one.</summary>
    Bicep,

    /// <summary>Terraform with the azurerm and azuread providers.</summary>
    Terraform,
}

/// <summary>The role Layer's app gets on each subscription.</summary>
public enum SetupRole
{
    /// <summary>Azure's built-in Reader.</summary>
    Reader,

    /// <summary>A custom role with the five actions Layer uses.</summary>
    Custom,
}

/// <summary>The subscriptions to give Layer's app access to.</summary>
/// <param name="Subscriptions">At least one; the first is the one the printed credentials name.</param>
/// <param name="Cloud">The cloud of all of them.</param>
/// <param name="ClientId">An app registration that exists and signs in already; then only its roles are set up. Null makes a new one.</param>
public sealed record SetupOrder(IReadOnlyList<Guid> Subscriptions, AzureCloud Cloud = AzureCloud.Public, Guid? ClientId = null);
