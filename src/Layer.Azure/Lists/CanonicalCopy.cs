using System.Text.Json;
using Layer.Evidence.Canonical;

namespace Layer.Azure.Lists;

/// <summary>Writes JSON of the source in canonical form: names sorted, nothing left out, nothing added.</summary>
internal static class CanonicalCopy
{
    public static void Write(CanonicalWriter writer, ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        Write(writer, document.RootElement);
    }

    private static void Write(CanonicalWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.StartObject();
                foreach (var property in value.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
                {
                    if (!System.Text.Ascii.IsValid(property.Name))
                        throw new MalformedTextException("A property name is not ASCII.");
                    writer.Name(property.Name);
                    Write(writer, property.Value);
                }

                writer.EndObject();
                break;
            case JsonValueKind.Array:
                writer.StartArray();
                foreach (var element in value.EnumerateArray())
                    Write(writer, element);
                writer.EndArray();
                break;
            case JsonValueKind.String:
                writer.String(value.GetString());
                break;
            case JsonValueKind.Number when value.TryGetInt64(out var number) && number is <= CanonicalWriter.MaxInteger and >= -CanonicalWriter.MaxInteger:
                writer.Integer(number);
                break;
            case JsonValueKind.True or JsonValueKind.False:
                writer.Boolean(value.GetBoolean());
                break;
            case JsonValueKind.Null:
                writer.Null();
                break;
            default:
                throw new MalformedTextException("A number is not an integer of at most 2^53-1.");
        }
    }
}
