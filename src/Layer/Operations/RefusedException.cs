using Layer.Evidence.Collecting;

namespace Layer.Operations;

/// <summary>The program will not go on, for a reason that has an entry in the error catalog.</summary>
/// <remarks>The message is the code alone: facts are for the card, and a log line must not grow with what an administrator typed.</remarks>
internal sealed class RefusedException(Failure failure, Exception? cause = null) : Exception(failure.Code, cause)
{
    public RefusedException(string code, params ReadOnlySpan<(string Name, string Value)> facts)
        : this(new Failure(code, Facts(facts)))
    {
    }

    public Failure Failure { get; } = failure;

    private static Dictionary<string, string> Facts(ReadOnlySpan<(string Name, string Value)> facts)
    {
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in facts)
            named[name] = value;
        return named;
    }
}
