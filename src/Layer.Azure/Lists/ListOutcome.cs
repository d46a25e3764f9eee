using Layer.Evidence.Collecting;

namespace Layer.Azure.Lists;

/// <summary>How reading a list ended: all of it, or a failure. Items are only to be used without a failure.</summary>
internal sealed record ListOutcome<T>(ListReading Reading, IReadOnlyList<T> Items, IReadOnlyList<SourcePage> Pages, IReadOnlyList<Http.Answer> Answers, Failure? Failure)
{
    /// <summary>HTTP status of the last answer; 0 when none came.</summary>
    public int Status => Answers is [.., var last] ? last.Status : 0;
}
