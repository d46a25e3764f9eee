namespace Layer.AzureEmulator;

/// <summary>The calls an emulator answers; faults are set per call.</summary>
public enum AzureCall
{
    /// <summary>Anything it knows no name for.</summary>
    Other,
    /// <summary>POST …/oauth2/v2.0/token.</summary>
    Token,
    /// <summary>GET …/.well-known/openid-configuration.</summary>
    OpenIdConfiguration,
    /// <summary>GET …/common/discovery/instance.</summary>
    InstanceDiscovery,
    /// <summary>GET of a subscription without a token: the tenant discovery.</summary>
    DiscoverTenant,
    /// <summary>GET of a subscription.</summary>
    GetSubscription,
    /// <summary>GET of all subscriptions.</summary>
    ListSubscriptions,
    /// <summary>GET of all resource groups.</summary>
    ListResourceGroups,
    /// <summary>GET of one resource group.</summary>
    GetResourceGroup,
    /// <summary>GET of role assignments, unfiltered or atScope().</summary>
    ListRoleAssignments,
    /// <summary>GET of role assignments of one principal: assignedTo() or principalId eq.</summary>
    ListOwnRoleAssignments,
    /// <summary>GET of one role assignment.</summary>
    GetRoleAssignment,
    /// <summary>GET of role definitions.</summary>
    ListRoleDefinitions,
    /// <summary>GET of role definitions with type eq 'CustomRole'.</summary>
    ListCustomRoleDefinitions,
    /// <summary>GET of one role definition.</summary>
    GetRoleDefinition,
    /// <summary>GET of the caller's own permissions.</summary>
    ListPermissions,
    /// <summary>GET of a management group.</summary>
    GetManagementGroup,
    /// <summary>GET of /metadata/endpoints.</summary>
    CloudMetadata,
    /// <summary>POST of Graph's directoryObjects/getByIds.</summary>
    GetDirectoryObjects,
    /// <summary>GET of a Graph application.</summary>
    GetApplication,
    /// <summary>GET of Graph service principals.</summary>
    ListServicePrincipals,
    /// <summary>GET of a managed identity's token.</summary>
    ManagedIdentityToken,
}
