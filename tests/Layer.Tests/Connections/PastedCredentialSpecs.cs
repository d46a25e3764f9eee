using Layer.Connections;

namespace Layer.Tests.Connections;

public sealed class PastedCredentialSpecs
{
    private const string Subscription = "11111111-2222-4333-8444-555555555555";
    private const string Client = "66666666-7777-4888-8999-000000000000";
    private const string Tenant = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
    private const string Secret = "Ab3~c.d-e_f=\"g#1";

    public static TheoryData<string, string> Forms => new()
    {
        { "az ad sp create-for-rbac", $$"""
            {
              "appId": "{{Client}}",
              "displayName": "Axiom Layer — Azure",
              "password": "Ab3~c.d-e_f=\"g#1",
              "tenant": "{{Tenant}}"
            }
            """ },
        { "create-for-rbac --sdk-auth", $$"""
            {
              "clientId": "{{Client}}",
              "clientSecret": "Ab3~c.d-e_f=\"g#1",
              "subscriptionId": "{{Subscription}}",
              "tenantId": "{{Tenant}}",
              "activeDirectoryEndpointUrl": "https://login.microsoftonline.com",
              "resourceManagerEndpointUrl": "https://management.azure.com/",
              "activeDirectoryGraphResourceId": "https://graph.windows.net/",
              "galleryEndpointUrl": "https://gallery.azure.com/"
            }
            """ },
        { "a .env file", $"""
            # made by hand
            AZURE_SUBSCRIPTION_ID={Subscription}
            AZURE_CLIENT_ID={Client}  # the app
            AZURE_TENANT_ID='{Tenant}'
            AZURE_CLIENT_SECRET='{Secret}'
            """ },
        { "a .env file from Windows", $"ARM_SUBSCRIPTION_ID={Subscription}\r\nARM_CLIENT_ID={Client}\r\nARM_TENANT_ID={Tenant}\r\nARM_CLIENT_SECRET={Secret}\r\n" },
        { "export lines", $"""
            export ARM_SUBSCRIPTION_ID="{Subscription}"
            export ARM_CLIENT_ID="{Client}"
            export ARM_TENANT_ID="{Tenant}"
            export ARM_CLIENT_SECRET='{Secret}'
            """ },
        { "PowerShell", $"""
            $env:ARM_SUBSCRIPTION_ID = "{Subscription}"
            $Env:ARM_CLIENT_ID = "{Client}"
            $env:ARM_TENANT_ID = "{Tenant}";
            $env:ARM_CLIENT_SECRET = '{Secret}'
            """ },
        { "terraform output -json", $$"""
            {
              "client_id": {"sensitive": false, "type": "string", "value": "{{Client}}"},
              "client_secret": {"sensitive": true, "type": "string", "value": "Ab3~c.d-e_f=\"g#1"},
              "subscription_id": {"sensitive": false, "type": "string", "value": "{{Subscription}}"},
              "tenant_id": {"sensitive": false, "type": "string", "value": "{{Tenant}}"}
            }
            """ },
        { "terraform.tfvars", $"""
            client_id       = "{Client}"
            client_secret   = '{Secret}'
            subscription_id = "{Subscription}"
            tenant_id       = "{Tenant}"
            """ },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Item_20_what_a_person_has_at_hand_is_read(string form, string text)
    {
        var pasted = PastedCredential.Parse(text, "paste");

        Assert.NotNull(pasted);
        Assert.Equal(Client, pasted.Find(ConnectField.ClientId)?.Value);
        Assert.Equal(Tenant, pasted.Find(ConnectField.TenantId)?.Value);
        Assert.Equal(Secret, pasted.FindSecret()?.Value.Reveal());
        if (form != "az ad sp create-for-rbac")
            Assert.Equal(Subscription, pasted.Find(ConnectField.SubscriptionId)?.Value);
    }

    [Fact]
    public void Terraform_output_without_json_hides_the_secret_and_so_gives_none()
    {
        var pasted = PastedCredential.Parse($"client_id = \"{Client}\"\nclient_secret = <sensitive>\n", "paste");

        Assert.Equal(Client, pasted?.Find(ConnectField.ClientId)?.Value);
        Assert.Null(pasted?.FindSecret());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("[1,2]")]
    [InlineData("hello")]
    [InlineData("PATH=/bin")]
    public void What_is_not_recognised_gives_nothing(string text) => Assert.Null(PastedCredential.Parse(text, "paste"));
}
