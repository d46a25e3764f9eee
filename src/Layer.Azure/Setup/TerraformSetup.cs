using Layer.Azure.Errors;

namespace Layer.Azure.Setup;

/// <summary>The setup as one Terraform file. <c>terraform output -json</c> prints what <c>layer connect azure</c> takes.</summary>
internal static class TerraformSetup
{
    public static string Render(SetupOrder order, SetupRole role) =>
        string.Join("\n\n", [Providers(order), App(order), .. Roles(order, role), Outputs(order)]);

    private static string Providers(SetupOrder order) => $$"""
        terraform {
          required_providers {
            azurerm = { source = "hashicorp/azurerm" }
            azuread = { source = "hashicorp/azuread" }
          }
        }

        provider "azurerm" {
          features {}
          subscription_id = "{{order.Subscriptions[0]}}"
          environment     = "{{Environment(order.Cloud)}}"
        }

        provider "azuread" {
          environment = "{{(order.Cloud == AzureCloud.UsGovernment ? "usgovernmentl4" : Environment(order.Cloud))}}"
        }

        locals {
          subscriptions = toset([
        {{Indented(order.Subscriptions.Select(s => s.ToString()), 4)}}
          ])
        }
        """;

    private static string App(SetupOrder order) => order.ClientId is { } known
        ? $$"""
            data "azuread_service_principal" "layer" {
              client_id = "{{known}}"
            }
            """
        : $$"""
            resource "azuread_application" "layer" {
              display_name     = "{{Commands.AppName}}"
              sign_in_audience = "AzureADMyOrg"
            }

            resource "azuread_service_principal" "layer" {
              client_id = azuread_application.layer.client_id
            }

            # A year from the first apply; the state file holds its value, so keep that file as safe as the secret.
            resource "azuread_application_password" "layer" {
              application_id = azuread_application.layer.id
              display_name   = "layer"
              end_date       = timeadd(timestamp(), "8760h")
              lifecycle {
                ignore_changes = [end_date]
              }
            }
            """;

    private static IEnumerable<string> Roles(SetupOrder order, SetupRole role)
    {
        if (role == SetupRole.Custom)
        {
            yield return $$"""
                resource "azurerm_role_definition" "layer" {
                  name        = "{{LayerRole.Name}}"
                  description = "{{LayerRole.Description}}"
                  scope       = "/subscriptions/{{order.Subscriptions[0]}}"
                  permissions {
                    actions = [
                {{Indented(LayerRole.Actions, 6)}}
                    ]
                  }
                  assignable_scopes = [for id in local.subscriptions : "/subscriptions/${id}"]
                }
                """;
        }

        var which = role == SetupRole.Custom
            ? """role_definition_id = "/subscriptions/${each.value}/providers/Microsoft.Authorization/roleDefinitions/${azurerm_role_definition.layer.role_definition_id}" """.TrimEnd()
            : """role_definition_name = "Reader" """.TrimEnd();
        var width = role == SetupRole.Custom ? 18 : 20;
        yield return $$"""
            resource "azurerm_role_assignment" "layer" {
              {{"for_each".PadRight(width)}} = local.subscriptions
              {{"scope".PadRight(width)}} = "/subscriptions/${each.value}"
              {{which}}
              {{"principal_id".PadRight(width)}} = {{Principal(order)}}.object_id
              {{"principal_type".PadRight(width)}} = "ServicePrincipal"
            }
            """;
    }

    private static string Outputs(SetupOrder order)
    {
        var client = $$"""
            output "subscription_id" {
              value = "{{order.Subscriptions[0]}}"
            }

            output "tenant_id" {
              value = {{Principal(order)}}.application_tenant_id
            }

            output "client_id" {
              value = {{Principal(order)}}.client_id
            }
            """;
        return order.ClientId is not null
            ? client
            : $$"""
                {{client}}

                output "client_secret" {
                  value     = azuread_application_password.layer.value
                  sensitive = true
                }
                """;
    }

    private static string Principal(SetupOrder order) => order.ClientId is null ? "azuread_service_principal.layer" : "data.azuread_service_principal.layer";

    private static string Environment(AzureCloud cloud) => cloud switch
    {
        AzureCloud.UsGovernment => "usgovernment",
        AzureCloud.China => "china",
        _ => "public",
    };

    private static string Indented(IEnumerable<string> texts, int spaces) =>
        string.Join('\n', texts.Select(text => $"{new string(' ', spaces)}\"{text}\","));
}
