namespace Layer.Evidence.Leaves;

/// <summary>The kinds of leaves, version 1 (docs/evidence-format.md §6).</summary>
public static class LeafKind
{
    /// <summary>The first leaf of every log, and only the first.</summary>
    public const string Genesis = "genesis";

    /// <summary>One attempt to read a connection: the completeness certificate.</summary>
    public const string Sync = "sync";

    /// <summary>One evidence record.</summary>
    public const string Evidence = "evidence";

    /// <summary>A connection was made, changed, paused, ended.</summary>
    public const string Connection = "connection";

    /// <summary>A second thought about an earlier record.</summary>
    public const string Exception = "exception";

    /// <summary>Another version of the mapping to criteria holds from here on.</summary>
    public const string Mapping = "mapping";

    /// <summary>Somebody did something worth knowing.</summary>
    public const string Audit = "audit";

    /// <summary>A signing key was added or retired.</summary>
    public const string Key = "key";

    /// <summary>An operator went on after the log had lost leaves that were signed.</summary>
    public const string Epoch = "epoch";

    /// <summary>A time-stamp authority vouched for a checkpoint.</summary>
    public const string Timestamp = "timestamp";

    /// <summary>A named person states what the audit of a window covers.</summary>
    public const string Scope = "scope";

    /// <summary>Which subscriptions an app registration could see.</summary>
    public const string Visible = "visible";

    /// <summary>A sample was drawn.</summary>
    public const string Sample = "sample";

    /// <summary>Commitments to names that are kept outside the log.</summary>
    public const string Names = "names";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
        [Genesis, Sync, Evidence, Connection, Exception, Mapping, Audit, Key, Epoch, Timestamp, Scope, Visible, Sample, Names];

    /// <summary>Those whose statement holds from there on. They form one chain: each but the genesis leaf names the one before it.</summary>
    public static IReadOnlyList<string> Standing { get; } = [Genesis, Connection, Mapping, Key, Epoch, Scope];
}
