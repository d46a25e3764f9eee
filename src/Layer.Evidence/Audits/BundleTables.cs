namespace Layer.Evidence.Audits;

/// <summary>The derived files of a bundle, made again: step 7 of docs/evidence-format.md §9.1.</summary>
/// <param name="Coverage">The coverage of the window.</param>
/// <param name="Undecided">How many subscriptions nobody decided on.</param>
internal sealed record BundleTables(CoverageTable Coverage, int Undecided)
{
    /// <summary>Makes each again and compares its bytes.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="leaves">Its leaves.</param>
    /// <param name="scope">The subscriptions in scope.</param>
    /// <param name="populations">Its populations.</param>
    /// <param name="progress">Told which file is next, of how many.</param>
    public static BundleTables Check(
        BundleContainer bundle, BundleLeaves leaves, AuditScope scope, BundlePopulations populations, Action<long, long>? progress)
    {
        var (head, log) = (bundle.Head, leaves.Log);
        var (window, below) = (head.Window, head.Checkpoint);
        if (!leaves.IsIndexed)
            throw Differs(BundleFiles.Index);
        progress?.Invoke(1, 5);
        var coverage = Make(BundleFiles.Coverage, () => CoverageTable.Of(log, window, below, log.LastDay, populations));
        Compare(bundle, BundleFiles.Coverage, coverage.WriteCsv);
        progress?.Invoke(2, 5);
        var subscriptions = Make(BundleFiles.Subscriptions, () => SubscriptionTable.Of(log, window, below, populations));
        Compare(bundle, BundleFiles.Subscriptions, subscriptions.WriteCsv);
        progress?.Invoke(3, 5);
        Compare(bundle, BundleFiles.Changes, csv => AuditChanges.WriteCsv(csv, AuditChanges.Of(log, window, below, populations)));
        progress?.Invoke(4, 5);
        var samples = SampleTable.Of(log, window, head.First, below);
        Compare(bundle, BundleFiles.Samples, samples.WriteCsv);
        foreach (var draw in samples.Draws)
            CheckDraw(log, scope, draw, populations);
        BundlePrincipals.Check(bundle, leaves, populations);
        return new BundleTables(coverage, subscriptions.Undecided);
    }

    private static void CheckDraw(AuditLog log, AuditScope scope, Placed<Leaves.SampleLeaf> draw, BundlePopulations populations)
    {
        var place = BundleProblemException.Leaf(draw.Index);
        // A draw from subscriptions that this bundle does not disclose cannot be drawn again from it.
        if (AuditScope.Of(log, draw.Leaf.Window, draw.Index).Subscriptions.Except(scope.Subscriptions).Any())
            return;
        string? problem;
        try
        {
            problem = Make(place, () => SampleTable.FindProblem(log, draw, populations));
        }
        catch (ArgumentException impossible)
        {
            throw BundleProblemException.Broken(place, $"It cannot have been drawn: {impossible.Message}", impossible);
        }

        if (problem is not null)
            throw BundleProblemException.Broken(place, problem);
    }

    private static void Compare(BundleContainer bundle, string name, Action<CsvWriter> write)
    {
        using var comparer = new ContentComparer(bundle.Zip.OpenEntry(name));
        using var csv = new CsvWriter(comparer);
        Make(name, () =>
        {
            write(csv);
            csv.Flush();
            return true;
        });
        if (!comparer.IsSame())
            throw Differs(name);
    }

    // What the leaves and populations say was checked; where they still do not fit one another, the file that needs them cannot be made.
    private static T Make<T>(string place, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (Exception e) when (e is FormatException or KeyNotFoundException)
        {
            throw BundleProblemException.Broken(place, $"It cannot be made again: {e.Message}", e);
        }
    }

    private static BundleProblemException Differs(string name) => BundleProblemException.Broken(name, "Made again from the leaves and populations, it is different.");
}
