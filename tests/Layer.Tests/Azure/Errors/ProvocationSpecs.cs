using Layer.Azure.Errors;

namespace Layer.Tests.Azure.Errors;

public sealed class ProvocationSpecs
{
    public static TheoryData<string> Codes => [.. AzureErrors.All.Select(entry => entry.Code)];

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Each_failure_is_provoked(string code)
    {
        Assert.True(Provocations.ByCode.TryGetValue(code, out var provoke), $"Nothing provokes {code}.");

        var failure = await provoke();

        Assert.Equal(code, failure.Code);
        Cards.AssertFilled(failure);
    }

    [Fact]
    public void Nothing_is_provoked_that_is_not_in_the_catalog() =>
        Assert.Empty(Provocations.ByCode.Keys.Except(AzureErrors.All.Select(entry => entry.Code)));
}
