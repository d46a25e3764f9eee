using Layer.Evidence.Collecting;
using Layer.Operations;

namespace Layer.Tests.Operations;

public sealed class ErrorCatalogSpecs
{
    private const int MostWordsOfATitle = 8;

    public static TheoryData<string> Codes => [.. ErrorCatalog.Own.Select(entry => entry.Code)];

    [Fact]
    public void Every_code_has_one_entry() =>
        Assert.Equal(ErrorCatalog.All.Count, ErrorCatalog.All.Select(entry => entry.Code).Distinct().Count());

    [Theory]
    [MemberData(nameof(Codes))]
    public void Every_failure_explains_itself(string code)
    {
        var entry = ErrorCatalog.Get(code);

        Assert.Equal(code, entry.Code);
        Assert.InRange(entry.Title.Split(' ').Length, 2, MostWordsOfATitle);
        Assert.InRange(entry.DoThis.Count, 1, 3);
        Assert.EndsWith(".", entry.Why);
        Assert.NotEmpty(entry.SafeOnConnect);
        Assert.NotEmpty(entry.SafeOnSync);
    }

    [Fact]
    public void Item_11_a_code_nobody_knows_falls_back_to_Microsofts_text()
    {
        var card = ErrorCatalog.Card(
            new Failure("AADSTS999999", new Dictionary<string, string> { ["microsoftText"] = "AADSTS999999: A new thing.", ["correlationId"] = "abc" }), connecting: true);

        Assert.Contains("AADSTS999999: A new thing.", card.Why);
        Assert.Contains(card.DoThis, step => step.Contains("abc", StringComparison.Ordinal));
    }
}
