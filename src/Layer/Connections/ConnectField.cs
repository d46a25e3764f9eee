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

/// <summary>The fields as a person reads them.</summary>
internal static class ConnectFieldName
{
    public static string Of(ConnectField field) => field switch
    {
        ConnectField.SubscriptionId => "Subscription ID",
        ConnectField.ClientId => "Client ID",
        ConnectField.TenantId => "Tenant ID",
        ConnectField.Cloud => "Cloud",
        ConnectField.Secret => "Client secret",
        ConnectField.CertificatePath => "Certificate",
        ConnectField.FederatedTokenFile => "Federated token file",
        _ => "Managed identity",
    };
}
