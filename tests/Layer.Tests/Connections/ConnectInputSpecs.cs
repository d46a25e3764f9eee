using Layer.Azure;
using Layer.Connections;

namespace Layer.Tests.Connections;

public sealed class ConnectInputSpecs
{
    private const string Subscription = "11111111-2222-4333-8444-555555555555";
    private const string Client = "66666666-7777-4888-8999-000000000000";
    private const string OtherClient = "66666666-7777-4888-8999-000000000001";
    private const string Tenant = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";

    [Fact]
    public void Item_20_the_three_variables_are_enough()
    {
        var input = Resolve(("AZURE_SUBSCRIPTION_ID", Subscription), ("AZURE_CLIENT_ID", Client), ("AZURE_CLIENT_SECRET", "s3cret~value"));

        Assert.Empty(input.Problems);
        Assert.NotNull(input.Request);
        Assert.Equal((AzureCloud.Public, Guid.Parse(Subscription), null, Guid.Parse(Client)),
            (input.Request.Cloud, input.Request.SubscriptionId, input.Request.TenantId, input.Request.ClientId));
        Assert.Equal((CredentialKind.Secret, "s3cret~value"), (input.Request.SignIn.Kind, input.Request.SignIn.Value?.Reveal()));
    }

    [Fact]
    public void Item_20_Terraforms_names_are_read_where_Azures_say_nothing_and_the_winner_is_named()
    {
        var input = Resolve(("AZURE_SUBSCRIPTION_ID", Subscription), ("ARM_SUBSCRIPTION_ID", OtherClient), ("ARM_CLIENT_ID", Client),
            ("ARM_CLIENT_SECRET", "s3cret~value"), ("ARM_TENANT_ID", Tenant), ("ARM_ENVIRONMENT", "usgovernment"));

        Assert.Equal((AzureCloud.UsGovernment, Guid.Parse(Subscription), Guid.Parse(Tenant)),
            (input.Request!.Cloud, input.Request.SubscriptionId, input.Request.TenantId));
        Assert.Equal("environment AZURE_SUBSCRIPTION_ID", input.Choices.Single(c => c.Field == ConnectField.SubscriptionId).From);
        Assert.Equal("environment ARM_CLIENT_SECRET", input.Choices.Single(c => c.Field == ConnectField.Secret).From);
    }

    [Fact]
    public void Options_come_before_the_environment_and_its_secret_is_not_used_for_another_app()
    {
        var options = new InputSource().Add(ConnectField.ClientId, OtherClient, "--client-id");
        var environment = InputSource.OfEnvironment(Environment(("AZURE_SUBSCRIPTION_ID", Subscription), ("AZURE_CLIENT_ID", Client), ("AZURE_CLIENT_SECRET", "s3cret~value")));

        var input = ConnectInput.Resolve([options, .. environment], ask: true);

        Assert.Equal([ConnectField.Secret], input.Missing);
        Assert.Null(input.Request);
    }

    [Fact]
    public void Item_21_all_problems_are_told_at_once_each_with_what_is_allowed_and_without_the_value()
    {
        var input = Resolve(("AZURE_SUBSCRIPTION_ID", "prod"), ("AZURE_CLIENT_ID", "an~app"), ("AZURE_TENANT_ID", "contoso.example"),
            ("AZURE_CLIENT_SECRET", Client), ("AZURE_ENVIRONMENT", "AzureGermanCloud"));

        Assert.Equal(
            [ConnectField.SubscriptionId, ConnectField.ClientId, ConnectField.TenantId, ConnectField.Cloud, ConnectField.Secret],
            input.Problems.Select(p => p.Field).Order());
        Assert.All(input.Problems, p => Assert.NotEmpty(p.Allowed));
        var told = string.Join('\n', input.Problems);
        Assert.DoesNotContain(Client, told);
        Assert.DoesNotContain("an~app", told);
        Assert.Null(input.Request);
    }

    [Fact]
    public void Item_7_a_secret_shaped_like_an_id_is_refused_before_any_call()
    {
        var problem = Assert.Single(Resolve(("AZURE_SUBSCRIPTION_ID", Subscription), ("AZURE_CLIENT_ID", Client), ("AZURE_CLIENT_SECRET", Tenant)).Problems);

        Assert.Equal("SECRET_IS_AN_ID", problem.Code);
    }

    [Fact]
    public void Without_a_person_what_is_missing_is_a_problem_that_names_where_it_can_be_given()
    {
        var input = Resolve();

        Assert.Equal([ConnectField.SubscriptionId, ConnectField.ClientId, ConnectField.Secret], input.Problems.Select(p => p.Field));
        Assert.Contains("AZURE_CLIENT_SECRET", input.Problems[2].Allowed);
    }

    [Fact]
    public void A_certificate_a_federated_token_and_a_managed_identity_take_the_place_of_the_secret()
    {
        var file = Path.GetTempFileName();
        try
        {
            var certificate = Resolve(("AZURE_SUBSCRIPTION_ID", Subscription), ("AZURE_CLIENT_ID", Client), ("AZURE_CLIENT_CERTIFICATE_PATH", file));
            var token = Resolve(("AZURE_SUBSCRIPTION_ID", Subscription), ("AZURE_CLIENT_ID", Client), ("AZURE_FEDERATED_TOKEN_FILE", file));
            var managed = ConnectInput.Resolve(
                [new InputSource().Add(ConnectField.SubscriptionId, Subscription, "x").Add(ConnectField.ManagedIdentity, "true", "--managed-identity")], ask: false);

            Assert.Equal((CredentialKind.Certificate, file), (certificate.Request!.SignIn.Kind, certificate.Request.SignIn.Value!.Reveal()));
            Assert.Equal((CredentialKind.Federated, file), (token.Request!.SignIn.Kind, token.Request.SignIn.Value!.Reveal()));
            Assert.Equal((CredentialKind.ManagedIdentity, Guid.Empty), (managed.Request!.SignIn.Kind, managed.Request.ClientId));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_certificate_that_is_not_there_is_a_problem()
    {
        var input = Resolve(("AZURE_SUBSCRIPTION_ID", Subscription), ("AZURE_CLIENT_ID", Client), ("AZURE_CLIENT_CERTIFICATE_PATH", "/nonexistent/app.pem"));

        Assert.Equal(ConnectField.CertificatePath, Assert.Single(input.Problems).Field);
    }

    [Fact]
    public void A_secret_from_a_file_is_its_first_line()
    {
        using var stream = new MemoryStream([0xEF, 0xBB, 0xBF, .. "s3cret~value \r\nanother line\n"u8]);
        using var secret = InputSource.ReadSecret(stream);

        Assert.Equal("s3cret~value", secret.Reveal());
    }

    private static ConnectInput Resolve(params (string Name, string Value)[] environment) =>
        ConnectInput.Resolve(InputSource.OfEnvironment(Environment(environment)), ask: false);

    private static Dictionary<string, string> Environment(params (string Name, string Value)[] environment) =>
        environment.ToDictionary(e => e.Name, e => e.Value);
}
