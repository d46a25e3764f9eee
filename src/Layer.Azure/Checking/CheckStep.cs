using Layer.Evidence.Collecting;

namespace Layer.Azure;

/// <summary>How a step of the check ended.</summary>
public enum CheckResult
{
    /// <summary>It works.</summary>
    Pass,

    /// <summary>Evidence is complete without it; something is lost or odd.</summary>
    Warn,

    /// <summary>No sync can succeed while this stays.</summary>
    Fail,

    /// <summary>Not tried: a step before it failed, or it does not apply to this credential.</summary>
    Skipped,
}

/// <summary>One step of the check of a connection.</summary>
/// <param name="Id">Stable, e.g. <c>list-role-assignments</c>.</param>
/// <param name="Title">What is tried, in a few words.</param>
/// <param name="Result">How it ended.</param>
/// <param name="Milliseconds">How long its calls took, with retries; 0 when it needed none of its own.</param>
/// <param name="AzureAction">The right it needs, as Azure names it; null when none.</param>
/// <param name="LostWithoutIt">What cannot be shown while it fails.</param>
/// <param name="Failure">Why; null when it passed or was skipped.</param>
/// <param name="Facts">What was learnt, e.g. <c>tenantId</c>, <c>objectId</c>, <c>count</c>; never a secret.</param>
public sealed record CheckStep(
    string Id, string Title, CheckResult Result, long Milliseconds, string? AzureAction, string LostWithoutIt, Failure? Failure,
    IReadOnlyDictionary<string, string> Facts);
