using System.Globalization;
using System.Text;
using Layer.Evidence;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Layer.Storage;

/// <summary>Ticks of UTC in a bigint: both engines order and compare it, and lose nothing.</summary>
internal sealed class UtcTicks() : ValueConverter<DateTimeOffset, long>(time => time.UtcTicks, ticks => new DateTimeOffset(ticks, TimeSpan.Zero));

/// <summary>A UTC day as the number of days since 0001-01-01.</summary>
internal sealed class DayNumber() : ValueConverter<DateOnly, int>(day => day.DayNumber, number => DateOnly.FromDayNumber(number));

internal sealed class DigestBytes() : ValueConverter<Digest, byte[]>(digest => digest.ToArray(), bytes => new Digest(bytes));

/// <summary>Lower-case text. Microsoft.Data.Sqlite would write upper case, and raw SQL that compares text would then miss rows.</summary>
internal sealed class LowerCaseGuid() : ValueConverter<Guid, string>(id => id.ToString("D"), text => Guid.ParseExact(text, "D"));

internal sealed class KebabCase<T>() : ValueConverter<T, string>(value => KebabCaseText.Of(value), text => KebabCaseText.Parse<T>(text))
    where T : struct, Enum;

/// <summary>Names of enum values as they stand in the database and in JSON: <c>CatchUp</c> is <c>catch-up</c>.</summary>
internal static class KebabCaseText
{
    public static string Of<T>(T value)
        where T : struct, Enum => SnakeCase.Of(value.ToString()).Replace('_', '-');

    public static T Parse<T>(string text)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (Of(value) == text)
                return value;
        }

        throw new FormatException($"'{text}' is not a {typeof(T).Name}.");
    }
}

internal static class SnakeCase
{
    public static string Of(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]))
                text.Append('_');
            text.Append(char.ToLower(name[i], CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }
}
