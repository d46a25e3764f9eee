namespace Layer.Evidence.Canonical;

public sealed partial class CanonicalWriter
{
    /// <summary>Writes a property with a string, or null.</summary>
    /// <exception cref="MalformedTextException">The text holds a lone surrogate.</exception>
    public void Property(string name, string? value)
    {
        Name(name);
        String(value);
    }

    /// <summary>Writes a property with an integer, or null.</summary>
    public void Property(string name, long? value)
    {
        Name(name);
        if (value is { } integer)
            Integer(integer);
        else
            Null();
    }

    /// <summary>Writes a property with true or false.</summary>
    public void Property(string name, bool value)
    {
        Name(name);
        Boolean(value);
    }

    /// <summary>Writes a property with 64 hexadecimal digits, or null.</summary>
    public void Property(string name, Digest? value) => Property(name, value?.ToString());

    /// <summary>Writes a property with a UUID in lower case, or null.</summary>
    public void Property(string name, Guid? value) => Property(name, value?.ToString("D"));

    /// <summary>Writes a property with a point in time (<see cref="Instant"/>), or null.</summary>
    public void Property(string name, DateTimeOffset? value) => Property(name, value is { } instant ? Layer.Evidence.Canonical.Instant.Format(instant) : null);
}
