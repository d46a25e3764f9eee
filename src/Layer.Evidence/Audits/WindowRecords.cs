namespace Layer.Evidence.Audits;

/// <summary>The records of one connection and evidence type that a window is about (docs/evidence-format.md §8.6).</summary>
/// <param name="Base">The record before the first of <paramref name="Records"/>, or the newest before the window when there is none in it; null when none is.</param>
/// <param name="Records">Those observed in the window, and what lies between them; ascending by index, each the next one's <c>previous</c>.</param>
public sealed record WindowRecords(AuditRecord? Base, IReadOnlyList<AuditRecord> Records)
{
    /// <summary>The records with an index less than <paramref name="below"/>.</summary>
    public static WindowRecords Of(AuditLog log, Guid connection, string type, AuditWindow window, long below)
    {
        AuditRecord? newestBefore = null;
        AuditRecord? before = null;
        var run = new List<AuditRecord>();
        var length = 0;
        foreach (var record in log.RecordsOf(connection, type, below))
        {
            var inside = window.Contains(record.Day);
            if (run.Count > 0 || inside)
            {
                run.Add(record);
                length = inside ? run.Count : length;
                continue;
            }

            // Before the first in the window, whichever day the source's clock gave it.
            before = record;
            newestBefore = record.Day < window.From ? record : newestBefore;
        }

        run.RemoveRange(length, run.Count - length); // what came after the window
        return new WindowRecords(run.Count > 0 ? before : newestBefore, run);
    }
}
