using Layer.Evidence.Collecting;

namespace Layer.Azure;

/// <summary>Whether Azure Resource Manager answers this machine.</summary>
/// <param name="Host">Who was asked.</param>
/// <param name="Failure">Why nothing came; null when it answered, whatever it said.</param>
/// <param name="Skew">How far this machine's clock is ahead of Azure's, to the second; null when it did not tell the time.</param>
public sealed record AzureReach(string Host, Failure? Failure, TimeSpan? Skew);
