namespace Layer.Syncing;

/// <summary>Who acts, as manifests and leaves name it.</summary>
internal static class Actor
{
    /// <summary>The person at the command line: <c>os:NAME@HOST</c>.</summary>
    public static string OfThisProcess => $"os:{Environment.UserName}@{Environment.MachineName}";
}
