using System.Globalization;

namespace Layer.AzureEmulator;

/// <summary>Which page of a list a fault strikes.</summary>
public readonly record struct FaultPage
{
    private const int AnyPage = 0, MiddlePage = -1, LastPage = -2;

    private readonly int _number;

    private FaultPage(int number) => _number = number;

    /// <summary>Every page, and answers without pages.</summary>
    public static FaultPage Any => new(AnyPage);

    /// <summary>The first page.</summary>
    public static FaultPage First => new(1);

    /// <summary>The page in the middle: of one page the first, of two the second.</summary>
    public static FaultPage Middle => new(MiddlePage);

    /// <summary>The last page.</summary>
    public static FaultPage Last => new(LastPage);

    /// <summary>A page by number, from 1.</summary>
    public static FaultPage Number(int number) => new(number > 0
        ? number
        : throw new ArgumentOutOfRangeException(nameof(number), number, "Pages are counted from 1."));

    /// <summary>Reads any, first, middle, last or a number.</summary>
    public static FaultPage Parse(string text) => text.ToUpperInvariant() switch
    {
        "" or "ANY" => Any,
        "FIRST" => First,
        "MIDDLE" => Middle,
        "LAST" => Last,
        _ => Number(int.Parse(text, CultureInfo.InvariantCulture)),
    };

    internal bool Is(int page, int pages) => _number switch
    {
        AnyPage => true,
        MiddlePage => page == pages / 2 + 1,
        LastPage => page == pages,
        _ => page == _number,
    };

    /// <inheritdoc />
    public override string ToString() => _number switch
    {
        AnyPage => "any",
        MiddlePage => "middle",
        LastPage => "last",
        _ => _number.ToString(CultureInfo.InvariantCulture),
    };
}
