using Layer.AzureEmulator.Entra;
using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator.Arm;

/// <summary>An authenticated request to ARM. The subscription is null at management groups and the root.</summary>
internal sealed record ArmRequest(Exchange Exchange, Caller Caller, Subscription? Subscription, AzureCall Call)
{
    public Guid Oid => Caller.ObjectId!.Value;

    public string ApiVersion => Exchange.Query("api-version")!;
}
