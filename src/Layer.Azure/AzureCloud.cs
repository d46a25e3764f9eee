namespace Layer.Azure;

/// <summary>The separate Azure clouds; an app registration and a subscription live in exactly one.</summary>
public enum AzureCloud
{
    /// <summary>Azure, worldwide.</summary>
    Public,

    /// <summary>Azure US Government.</summary>
    UsGovernment,

    /// <summary>Azure China, operated by 21Vianet.</summary>
    China,
}
