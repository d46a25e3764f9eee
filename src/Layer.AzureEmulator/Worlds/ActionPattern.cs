namespace Layer.AzureEmulator.Worlds;

/// <summary>RBAC action patterns: * stands for any run of characters, case does not matter (azure-wire §3.6).</summary>
internal static class ActionPattern
{
    public static bool Matches(string pattern, string action)
    {
        int p = 0, a = 0, star = -1, resume = 0;
        while (a < action.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
                (star, resume, p) = (p, a, p + 1);
            else if (p < pattern.Length && char.ToLowerInvariant(pattern[p]) == char.ToLowerInvariant(action[a]))
                (p, a) = (p + 1, a + 1);
            else if (star >= 0)
                (p, a) = (star + 1, ++resume);
            else
                return false;
        }
        while (p < pattern.Length && pattern[p] == '*')
            p++;
        return p == pattern.Length;
    }

    public static bool Allows(this RolePermission permission, string action) =>
        permission.Actions.Any(p => Matches(p, action)) && !permission.NotActions.Any(p => Matches(p, action));
}
