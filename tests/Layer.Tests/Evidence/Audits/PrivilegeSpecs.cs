using System.Text.Json;
using Layer.Evidence.Audits;

namespace Layer.Tests.Evidence.Audits;

public sealed class PrivilegeSpecs
{
    [Theory]
    [InlineData("""{"permissions":[{"actions":["*"],"notActions":[]}]}""", true)]
    [InlineData("""{"permissions":[{"actions":["*"],"notActions":["Microsoft.Authorization/*/Write","Microsoft.Authorization/*/Delete"]}]}""", true)]
    [InlineData("""{"permissions":[{"actions":["*/read"],"notActions":[]}]}""", false)]
    [InlineData("""{"permissions":[{"actions":["*/Write"],"notActions":[]}]}""", true)]
    [InlineData("""{"permissions":[{"actions":["Microsoft.Authorization/*"],"notActions":[]}]}""", true)]
    [InlineData("""{"permissions":[{"actions":["Microsoft.Authorization/*"],"notActions":["Microsoft.Authorization/*"]}]}""", false)]
    [InlineData("""{"permissions":[{"actions":["Microsoft.Authorization/*/read"],"notActions":[]}]}""", false)]
    [InlineData("""{"permissions":[{"actions":["Microsoft.Storage/storageAccounts/*"],"notActions":[]}]}""", true)]
    [InlineData("""{"permissions":[{"actions":["Microsoft.Storage/storageAccounts/*"],"notActions":["Microsoft.Storage/storageAccounts/listKeys/action"]}]}""", false)]
    [InlineData("""{"permissions":[{"actions":["Microsoft.Search/searchServices/listAdminKeys/action"],"notActions":[]}]}""", true)]
    [InlineData("""{"permissions":[{"actions":["Microsoft.Compute/virtualMachines/start/action"],"notActions":[]}]}""", false)]
    [InlineData("""{"permissions":[{"actions":["*/read"],"notActions":["*"]},{"actions":["*"],"notActions":[]}]}""", true)]
    [InlineData("""{"permissions":null}""", true)]
    [InlineData("""{}""", true)]
    public void A_role_is_privileged_by_what_it_grants(string facts, bool privileged)
    {
        using var json = JsonDocument.Parse(facts);

        Assert.Equal(privileged, Privilege.IsGrantedBy(json.RootElement));
    }
}
