using Layer.Azure.Http;
using Layer.Evidence.Collecting;

namespace Layer.Azure.Lists;

/// <summary>How reading one object ended. <see cref="Value"/> is null exactly when <see cref="Failure"/> is not.</summary>
internal sealed record ObjectOutcome<T>(ListReading Reading, T? Value, Answer Answer, Failure? Failure)
    where T : class
{
    public IReadOnlyList<Answer> Answers => [Answer];

    public IReadOnlyList<SourcePage> Pages =>
        Answer.Body is { } body && Reading.Pages[0].Sha256 is { } sha ? [new SourcePage(Reading.Type, sha, body)] : [];
}
