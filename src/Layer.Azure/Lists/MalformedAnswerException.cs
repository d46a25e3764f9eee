using Layer.Azure.Errors;
using Layer.Evidence.Errors;

namespace Layer.Azure.Lists;

/// <summary>An answer with status 200 that does not say what Azure's documents promise.</summary>
internal sealed class MalformedAnswerException(string detail, Exception? cause = null) : Exception(detail, cause)
{
    public ErrorEntry Entry { get; init; } = AnswerErrors.Malformed;
}
