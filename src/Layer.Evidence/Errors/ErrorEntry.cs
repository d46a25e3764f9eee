namespace Layer.Evidence.Errors;

/// <summary>What a failure means for the caller; the value is the exit code of the command line.</summary>
public enum FailureKind
{
    /// <summary>Nothing failed: worth knowing, and evidence is collected as usual.</summary>
    Warning = 0,

    /// <summary>Anything else.</summary>
    Other = 1,

    /// <summary>Sign-in failed.</summary>
    SignIn = 4,

    /// <summary>A right is missing.</summary>
    RightMissing = 5,

    /// <summary>The answer was incomplete or malformed; nothing was sealed.</summary>
    Incomplete = 6,

    /// <summary>The source cannot be reached, or throttled beyond the deadline.</summary>
    Unreachable = 8,

    /// <summary>What was typed cannot be used.</summary>
    Usage = 64,
}

/// <summary>Whether trying again helps.</summary>
public enum Persistence
{
    /// <summary>Trying again later is enough.</summary>
    Transient,

    /// <summary>A person has to act first.</summary>
    Permanent,

    /// <summary>A right that may not have spread yet: worth trying for half an hour, then it needs a person.</summary>
    Spreading,
}

/// <summary>One entry of the error catalog: the command line, pages, API and docs all print from it.</summary>
/// <remarks>Texts hold placeholders like <c>{clientId}</c>, filled from the facts of a failure.</remarks>
public sealed record ErrorEntry
{
    /// <summary>Stable, upper case, e.g. <c>SECRET_EXPIRED</c>.</summary>
    public required string Code { get; init; }

    /// <summary>What happened, in at most eight words.</summary>
    public required string Title { get; init; }

    /// <summary>One or two sentences, the likely cause first.</summary>
    public required string Why { get; init; }

    /// <summary>At most three steps.</summary>
    public required IReadOnlyList<string> DoThis { get; init; }

    /// <summary>Commands to copy, filled in; none where none can help.</summary>
    public IReadOnlyList<string> Commands { get; init; } = [];

    /// <summary>A page of the Azure portal; null where none helps.</summary>
    public string? Link { get; init; }

    /// <summary>What it means for the caller.</summary>
    public required FailureKind Kind { get; init; }

    /// <summary>Whether trying again helps.</summary>
    public required Persistence Persistence { get; init; }

    /// <summary>What is safe when this happens while connecting: nothing was saved yet.</summary>
    public required string SafeOnConnect { get; init; }

    /// <summary>What is safe when this happens to a connection that has history.</summary>
    public required string SafeOnSync { get; init; }
}

/// <summary>An entry with its placeholders filled: what a person reads.</summary>
/// <param name="Code">The entry's code.</param>
/// <param name="Title">What happened.</param>
/// <param name="Why">The likely cause.</param>
/// <param name="DoThis">Steps.</param>
/// <param name="Commands">Commands to copy.</param>
/// <param name="Link">A page of the Azure portal, or null.</param>
/// <param name="Safe">What is safe in this state.</param>
public sealed record ErrorCard(
    string Code, string Title, string Why, IReadOnlyList<string> DoThis, IReadOnlyList<string> Commands, string? Link, string Safe)
{
    /// <summary>Fills an entry. A placeholder without a fact stays readable as <c>&lt;name&gt;</c>.</summary>
    /// <param name="entry">The catalog's entry.</param>
    /// <param name="facts">Names and values; never a secret.</param>
    /// <param name="connecting">True before anything was saved; false for a connection that has history.</param>
    public static ErrorCard Fill(ErrorEntry entry, IReadOnlyDictionary<string, string> facts, bool connecting)
    {
        return new ErrorCard(
            entry.Code, Text(entry.Title), Text(entry.Why), [.. entry.DoThis.Select(Text)], [.. entry.Commands.Select(Text)],
            entry.Link is null ? null : Text(entry.Link), Text(connecting ? entry.SafeOnConnect : entry.SafeOnSync));

        string Text(string template) => Placeholders.Fill(template, facts);
    }
}
