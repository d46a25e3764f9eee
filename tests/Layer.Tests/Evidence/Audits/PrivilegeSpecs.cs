using System.Text;
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
    [InlineData("""{"permissions":[{"actions":["*/write"],"notActions":["*/write"]}]}""", false)]
    [InlineData("""{"permissions":[{"actions":["*/delete"],"notActions":["Microsoft.Authorization/*"]}]}""", true)]
    [InlineData("""{"permissions":[{"actions":["*/action"]}]}""", true)]
    [InlineData("""{"permissions":[{"actions":["*/write","*/read"],"notActions":["*"]}]}""", false)]
    [InlineData("""{"permissions":[{"actions":["Microsoft.Authorization/*/write"],"notActions":["Microsoft.Authorization/roleAssignments/*"]}]}""", true)]
    [InlineData("""{"permissions":[{"actions":["Microsoft.Authorization/*/write"],"notActions":["microsoft.authorization/ROLE*/write"]}]}""", false)]
    [InlineData("""{"permissions":[{"actions":["Microsoft.X/y/listSecretsAndKeys/action"]}]}""", true)]
    [InlineData("""{"permissions":[{"actions":["Microsoft.X/y/listKeysNow/action"]}]}""", false)]
    [InlineData("""{"permissions":[{"actions":["Microsoft.X/y/list2Keys/action"]}]}""", false)]
    [InlineData("""{"permissions":[{"actions":["Microsoft.X/y/blacklistKeys/action"]}]}""", false)]
    [InlineData("""{"permissions":[{"actions":["Microsoft.X/y/LISTACCOUNTSAS/ACTION"]}]}""", true)]
    [InlineData("""{"permissions":[{"actions":["Microsoft.X/y/listConnectionStrings/action"],"notActions":["Microsoft.X/*/ListConnectionStrings/Action"]}]}""", false)]
    [InlineData("""{"permissions":[{"actions":["Microsoft.X/y/listKeys/action\n"]}]}""", false)]
    [InlineData("""{"permissions":[{"actions":["Microsoft.X/y/list*/action"]}]}""", false)]
    [InlineData("""{"permissions":[{"actions":["Microsoft.Storage/storageAccounts/list*/action"]}]}""", true)]
    [InlineData("""{"permissions":[{"actions":["Microsoft.Storage/storageAccounts/list????/action"]}]}""", false)]
    [InlineData("""{"permissions":[{"actions":["listKeys/action"]}]}""", false)]
    [InlineData("""{"permissions":[{"actions":[],"dataActions":["*"]}]}""", false)]
    [InlineData("""{"permissions":[{"actions":null,"notActions":null}]}""", false)]
    [InlineData("""{"permissions":[{"actions":"*/read"}]}""", true)]
    [InlineData("""{"permissions":[{"actions":["*/read",7]}]}""", true)]
    [InlineData("""{"permissions":[null]}""", true)]
    [InlineData("""{"permissions":[]}""", false)]
    [InlineData("""[]""", true)]
    [InlineData("""{"permissions":null}""", true)]
    [InlineData("""{}""", true)]
    public void A_role_is_privileged_by_what_it_grants(string facts, bool privileged)
    {
        using var json = JsonDocument.Parse(facts);

        Assert.Equal(privileged, Privilege.IsGrantedBy(json.RootElement));
    }

    [Fact]
    public void Of_all_built_in_roles_of_Azure_exactly_these_are_privileged()
    {
        using var recording = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Find("recordings", "arm-list-role-definitions-200.json")));
        var roles = recording.RootElement.GetProperty("response").GetProperty("body").GetProperty("value").EnumerateArray()
            .Select(role => role.GetProperty("properties")).Where(role => role.GetProperty("type").GetString() == "BuiltInRole").ToList();

        var names = roles.Where(Privilege.IsGrantedBy).Select(role => role.GetProperty("roleName").GetString()).Order(StringComparer.Ordinal);

        Assert.Equal(484, roles.Count);
        Golden.Compare("privileged-built-in-roles.txt", Encoding.UTF8.GetBytes(string.Join('\n', names) + "\n"));
    }
}
