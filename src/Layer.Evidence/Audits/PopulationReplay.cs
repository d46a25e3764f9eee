using Layer.Evidence.Canonical;
using Layer.Evidence.Observations;

namespace Layer.Evidence.Audits;

/// <summary>The reading in which a state was first seen.</summary>
/// <param name="Observed">The source's clock, UTC.</param>
/// <param name="IsBase">It is the oldest at hand: the state may be older.</param>
internal readonly record struct FirstSeen(DateTimeOffset Observed, bool IsBase)
{
    public override string ToString() => (IsBase ? "<=" : "") + Instant.Format(Observed);
}

/// <summary>One observation of a population, without its bytes.</summary>
/// <param name="Digest">Its digest.</param>
/// <param name="Key">Its key.</param>
/// <param name="Since">Since when it has been there, without a break.</param>
/// <param name="Role">Of an assignment: its <c>roleDefinitionId</c>.</param>
/// <param name="ManagementGroup">Of an assignment at the scope of a management group: that scope in lower case.</param>
internal sealed record HeldObservation(Digest Digest, string Key, FirstSeen Since, string? Role, string? ManagementGroup);

/// <summary>One key with another observation than before.</summary>
internal readonly record struct Difference(string Key, HeldObservation? Before, HeldObservation? After);

/// <summary>Replays the population of one connection and type, step by step.</summary>
internal sealed class PopulationReplay(string type, IEnumerable<PopulationStep> steps, IAuditSource source)
{
    private readonly Queue<PopulationStep> _steps = new(steps);
    private readonly Dictionary<Digest, HeldObservation> _held = [];
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);

    /// <summary>What the population holds, in no order.</summary>
    public IReadOnlyCollection<HeldObservation> Held => _held.Values;

    /// <summary>Goes on to the population of a sync, and tells what differs; ascending by key.</summary>
    /// <param name="seq">The sync.</param>
    /// <param name="seen">When it read.</param>
    /// <exception cref="FormatException">A step does not fit what came before it.</exception>
    public IReadOnlyList<Difference> AdvanceTo(long seq, FirstSeen seen)
    {
        var before = new Dictionary<string, HeldObservation>(StringComparer.Ordinal);
        var after = new Dictionary<string, HeldObservation>(StringComparer.Ordinal);
        while (_steps.TryPeek(out var step) && step.Seq <= seq)
        {
            foreach (var digest in _steps.Dequeue().Remove)
            {
                if (!_held.Remove(digest, out var held))
                    throw new FormatException($"The population of {type} at sync {step.Seq} removes {digest}, which is not in the one before it.");
                if (!after.Remove(held.Key))
                    before.TryAdd(held.Key, held);
            }

            foreach (var digest in step.Add)
            {
                var held = Read(digest, seen);
                if (!_held.TryAdd(digest, held))
                    throw new FormatException($"The population of {type} at sync {step.Seq} adds {digest}, which is in the one before it.");
                after[held.Key] = held;
            }
        }

        var keys = before.Keys.Union(after.Keys).ToArray();
        Array.Sort(keys, Population.CompareKeys);
        return Array.ConvertAll(keys, key => new Difference(key, before.GetValueOrDefault(key), after.GetValueOrDefault(key)));
    }

    private HeldObservation Read(Digest digest, FirstSeen seen)
    {
        using var observation = ReadObservation.Of(source, digest, type);
        var facts = observation.Facts;
        if (type != ObservationType.RoleAssignment)
            return new HeldObservation(digest, observation.Key, seen, null, null);
        var isManagementGroup = facts.FindText("scopeLevel") == ReadObservation.ManagementGroup;
        return new HeldObservation(
            digest, observation.Key, seen, Once(facts.FindText("roleDefinitionId")), isManagementGroup ? Once(facts.Text("scope").ToLowerInvariant()) : null);
    }

    // Thousands of assignments share a few roles and scopes.
    private string? Once(string? text)
    {
        if (text is null)
            return null;
        if (_texts.TryGetValue(text, out var kept))
            return kept;
        _texts.Add(text, text);
        return text;
    }
}
