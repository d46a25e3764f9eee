namespace Layer.Evidence.Frameworks;

/// <summary>Something that a record cannot show.</summary>
/// <param name="Id">Stable, e.g. <c>pim-eligible</c>.</param>
/// <param name="Sentence">For people; states what is not covered.</param>
/// <param name="Evidence">Ids of the evidence types it belongs to.</param>
public sealed record Limit(string Id, string Sentence, IReadOnlyList<string> Evidence);
