using Layer.Evidence.Observations;

namespace Layer.Evidence.Audits;

/// <summary>Derives the observations of a page of Azure's answers again, as the connector derived them (docs/evidence-format.md §8.10).</summary>
/// <param name="template">Id of the URL template that the page answered, of a list or an object that is observed.</param>
/// <param name="subscription">The subscription that was asked.</param>
/// <param name="page">The bytes as they came.</param>
/// <returns>An observation for each row of the page, in its order.</returns>
/// <exception cref="FormatException">The page is no such answer.</exception>
public delegate IReadOnlyList<Observation> DeriveObservations(string template, Guid subscription, ReadOnlyMemory<byte> page);
