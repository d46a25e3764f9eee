namespace Layer.Cli;

/// <summary>Sentences about numbers.</summary>
internal static class Words
{
    /// <summary>"1 change", "2 changes".</summary>
    public static string Count(long count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
