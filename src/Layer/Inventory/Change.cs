using Layer.Evidence.Observations;

namespace Layer.Inventory;

internal enum ChangeKind
{
    Added,
    Changed,
    Removed,
}

/// <summary>One object that differs between two readings of a connection. The role is named for assignments and definitions, where it is known;
/// privileged is an assignment of, or a definition that is, a role that can change anything or give rights.</summary>
internal sealed record Change(ChangeKind Kind, Seen? Before, Seen? After, string? Role, bool Privileged)
{
    private static readonly string[] Types =
        [ObservationType.Subscription, ObservationType.ResourceGroup, ObservationType.RoleAssignment, ObservationType.RoleDefinition];

    /// <summary>The later of the two sides.</summary>
    public Seen Subject => After ?? Before ?? throw new InvalidOperationException("A change has at least one side.");

    /// <summary>What the principal of a role assignment is called; null of anything else, and when it was not looked up.</summary>
    public PrincipalName? NameIn(KnownNames names) => Subject.Type == ObservationType.RoleAssignment ? names.Find(Subject) : null;

    public static async Task<IReadOnlyList<Change>> BetweenAsync(InventoryReader inventory, Reading from, Reading to, CancellationToken cancellationToken)
    {
        var changes = new List<Change>();
        if (from.Seq == to.Seq)
            return changes;
        var rolesBefore = await inventory.RolesAsync(from, cancellationToken);
        var rolesAfter = await inventory.RolesAsync(to, cancellationToken);
        foreach (var type in Types)
        {
            var before = (await inventory.ListAsync(from, type, cancellationToken)).ToDictionary(seen => seen.Key, StringComparer.Ordinal);
            var after = (await inventory.ListAsync(to, type, cancellationToken)).ToDictionary(seen => seen.Key, StringComparer.Ordinal);
            foreach (var key in before.Keys.Union(after.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                var (was, isNow) = (before.GetValueOrDefault(key), after.GetValueOrDefault(key));
                if (was?.Digest == isNow?.Digest)
                    continue;
                var roles = isNow is null ? rolesBefore : rolesAfter;
                changes.Add(Create(was, isNow, roles));
            }
        }

        return changes;
    }

    private static Change Create(Seen? was, Seen? isNow, Roles roles)
    {
        var subject = isNow ?? was ?? throw new InvalidOperationException("A change has at least one side.");
        var kind = was is null ? ChangeKind.Added : isNow is null ? ChangeKind.Removed : ChangeKind.Changed;
        return subject.Type switch
        {
            ObservationType.RoleAssignment => new Change(
                kind, was, isNow, roles.FindName(subject.Text("roleDefinitionId")), roles.IsPrivileged(subject.Text("roleDefinitionId"))),
            ObservationType.RoleDefinition => new Change(kind, was, isNow, subject.Text("name"), Roles.IsPrivileged(subject.Facts)),
            _ => new Change(kind, was, isNow, null, false),
        };
    }
}
