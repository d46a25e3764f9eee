namespace Layer.Evidence.Leaves;

internal static class Ascending
{
    /// <summary>Whether each text comes after the one before it, none twice.</summary>
    public static bool IsAscending(this IEnumerable<string> texts)
    {
        string? last = null;
        foreach (var text in texts)
        {
            if (last is not null && string.CompareOrdinal(last, text) >= 0)
                return false;
            last = text;
        }

        return true;
    }
}
