namespace Layer.Evidence.Audits;

/// <summary>Where populations and observations come from: a database or a bundle.</summary>
/// <remarks>Its answers do not change while a table is made from it. Observations are asked for one by one, and whoever asks keeps none for long.</remarks>
public interface IAuditSource
{
    /// <summary>The population steps of a connection, of the window's records and their bases; ordered by type, then seq. Empty when it has none.</summary>
    /// <remarks>They may begin before the window that a table is made for: a draw's window lies within that of its bundle.</remarks>
    IReadOnlyList<PopulationStep> Steps(Guid connection);

    /// <summary>The canonical bytes of an observation.</summary>
    /// <exception cref="KeyNotFoundException">It is not there.</exception>
    ReadOnlyMemory<byte> Observation(Digest digest);
}
