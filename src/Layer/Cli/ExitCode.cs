using Layer.Evidence.Errors;

namespace Layer.Cli;

/// <summary>What a process tells its caller (docs/cli.md, "Exit codes"). <c>layer verify</c> has its own table.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Error = 1;
    public const int Changes = 2;
    public const int ConditionMet = 3;
    public const int SignIn = 4;
    public const int RightMissing = 5;
    public const int NothingSealed = 6;
    public const int Unreachable = 8;
    public const int Usage = 64;
    public const int Interrupted = 130;

    private static readonly int[] WorstFirst = [SignIn, RightMissing, NothingSealed, Unreachable, Error];

    public static int Of(FailureKind kind) => (int)kind;

    /// <summary>Of several connections the worst, in the order 4, 5, 6, 8, 1.</summary>
    public static int WorstOf(IReadOnlyCollection<int> codes)
    {
        foreach (var code in WorstFirst)
        {
            if (codes.Contains(code))
                return code;
        }

        return codes.FirstOrDefault(code => code != Done, Done);
    }
}
