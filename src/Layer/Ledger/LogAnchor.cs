using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Evidence.Verification;

namespace Layer.Ledger;

/// <summary>A signed checkpoint that somebody else kept: the local log must extend it, and what lies below it is anchored.</summary>
internal sealed class LogAnchor
{
    private DateOnly? _firstDay;
    private DateOnly? _firstAfter;
    private DateOnly _lastDay;

    private LogAnchor(SignedCheckpoint signed) => Signed = signed;

    public SignedCheckpoint Signed { get; }

    /// <summary>Reads it. Null when it is none of this log, and then the verdict says why.</summary>
    /// <param name="bytes">As they are in the file.</param>
    /// <param name="origin">The log's origin.</param>
    /// <param name="refused">Why it cannot be used; null when it can.</param>
    public static LogAnchor? Read(byte[] bytes, string origin, out VerificationVerdict? refused)
    {
        if (!SignedCheckpoint.TryParse(bytes, out var signed, out var problem))
            problem = $"What was given with --since is no signed checkpoint. {problem}";
        else if (signed.Checkpoint.Origin != origin)
            problem = $"The checkpoint given with --since is of {signed.Checkpoint.Origin}, and this log is {origin}.";
        refused = problem is null ? null : VerificationVerdict.Invalid(VerificationOutcome.Malformed, problem);
        return problem is null ? new LogAnchor(signed!) : null; // it was parsed
    }

    /// <summary>Takes the next leaf.</summary>
    public void Add(long index, Leaf leaf)
    {
        _lastDay = DateOnly.FromDateTime(leaf.At.UtcDateTime);
        _firstDay ??= _lastDay;
        if (index == Signed.Checkpoint.Size)
            _firstAfter = _lastDay;
    }

    /// <summary>Whether a key that signed a log of its size signed it, or the one given. Null when one did, else the verdict.</summary>
    /// <param name="keys">The keys that the log names.</param>
    /// <param name="pinned">The key that was given; null when none was.</param>
    public VerificationVerdict? Refuse(IReadOnlyList<LogKey> keys, VerificationKey? pinned)
    {
        var active = keys.Where(key => key.IsActiveAt(Signed.Checkpoint.Size)).Select(key => VerificationKey.Parse(key.Key));
        var states = active.Concat(pinned is null ? [] : [pinned]).Distinct().Select(Signed.Check).ToArray();
        if (states.Contains(SignatureState.Invalid))
            return VerificationVerdict.Invalid(VerificationOutcome.IntegrityFailure, "The checkpoint given with --since has a signature that names the log's key and is not its.");
        return states.Contains(SignatureState.Valid)
            ? null
            : VerificationVerdict.Invalid(VerificationOutcome.WrongKey, "The checkpoint given with --since is not signed with a key that signed this log then.");
    }

    /// <summary>The remark about it; null when every day is anchored.</summary>
    public string? FindRemark() =>
        _firstDay is { } first && _firstAfter is { } after ? BundleAnchor.Remark(new AuditWindow(first, _lastDay.AddDays(1)), _lastDay, after) : null;
}
