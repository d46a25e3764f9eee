using System.Globalization;

namespace Layer.Evidence.Audits;

/// <summary>The files of a bundle (docs/evidence-format.md §8).</summary>
public static class BundleFiles
{
    /// <summary>How to verify without us.</summary>
    public const string Readme = "README.txt";

    /// <summary>For management to sign.</summary>
    public const string Assertion = "assertion.md";

    /// <summary>What was added, changed, removed.</summary>
    public const string Changes = "changes.csv";

    /// <summary>The signed checkpoint.</summary>
    public const string Checkpoint = "checkpoint";

    /// <summary>The RFC 3161 response over the checkpoint, when there is one.</summary>
    public const string Timestamp = "checkpoint.tsr";

    /// <summary>Each subscription on each day.</summary>
    public const string Coverage = "coverage.csv";

    /// <summary>The disclosed leaves for people.</summary>
    public const string Index = "index.csv";

    /// <summary>The exact bytes of the disclosed leaves.</summary>
    public const string Leaves = "leaves.jsonl";

    /// <summary>What is not covered.</summary>
    public const string Limits = "limits.md";

    /// <summary>The mapping that the records name.</summary>
    public const string Mapping = "mapping.json";

    /// <summary>Each distinct observation once.</summary>
    public const string Observations = "observations.jsonl";

    /// <summary>Each population by its difference from the one before.</summary>
    public const string Populations = "populations.jsonl";

    /// <summary>Names, when they are part of it.</summary>
    public const string Principals = "principals.csv";

    /// <summary>The same for people.</summary>
    public const string Report = "report.html";

    /// <summary>Every draw.</summary>
    public const string Samples = "samples.csv";

    /// <summary>What the app registrations could see.</summary>
    public const string Subscriptions = "subscriptions.csv";

    /// <summary>A copy of the verifier.</summary>
    public const string Verifier = "verify.py";

    private const string ControlsFolder = "controls/";
    private const string RawFolder = "raw/";
    private const string TilesFolder = "tiles/";
    private const string PageEnd = ".json.gz";
    private const string ControlEnd = ".md";
    private const int HighestLevel = 52; // a tree has less than 2^53 leaves

    private static readonly string[] Always =
    [
        Readme, Assertion, BundleHead.Name, Changes, Checkpoint, Coverage, Index, Leaves, Limits, Mapping, Observations, Populations, Report, Samples, Subscriptions,
        Verifier, BundleSums.Name, BundleSums.SignatureName,
    ];

    /// <summary>Name of the file about a criterion, e.g. <c>controls/CC6.1.md</c>.</summary>
    public static string ControlOf(string criterion) => ControlsFolder + criterion + ControlEnd;

    /// <summary>Name of the file with a kept page.</summary>
    /// <param name="sha256">SHA-256 of the page as it came, not of the file.</param>
    public static string PageOf(Digest sha256) => RawFolder + sha256 + PageEnd;

    /// <summary>The SHA-256 in the name of a page's file; false of every other name.</summary>
    internal static bool IsPage(string name, out Digest sha256)
    {
        sha256 = default;
        return name.StartsWith(RawFolder, StringComparison.Ordinal) && name.EndsWith(PageEnd, StringComparison.Ordinal)
            && Digest.TryParse(name.AsSpan(RawFolder.Length..^PageEnd.Length), out sha256) && name == PageOf(sha256);
    }

    /// <summary>The level in the name of a file of tiles; false of every other name.</summary>
    internal static bool IsTiles(string name, out int level)
    {
        level = 0;
        return name.StartsWith(TilesFolder, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(TilesFolder.Length), NumberStyles.None, CultureInfo.InvariantCulture, out level)
            && level <= HighestLevel && name == TileCut.FileOf(level);
    }

    /// <summary>What is wrong with the names; null when all that must be there is there, and nothing else.</summary>
    internal static string? FindProblem(StoredZip zip, BundleHead head)
    {
        var always = head.Names ? Always.Append(Principals) : Always;
        if (always.FirstOrDefault(name => zip.Find(name) is null) is { } missing)
            return $"'{missing}' is missing.";
        var unknown = zip.Entries.Select(entry => entry.Name).FirstOrDefault(name => !IsKnown(name, head));
        return unknown is null ? null : $"'{unknown}' is no file of such a bundle.";
    }

    private static bool IsKnown(string name, BundleHead head) =>
        Always.Contains(name) || name == Timestamp || IsTiles(name, out _) || IsControl(name) || (head.Names && name == Principals) || (head.Raw && IsPage(name, out _));

    // CC6.1, A1.2, PI1.3
    private static bool IsControl(string name)
    {
        if (!name.StartsWith(ControlsFolder, StringComparison.Ordinal) || !name.EndsWith(ControlEnd, StringComparison.Ordinal))
            return false;
        var parts = name[ControlsFolder.Length..^ControlEnd.Length].Split('.');
        var letters = parts[0].TrimEnd(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
        return parts.Length == 2 && letters.Length > 0 && letters.All(char.IsAsciiLetterUpper) && letters.Length < parts[0].Length
            && parts[1].Length > 0 && parts[1].All(char.IsAsciiDigit);
    }
}
