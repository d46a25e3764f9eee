namespace Layer.Azure.Setup;

/// <summary>The roles as Bicep templates, deployed with az; names are derived, so a second deployment changes nothing.</summary>
internal static class BicepSetup
{
    private const string Location = "westeurope";

    private const string AssignReader = """
        cat > layer-reader.bicep <<'BICEP'
        targetScope = 'subscription'

        @description('Object ID of the service principal of Layer\'s app.')
        param principalId string

        var reader = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'acdd72a7-3385-48ef-bd42-f606fba81ae7')

        resource grant 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
          name: guid(subscription().id, principalId, reader)
          properties: {
            roleDefinitionId: reader
            principalId: principalId
            principalType: 'ServicePrincipal'
          }
        }
        BICEP
        """;

    private const string AssignCustom = """
        cat > layer-reader.bicep <<'BICEP'
        targetScope = 'subscription'

        @description('Object ID of the service principal of Layer\'s app.')
        param principalId string

        var role = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', guid(tenant().tenantId, 'axiom-layer-reader'))

        resource grant 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
          name: guid(subscription().id, principalId, role)
          properties: {
            roleDefinitionId: role
            principalId: principalId
            principalType: 'ServicePrincipal'
          }
        }
        BICEP
        """;

    public static string Render(SetupOrder order, SetupRole role) => string.Join('\n', Lines(order, role));

    private static IEnumerable<string> Lines(SetupOrder order, SetupRole role)
    {
        foreach (var line in AzureCliSetup.App(order))
            yield return line;
        if (role == SetupRole.Custom)
        {
            yield return AzureCliSetup.AllScopes;
            yield return Role(order);
            yield return $"az deployment sub create --name layer-role --subscription {order.Subscriptions[0]} --location {Location} --template-file layer-role.bicep -o none";
        }

        yield return role == SetupRole.Custom ? AssignCustom : AssignReader;
        foreach (var subscription in order.Subscriptions)
        {
            yield return $"az deployment sub create --name layer-reader --subscription {subscription} --location {Location} "
                + "--template-file layer-reader.bicep --parameters principalId=\"$OBJECT\" -o none";
        }

        foreach (var line in AzureCliSetup.Secret(order))
            yield return line;
    }

    // Deployed once, to the first subscription: the definition belongs to the tenant and names all scopes.
    private static string Role(SetupOrder order) => $$"""
        cat > layer-role.bicep <<'BICEP'
        targetScope = 'subscription'

        resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
          name: guid(tenant().tenantId, 'axiom-layer-reader')
          properties: {
            roleName: '{{LayerRole.Name}}'
            description: '{{LayerRole.Description}}'
            type: 'CustomRole'
            assignableScopes: [
        {{Indented(order.Subscriptions.Select(s => $"/subscriptions/{s}"), 6)}}
            ]
            permissions: [
              {
                actions: [
        {{Indented(LayerRole.Actions, 10)}}
                ]
                notActions: []
                dataActions: []
                notDataActions: []
              }
            ]
          }
        }
        BICEP
        """;

    private static string Indented(IEnumerable<string> texts, int spaces) =>
        string.Join('\n', texts.Select(text => $"{new string(' ', spaces)}'{text}'"));
}
