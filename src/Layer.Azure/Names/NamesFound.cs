using Layer.Evidence.Collecting;

namespace Layer.Azure.Names;

/// <summary>A principal whose name is wanted.</summary>
/// <param name="Id">The object id.</param>
/// <param name="PrincipalType">As the role assignment says, e.g. <c>ForeignGroup</c>.</param>
public sealed record NamelessPrincipal(Guid Id, string PrincipalType);

/// <summary>The names of some principals.</summary>
/// <param name="ByPrincipal">One entry for each principal that was asked for.</param>
/// <param name="Failure">Why some names are missing that could be there, e.g. <c>NAMES_UNAVAILABLE</c>; null when every question was answered.</param>
public sealed record NamesFound(IReadOnlyDictionary<Guid, NameLookup> ByPrincipal, Failure? Failure);
