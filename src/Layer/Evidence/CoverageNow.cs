using Layer.Audits;
using Layer.Evidence.Audits;
using Layer.Storage;
using Layer.Workspaces;

namespace Layer.Evidence;

/// <summary>Coverage as it stands at this moment: counted from the leaves of the log, never from rows or from a schedule that should have run.</summary>
internal static class CoverageNow
{
    /// <summary>Computes it. The clock's day ends the log, not the day of its last leaf: an installation that died shows the days it missed since.</summary>
    /// <param name="database">The open database.</param>
    /// <param name="workspace">Whose log.</param>
    /// <param name="window">Null: from the first connection's first day until and including today.</param>
    /// <param name="clock">Says which day it is.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Null when nothing was ever connected.</returns>
    /// <exception cref="Operations.RefusedException">LOG_BROKEN: a leaf is missing or damaged.</exception>
    public static async Task<CoverageTable?> ReadAsync(
        LayerDatabase database, Workspace workspace, AuditWindow? window, TimeProvider clock, CancellationToken cancellationToken)
    {
        await using var whole = await WholeLog.OpenAsync(database, workspace, cancellationToken);
        if (whole.Log.Connections is not [var first, ..])
            return null;
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var days = window ?? new AuditWindow(first.Day < today ? first.Day : today, today.AddDays(1));
        return CoverageTable.Of(whole.Log, days, whole.Size, today, whole.SourceOf(days));
    }

    /// <summary>Whether a day has passed, was expected, and cannot be made good any more.</summary>
    public static bool IsMissing(CoverageLine line) => line is { IsExpected: true, IsCovered: false, State: not CoverageState.NotDue };

    /// <summary>What people call the subscription of a line: its id when nothing tells its name.</summary>
    public static string NameOf(CoverageLine line) => line.Name.Length > 0 ? line.Name : line.Subscription.ToString();
}
