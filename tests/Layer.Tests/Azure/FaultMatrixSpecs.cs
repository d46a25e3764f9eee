using Layer.AzureEmulator;
using Layer.Evidence.Collecting;
using Layer.Evidence.Observations;

namespace Layer.Tests.Azure;

/// <summary>Every fault at every call, on the first, the middle and the last page: the outcome is the one of <see cref="FaultTable"/>, and no other.</summary>
public sealed class FaultMatrixSpecs
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ShortDeadline = TimeSpan.FromMilliseconds(400);

    public static TheoryData<Fault> Faults => [.. Enum.GetValues<Fault>()];

    [Theory, MemberData(nameof(Faults))]
    public async Task A_fault_never_becomes_evidence(Fault fault)
    {
        var cells = FaultTable.CellsOf(fault).ToArray();
        Assert.NotEmpty(cells);
        var wrong = new List<string>();
        // MSAL remembers a refusal of the token endpoint, so that each of those needs an app of its own.
        foreach (var group in cells.GroupBy(cell => (OfToken: cell.Call == AzureCall.Token, cell.Emulator)))
        {
            await using var azure = await StartAsync(fault, group.Key.Emulator);
            if (!group.Key.OfToken)
                await azure.CollectAsync();
            foreach (var cell in group)
            {
                if (cell.Call == AzureCall.ListRoleDefinitions)
                    await azure.RestartConnectorAsync();
                var outcome = await OutcomeAsync(azure, cell);
                if (outcome != (cell.Outcome, cell.Visible))
                    wrong.Add($"{cell}: {outcome}, not {(cell.Outcome, cell.Visible)}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
    }

    private static Task<EmulatedAzure> StartAsync(Fault fault, EmulatorOptions emulator) => EmulatedAzure.StartAsync(
        FaultWorld.Create(), emulator,
        options => options with
        {
            Attempts = 2,
            CallDeadline = fault == Fault.NeverAnswers ? ShortDeadline : Deadline,
        });

    private static async Task<(string Sync, string Visible)> OutcomeAsync(EmulatedAzure azure, FaultCell cell)
    {
        azure.Emulator.Faults.Clear();
        azure.Emulator.Faults.Set(
            cell.Fault, cell.Call, cell.Page, delay: cell.Fault == Fault.Slow ? TimeSpan.FromMilliseconds(20) : TimeSpan.FromHours(1));
        try
        {
            var asks = cell.Call == AzureCall.ListSubscriptions;
            var collection = await (asks ? azure.CollectWithVisibleAsync() : azure.CollectAsync());
            Assert.NotEqual(0, collection.Of(ObservationType.RoleAssignment).Count);
            Assert.Equal(asks, collection.Visible is not null);
            Assert.Equal(collection.Visible?.Failure is null, collection.Visible is null or { Observation: not null, Count: > 0 });
            return (FaultTable.Sealed, collection.Visible?.Failure?.Code ?? FaultTable.Sealed);
        }
        catch (CollectionFailedException failed)
        {
            Assert.NotNull(failed.Reading);
            return (failed.Failure.Code, FaultTable.Sealed);
        }
    }
}
