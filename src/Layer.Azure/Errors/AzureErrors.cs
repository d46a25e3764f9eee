using System.Collections.Frozen;
using Layer.Evidence.Collecting;
using Layer.Evidence.Errors;

namespace Layer.Azure.Errors;

/// <summary>The catalog of everything that can go wrong between Layer and Azure.</summary>
public static class AzureErrors
{
    private static readonly FrozenDictionary<string, ErrorEntry> ByCode = All.ToFrozenDictionary(entry => entry.Code);

    /// <summary>Every entry, grouped by area: sign-in, subscription, rights, answers, network.</summary>
    public static IReadOnlyList<ErrorEntry> All =>
        [.. SignInErrors.All, .. SubscriptionErrors.All, .. RightErrors.All, .. AnswerErrors.All, .. NetworkErrors.All];

    /// <summary>The entry of a code; for a code this version does not know, <c>AZURE_UNKNOWN</c>, whose text is Microsoft's own.</summary>
    public static ErrorEntry Get(string code) => ByCode.GetValueOrDefault(code, AnswerErrors.Unknown);

    /// <summary>What a failure means on a connection that has read this subscription before: a right that was there is removed, not missing.</summary>
    /// <param name="failure">What the connector found; it knows no history.</param>
    /// <param name="lastRead">When the last complete sync read Azure, UTC.</param>
    /// <returns>The failure under its code for a connection with history, with the fact <c>lastRead</c> (a day); others unchanged.</returns>
    public static Failure WithHistory(Failure failure, DateTimeOffset lastRead)
    {
        var code = failure.Code switch
        {
            "NO_READER" => RightErrors.ReaderRemoved.Code,
            "SUBSCRIPTION_NOT_FOUND" => SubscriptionErrors.Deleted.Code,
            "WRONG_TENANT" => SubscriptionErrors.Transferred.Code,
            _ => failure.Code,
        };
        if (code == failure.Code) return failure;
        var facts = new Dictionary<string, string>(failure.Facts) { ["lastRead"] = lastRead.ToString("yyyy-MM-dd") };
        facts.TryAdd("action", "Microsoft.Resources/subscriptions/read");
        return new Failure(code, facts);
    }
}
