using Layer.Azure.Errors;
using Layer.Azure.Http;
using Layer.Evidence;
using Layer.Evidence.Collecting;
using Layer.Evidence.Errors;

namespace Layer.Azure;

/// <summary>Makes failures and the traces they leave in a reading.</summary>
internal static class Failures
{
    public static Failure Of(ErrorEntry entry, params ReadOnlySpan<(string Name, string Value)> facts)
    {
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in facts)
            named[name] = value;
        return new Failure(entry.Code, named);
    }

    /// <summary>Adds what every text of the catalog may name; facts of the failure itself win.</summary>
    public static Failure With(this Failure failure, IReadOnlyDictionary<string, string> facts)
    {
        var all = new Dictionary<string, string>(facts, StringComparer.Ordinal);
        foreach (var (name, value) in failure.Facts)
            all[name] = value;
        return failure with { Facts = all };
    }

    /// <summary>Names what Azure means by an answer other than 200.</summary>
    public static Failure Refused(Answer answer, string list, string action, IReadOnlyDictionary<string, string> facts)
    {
        var known = new Dictionary<string, string>(facts, StringComparer.Ordinal)
        {
            ["host"] = answer.Uri.Host,
            ["list"] = list,
            ["action"] = action,
            ["requestId"] = answer.RequestId ?? "not named",
            ["correlationId"] = answer.CorrelationId ?? answer.RequestId ?? "not named",
        };
        return ArmFailure.Classify(answer.Status, answer.Body, answer.Challenge, answer.RetryAfter, known);
    }

    public static PageReading Page(Answer answer, int items) => new(
        answer.Status, answer.Body?.LongLength ?? 0, answer.Body is { } body ? Digest.Of(body) : null, items, answer.Date, answer.RequestId);
}
