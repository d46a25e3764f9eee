namespace Layer.Connections;

/// <summary>What a person gives to connect a subscription.</summary>
internal enum ConnectField
{
    SubscriptionId,
    ClientId,
    TenantId,
    Cloud,
    Secret,
    CertificatePath,
    FederatedTokenFile,
    ManagedIdentity,
}
