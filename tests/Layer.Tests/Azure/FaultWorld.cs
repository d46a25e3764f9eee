using Layer.AzureEmulator;

namespace Layer.Tests.Azure;

/// <summary>A company whose lists have three pages each at <see cref="PageSize"/> rows.</summary>
internal static class FaultWorld
{
    public const int PageSize = 25;

    /// <summary>The page of the assignments that holds the reader's own grant.</summary>
    public const string OwnRowPage = "first";

    private const int Rows = 60;

    public static EmulatorOptions ThreePages { get; } = new() { PageSize = PageSize, Throttling = false };

    public static EmulatorOptions OnePage { get; } = new() { Throttling = false };

    public static World Create()
    {
        var world = EmulatedAzure.Company(s =>
        {
            for (var i = 0; i < Rows; i++)
            {
                s.CustomRole($"role {i}", "Microsoft.Compute/virtualMachines/read");
                s.ResourceGroup($"rg-{i}", grants: [($"role {i}", "grace")]);
            }
        });
        // The first subscription that the reader sees is the one that is read.
        return world.Tenant(world.Tenants[0].Name, t =>
        {
            for (var i = 0; i < Rows; i++)
                t.Subscription($"sub-{i}", s => s.Grant("Reader", EmulatedAzure.Reader));
        });
    }
}
