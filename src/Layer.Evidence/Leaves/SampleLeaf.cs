using Layer.Evidence.Audits;
using Layer.Evidence.Canonical;

namespace Layer.Evidence.Leaves;

/// <summary>How a sample is drawn.</summary>
public static class SampleMethod
{
    /// <summary>By chance, from the seed.</summary>
    public const string Random = "random";

    /// <summary>Every k-th member, from a start that the seed gives.</summary>
    public const string EveryKth = "every-kth";

    /// <summary>The privileged members.</summary>
    public const string Privileged = "privileged";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Random, EveryKth, Privileged];
}

/// <summary>What a sample is drawn from.</summary>
public static class SamplePopulation
{
    /// <summary>What came in the window.</summary>
    public const string WindowAdditions = "window-additions";

    /// <summary>What went in the window.</summary>
    public const string WindowRemovals = "window-removals";

    /// <summary>The days of the window.</summary>
    public const string Days = "days";

    private const string DayPrefix = "day:";

    /// <summary>The population of one day, e.g. <c>day:2026-05-01</c>.</summary>
    public static string Of(DateOnly day) => DayPrefix + Day.Format(day);

    /// <summary>The day of a population of one day; false of any other.</summary>
    public static bool IsOfDay(string population, out DateOnly day)
    {
        day = default;
        return population.StartsWith(DayPrefix, StringComparison.Ordinal) && Day.TryParse(population.AsSpan(DayPrefix.Length), out day);
    }

    /// <summary>Whether it is one of them.</summary>
    internal static bool IsKnown(string population) => population is WindowAdditions or WindowRemovals or Days || IsOfDay(population, out _);
}

/// <summary>A sample that was drawn, so that anybody can draw it again from the same population and seed.</summary>
public sealed record SampleLeaf : LeafBody
{
    /// <summary>The one way to draw.</summary>
    public const string CurrentAlgorithm = "layer-sample/1";

    /// <summary>The one list of what is privileged.</summary>
    public const string CurrentPrivileged = "privileged/1";

    /// <inheritdoc/>
    public override string Kind => LeafKind.Sample;

    /// <summary>Who drew it: <c>user:ID</c>, <c>token:ID</c> or <c>os:NAME@HOST</c>.</summary>
    public required string Actor { get; init; }

    /// <summary>Version of the way to draw.</summary>
    public required string Algorithm { get; init; }

    /// <summary>One of <see cref="SampleMethod"/>.</summary>
    public required string Method { get; init; }

    /// <summary>One of <see cref="SamplePopulation"/>.</summary>
    public required string Population { get; init; }

    /// <summary>The window; the day of the population of a day lies in it.</summary>
    public required AuditWindow Window { get; init; }

    /// <summary>How many members the population had.</summary>
    public required int Count { get; init; }

    /// <summary>RFC 6962 root over the members, ascending by UTF-8 bytes; a member's hash is SHA-256(0x00 ‖ its UTF-8 text).</summary>
    public required Digest Root { get; init; }

    /// <summary>How many were asked for, at least 1.</summary>
    public required int N { get; init; }

    /// <summary>The seed, as it was given.</summary>
    public required string Seed { get; init; }

    /// <summary>Who gave the seed.</summary>
    public required string GivenBy { get; init; }

    /// <summary>Version of the list of what is privileged; null unless that is the method.</summary>
    public string? Privileged { get; init; }

    /// <summary>The members drawn, in the order in which they were drawn.</summary>
    public required IReadOnlyList<string> Picked { get; init; }

    internal override void WriteTo(CanonicalWriter writer)
    {
        writer.Property("actor", Actor);
        writer.Property("algorithm", Algorithm);
        writer.Property("count", Count);
        writer.Property("givenBy", GivenBy);
        writer.Property("method", Method);
        writer.Property("n", N);
        writer.Name("picked");
        writer.StartArray();
        foreach (var member in Picked)
            writer.String(member);
        writer.EndArray();
        writer.Property("population", Population);
        writer.Property("privileged", Privileged);
        writer.Property("root", Root);
        writer.Property("seed", Seed);
        WindowField.Write(writer, Window);
    }

    internal static SampleLeaf Read(Fields body)
    {
        var leaf = new SampleLeaf
        {
            Actor = body.Text("actor"),
            Algorithm = body.OneOf("algorithm", [CurrentAlgorithm]),
            Count = body.Count("count"),
            GivenBy = body.Text("givenBy"),
            Method = body.OneOf("method", SampleMethod.All),
            N = body.Count("n"),
            Picked = body.Texts("picked"),
            Population = body.Text("population"),
            Privileged = body.IsNull("privileged") ? null : body.OneOf("privileged", [CurrentPrivileged]),
            Root = body.Digest("root"),
            Seed = body.Text("seed"),
            Window = WindowField.Get(body),
        };
        leaf.RefuseContradictions(body);
        return leaf;
    }

    private void RefuseContradictions(Fields body)
    {
        if (!SamplePopulation.IsKnown(Population))
            throw body.Wrong("population", $"'{Population}', which is no population to draw from");
        if (Privileged is null == (Method == SampleMethod.Privileged))
            throw body.Wrong("privileged", $"{(Privileged is null ? "null" : $"'{Privileged}'")}, and the method is {Method}");
        if (Method == SampleMethod.Privileged && Population == SamplePopulation.Days)
            throw body.Wrong("method", $"{Method}, and the population is {Population}");
        if (SamplePopulation.IsOfDay(Population, out var day) && !Window.Contains(day))
            throw body.Wrong("population", $"'{Population}', a day that is not in its window {Window}");
        if (N < 1)
            throw body.Wrong("n", "less than 1");
        if (Picked.Count > N)
            throw body.Wrong("picked", $"a list of {Picked.Count}, and {N} were asked for");
    }
}
