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
        TenantBuilder? tenant = null;
        var world = EmulatedAzure.Company(
            s =>
            {
                for (var i = 0; i < Rows; i++)
                {
                    s.CustomRole($"role {i}", "Microsoft.Compute/virtualMachines/read");
                    s.ResourceGroup($"rg-{i}", grants: [($"role {i}", "grace")]);
                }
            },
            t => tenant = t);
        // After the one that is read, so that this one is on the first page of what the reader can see.
        for (var i = 0; i < Rows; i++)
            tenant!.Subscription($"sub-{i}", s => s.Grant("Reader", EmulatedAzure.Reader)); // Company has called back
        return world;
    }
}
