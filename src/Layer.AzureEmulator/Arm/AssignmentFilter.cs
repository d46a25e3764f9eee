using System.Text.RegularExpressions;
using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator.Arm;

/// <summary>$filter of role assignments (azure-wire §3.4): atScope(), principalId eq '…', assignedTo('…'), and atScope() with one of them.</summary>
internal sealed partial record AssignmentFilter(bool AtScope, Guid? Principal, Guid? AssignedTo)
{
    public static AssignmentFilter? Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return new AssignmentFilter(false, null, null);
        var match = Form().Match(text);
        return match.Success ? new AssignmentFilter(match.Groups["at"].Success, Id(match.Groups["principal"]), Id(match.Groups["to"])) : null;
    }

    public IEnumerable<RoleAssignment> Apply(IEnumerable<RoleAssignment> seen, string scope, Store store)
    {
        if (AtScope)
            seen = seen.Where(a => Scope.IsManagementGroup(a.Scope) || Scope.Contains(a.Scope, scope));
        if (Principal is { } principal)
            seen = seen.Where(a => a.PrincipalId == principal);
        if (AssignedTo is { } member)
        {
            // Not for the id of a group (azure-wire §3.4).
            var isGroup = store.Principals.GetValueOrDefault(member)?.Kind == PrincipalKind.Group;
            var holders = isGroup ? [] : store.WithGroups(member);
            seen = seen.Where(a => holders.Contains(a.PrincipalId));
        }
        return seen;
    }

    private static Guid? Id(Group group) => group.Success ? Guid.Parse(group.ValueSpan) : null;

    [GeneratedRegex(
        @"^\s*(?<at>atScope\(\))?(?:(?<=\S)\s+and\s+)?(?:principalId\s+eq\s+'?(?<principal>[0-9a-f-]{36})'?|assignedTo\('(?<to>[0-9a-f-]{36})'\))?\s*$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Form();
}
