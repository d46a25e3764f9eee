using System.Text;
using Layer.Evidence.Canonical;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;
using Layer.Evidence.Observations;

namespace Layer.Evidence.Audits;

/// <summary>One member of a population to draw from.</summary>
/// <param name="Text">What is drawn and sealed.</param>
/// <param name="Privileged"><c>yes</c>, <c>no</c> or <c>unknown</c>; null of a day.</param>
public readonly record struct SampleMember(string Text, string? Privileged);

/// <summary>A population to draw from (docs/evidence-format.md §8.8).</summary>
public sealed class SampleMembers
{
    private readonly SampleMember[] _ordered;

    /// <summary>Orders the members.</summary>
    public SampleMembers(IEnumerable<SampleMember> members)
    {
        _ordered = [.. members];
        Array.Sort(_ordered, static (x, y) => Population.CompareKeys(x.Text, y.Text));
        Root = MerkleTree.Root(Array.ConvertAll(_ordered, member => MerkleTree.LeafHash(Encoding.UTF8.GetBytes(member.Text))));
    }

    /// <summary>Ascending by their UTF-8 bytes.</summary>
    public IReadOnlyList<SampleMember> Ordered => _ordered;

    /// <summary>How many.</summary>
    public int Count => _ordered.Length;

    /// <summary>RFC 6962 root over SHA-256(0x00 ‖ UTF-8 of a member).</summary>
    public Digest Root { get; }

    /// <summary>The population of a draw.</summary>
    /// <param name="log">The leaves at hand.</param>
    /// <param name="population">One of <see cref="SamplePopulation"/>.</param>
    /// <param name="window">The draw's own window.</param>
    /// <param name="below">Index of the sample leaf: only leaves before it count.</param>
    /// <param name="endOfLog">The UTC day of the sample leaf.</param>
    /// <param name="source">Populations and observations.</param>
    /// <exception cref="ArgumentException">There is no such population, or its day is not in the window.</exception>
    public static SampleMembers Of(AuditLog log, string population, AuditWindow window, long below, DateOnly endOfLog, IAuditSource source)
    {
        if (SamplePopulation.IsOfDay(population, out var day))
        {
            return window.Contains(day)
                ? new SampleMembers(Assignments(log, day, window, below, source).Select(each => new SampleMember(each.Member, each.Roles.PrivilegedOf(each.Held.Role))))
                : throw new ArgumentException($"The day of {population} is not in {window}.", nameof(population));
        }

        return new SampleMembers(population switch
        {
            SamplePopulation.WindowAdditions => Changes(ChangeRow.Added),
            SamplePopulation.WindowRemovals => Changes(ChangeRow.Removed),
            SamplePopulation.Days => CoverageTable.Of(log, window, below, endOfLog, source).Lines
                .Where(line => line.IsExpected && line.Day < endOfLog).Select(line => new SampleMember(Day.Format(line.Day), null)).Distinct(),
            _ => throw new ArgumentException($"'{population}' is no population to draw from.", nameof(population)),
        });

        IEnumerable<SampleMember> Changes(string change) => AuditChanges.Of(log, window, below, source)
            .Where(row => row.Type == ObservationType.RoleAssignment && row.Change == change)
            .Select(row => new SampleMember(MemberOf(row), row.Privileged));
    }

    /// <summary>The assignments of each subscription in scope as its last reading up to the day showed them, with the member that each is.</summary>
    internal static IEnumerable<(string Member, Guid Subscription, Guid Connection, HeldObservation Held, RolesOfReading Roles)> Assignments(
        AuditLog log, DateOnly day, AuditWindow window, long below, IAuditSource source)
    {
        var connections = log.ConnectionsBySubscription(below);
        foreach (var subscription in AuditScope.Of(log, window, below).Subscriptions)
        {
            var readings = connections[subscription].SelectMany(connection => log.ReadingsOf(connection, below)).Where(r => r.IsComplete && r.Day <= day).ToList();
            if (readings.Count == 0)
                continue;
            var last = readings.MaxBy(reading => reading.Index);
            var steps = source.Steps(last.Connection);
            var seen = new FirstSeen(last.ObservedFrom ?? last.StartedAt, IsBase: true); // a complete one was observed
            var roles = RolesOfReading.None.After(Replay(ObservationType.RoleDefinition).AdvanceTo(last.Seq, seen), source);
            var assignments = Replay(ObservationType.RoleAssignment);
            assignments.AdvanceTo(last.Seq, seen);
            foreach (var assignment in assignments.Held)
                yield return ($"{subscription:D} {assignment.Key}", subscription, last.Connection, assignment, roles);

            PopulationReplay Replay(string type)
            {
                var own = steps.Where(step => step.Type == type).ToList();
                return own.Count > 0 && own[0].Seq <= last.Seq
                    ? new PopulationReplay(type, own, source)
                    : throw new FormatException($"There is no population of {type} for sync {last.Seq} of the connection {last.Connection}.");
            }
        }
    }

    /// <summary>The member that an assignment is which came or went.</summary>
    internal static string MemberOf(ChangeRow row) => $"{Instant.Format(row.Observed)} {row.Subscription:D} {row.Key}";
}
