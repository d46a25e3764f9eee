using System.Text.Json;

namespace Layer.Azure.Lists;

/// <summary>Reads the item the reader stands on (its start) to its end.</summary>
internal delegate T ReadItem<out T>(ref Utf8JsonReader reader, ReadOnlyMemory<byte> page);

/// <summary>One list of ARM: where it begins, and what the reading of it is called in the manifest.</summary>
/// <param name="Type">The observation type, or the name of a call that proves rights.</param>
/// <param name="Template">Id of the URL template (docs/evidence-format.md).</param>
/// <param name="ApiVersion">Azure's api-version.</param>
/// <param name="Filter">The $filter; null when none.</param>
/// <param name="First">Address of the first page.</param>
/// <param name="Action">The Azure action without which it is refused.</param>
/// <param name="Argument">What fills the template's <c>{id}</c>; null when it has none.</param>
internal sealed record ArmList(string Type, string Template, string ApiVersion, string? Filter, Uri First, string Action, string? Argument = null);
