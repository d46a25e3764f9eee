using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Layer.Azure.Lists;

/// <summary>The property names of one object so far; refuses one that comes twice.</summary>
internal struct SeenNames
{
    private const int InlineNames = 24;

    private Places _places;
    private int _count;
    private HashSet<string>? _many;

    /// <summary>Adds the name the reader stands on.</summary>
    public void Add(ref Utf8JsonReader reader, ReadOnlySpan<byte> page)
    {
        if (_many is null && (reader.ValueIsEscaped || _count == InlineNames))
            Spread(page);
        if (_many is not null)
        {
            var text = reader.GetString()!; // a property name is never null
            if (!_many.Add(text))
                throw Twice(text);
            return;
        }

        var name = reader.ValueSpan;
        for (var i = 0; i < _count; i++)
        {
            var (start, length) = _places[i];
            if (length == name.Length && page.Slice(start, length).SequenceEqual(name))
                throw Twice(Encoding.UTF8.GetString(name));
        }

        // The token starts at its quote.
        _places[_count++] = ((int)reader.TokenStartIndex + 1, name.Length);
    }

    // Escaped names compare by what they mean, and many names faster in a set.
    private void Spread(ReadOnlySpan<byte> page)
    {
        _many = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < _count; i++)
            _many.Add(Encoding.UTF8.GetString(page.Slice(_places[i].Start, _places[i].Length)));
    }

    private static MalformedAnswerException Twice(string name) => new($"The property '{name}' is there twice.");

    [InlineArray(InlineNames)]
    private struct Places
    {
        private (int Start, int Length) _first;
    }
}
