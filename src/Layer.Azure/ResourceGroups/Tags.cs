using System.Text.Json;
using Layer.Azure.Lists;
using Layer.Evidence.Canonical;

namespace Layer.Azure.ResourceGroups;

/// <summary>Tags as an array of <c>{"k","v"}</c> sorted by name (ordinal); absent, null and <c>{}</c> are all empty.</summary>
internal static class Tags
{
    public static void Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> page, List<(string Name, JsonText Value)> tags)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return;
        Json.ExpectObject(ref reader, "tags");
        var names = new SeenNames();
        while (Json.NextProperty(ref reader, ref names, page.Span))
        {
            var name = reader.GetString()!; // a property name is never null
            tags.Add((name, Json.Next(ref reader, page, "A tag's value")));
        }

        tags.Sort(static (x, y) => string.CompareOrdinal(x.Name, y.Name));
    }

    public static void WriteTo(CanonicalWriter writer, List<(string Name, JsonText Value)> tags)
    {
        writer.StartArray();
        foreach (var (name, value) in tags)
        {
            writer.StartObject();
            writer.Name("k");
            writer.String(name);
            writer.Name("v");
            value.WriteTo(writer);
            writer.EndObject();
        }

        writer.EndArray();
    }
}
