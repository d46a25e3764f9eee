using System.Diagnostics;
using System.Text.RegularExpressions;
using Layer.Azure;
using Layer.Azure.Permissions;
using Layer.Azure.Setup;
using Layer.Connections;

namespace Layer.Tests.Azure.Setup;

public sealed class SetupTextSpecs
{
    private static readonly Guid One = Guid.Parse("11111111-1111-4111-8111-111111111111");
    private static readonly Guid Two = Guid.Parse("22222222-2222-4222-8222-222222222222");
    private static readonly Guid App = Guid.Parse("33333333-3333-4333-8333-333333333333");

    public static TheoryData<SetupTool, SetupRole> Ways
    {
        get
        {
            var ways = new TheoryData<SetupTool, SetupRole>();
            foreach (var tool in Enum.GetValues<SetupTool>())
            {
                foreach (var role in Enum.GetValues<SetupRole>())
                    ways.Add(tool, role);
            }

            return ways;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Every_way_names_the_app_makes_it_single_tenant_and_covers_every_subscription(SetupTool tool, SetupRole role)
    {
        var text = SetupText.Render(new SetupOrder([One, Two]), tool, role);

        Assert.Contains("Axiom Layer — Azure", text);
        Assert.Contains("AzureADMyOrg", text);
        Assert.Contains(One.ToString(), text);
        Assert.Contains(Two.ToString(), text);
        Assert.DoesNotMatch("Owner|Contributor|User Access Administrator", text);
        Assert.DoesNotMatch("<[a-zA-Z ]+>", text);
    }

    [Theory]
    [InlineData(SetupTool.AzureCli)]
    [InlineData(SetupTool.Bicep)]
    [InlineData(SetupTool.Terraform)]
    public void The_custom_role_is_one_definition_with_five_actions_for_all_subscriptions(SetupTool tool)
    {
        var text = SetupText.Render(new SetupOrder([One, Two]), tool, SetupRole.Custom);

        Assert.Equal(
            [.. NeededActions.All.Append("Microsoft.Authorization/permissions/read").Order(StringComparer.Ordinal)],
            Regex.Matches(text, """["'](?<action>Microsoft\.[A-Za-z/]+/read)["']""").Select(m => m.Groups["action"].Value).Order(StringComparer.Ordinal));
        Assert.Contains("Axiom Layer Reader", text);
        if (tool == SetupTool.AzureCli)
            Assert.Contains($"\"AssignableScopes\":[\"/subscriptions/{One}\",\"/subscriptions/{Two}\"]", text);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void An_app_that_is_known_gets_roles_and_no_new_secret(SetupTool tool, SetupRole role)
    {
        var text = SetupText.Render(new SetupOrder([One], AzureCloud.Public, App), tool, role);

        Assert.Contains(App.ToString(), text);
        Assert.DoesNotMatch("credential reset|application_password|client_secret|ad app create", text);
    }

    [Theory]
    [InlineData(SetupTool.AzureCli)]
    [InlineData(SetupTool.Bicep)]
    public void A_secret_lasts_a_year_and_the_secrets_that_exist_keep_working(SetupTool tool)
    {
        var text = SetupText.Render(new SetupOrder([One]), tool, SetupRole.Reader);

        Assert.Contains("--append", text);
        Assert.Contains("--years 1", text);
        Assert.DoesNotContain("create-for-rbac", text);
        Assert.Contains("export MSYS_NO_PATHCONV=1", text);
    }

    [Fact]
    public void What_az_prints_at_the_end_is_what_connect_takes()
    {
        var text = SetupText.Render(new SetupOrder([One]), SetupTool.AzureCli, SetupRole.Reader);
        var query = Regex.Match(text, """--query "\{(?<fields>subscriptionId:[^}]+)\}" """.TrimEnd()).Groups["fields"].Value;
        // JMESPath renames az's own fields: appId, password, tenant.
        var printed = "{" + string.Join(',', query.Split(',').Select(field => field.Split(':')).Select(pair => $"\"{pair[0]}\":\"{Value(pair[1])}\"")) + "}";

        var source = PastedCredential.Parse(printed, "paste");

        Assert.Equal(One.ToString(), source?.Find(ConnectField.SubscriptionId)?.Value);
        Assert.Equal("the-app", source?.Find(ConnectField.ClientId)?.Value);
        Assert.Equal("the-tenant", source?.Find(ConnectField.TenantId)?.Value);
        Assert.Equal("the-secret", source?.FindSecret()?.Value.Reveal());

        static string Value(string field) => field switch
        {
            "appId" => "the-app",
            "tenant" => "the-tenant",
            "password" => "the-secret",
            _ => field.Trim('\''),
        };
    }

    [Theory]
    [InlineData(AzureCloud.UsGovernment, "az cloud set --name AzureUSGovernment", "usgovernment")]
    [InlineData(AzureCloud.China, "az cloud set --name AzureChinaCloud", "china")]
    public void Another_cloud_is_chosen_before_anything_is_made(AzureCloud cloud, string az, string terraform)
    {
        var order = new SetupOrder([One], cloud);

        Assert.StartsWith(az, SetupText.Render(order, SetupTool.AzureCli, SetupRole.Reader));
        Assert.Contains($"environment     = \"{terraform}\"", SetupText.Render(order, SetupTool.Terraform, SetupRole.Reader));
    }

    [Fact]
    public void The_whole_text_has_a_heading_for_each_tool_and_role()
    {
        var headings = SetupText.Render(new SetupOrder([One])).Split('\n').Where(line => Regex.IsMatch(line, "^# (az|Bicep|Terraform)")).ToList();

        Assert.Equal(
            [
                "# az (Cloud Shell has it), built-in role Reader", "# az (Cloud Shell has it), custom role “Axiom Layer Reader” (five actions)",
                "# Bicep, built-in role Reader", "# Bicep, custom role “Axiom Layer Reader” (five actions)",
                "# Terraform, built-in role Reader", "# Terraform, custom role “Axiom Layer Reader” (five actions)",
            ],
            headings);
    }

    [Fact]
    public void Nothing_to_set_up_is_refused() =>
        Assert.Throws<ArgumentException>(() => SetupText.Render(new SetupOrder([]), SetupTool.AzureCli, SetupRole.Reader));

    [Theory]
    [InlineData(SetupTool.AzureCli, SetupRole.Reader)]
    [InlineData(SetupTool.AzureCli, SetupRole.Custom)]
    [InlineData(SetupTool.Bicep, SetupRole.Reader)]
    [InlineData(SetupTool.Bicep, SetupRole.Custom)]
    public async Task A_shell_reads_the_lines_without_complaint(SetupTool tool, SetupRole role)
    {
        var start = new ProcessStartInfo("sh", ["-n"]) { RedirectStandardInput = true, RedirectStandardError = true, UseShellExecute = false };
        using var shell = Process.Start(start)!;
        await shell.StandardInput.WriteAsync(SetupText.Render(new SetupOrder([One, Two]), tool, role));
        shell.StandardInput.Close();
        var complaint = await shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal("", complaint);
        Assert.Equal(0, shell.ExitCode);
    }
}
