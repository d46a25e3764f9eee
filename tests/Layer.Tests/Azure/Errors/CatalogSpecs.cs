using System.Reflection;
using System.Text.RegularExpressions;
using Layer.Azure.Errors;
using Layer.Evidence.Collecting;
using Layer.Evidence.Errors;

namespace Layer.Tests.Azure.Errors;

public sealed class CatalogSpecs
{
    public static TheoryData<string> Codes => [.. AzureErrors.All.Select(entry => entry.Code)];

    [Fact]
    public void The_catalog_has_one_entry_for_each_code_and_at_least_36()
    {
        var codes = AzureErrors.All.Select(entry => entry.Code).ToList();

        Assert.Equal(codes.Distinct(StringComparer.OrdinalIgnoreCase), codes);
        Assert.True(codes.Count >= 36, $"only {codes.Count} entries");
    }

    [Theory]
    [InlineData(typeof(SignInErrors))]
    [InlineData(typeof(SubscriptionErrors))]
    [InlineData(typeof(RightErrors))]
    [InlineData(typeof(AnswerErrors))]
    [InlineData(typeof(NetworkErrors))]
    public void Every_entry_that_is_written_is_in_the_catalog(Type area)
    {
        var written = area.GetProperties(BindingFlags.Public | BindingFlags.Static)
            .Where(property => property.PropertyType == typeof(ErrorEntry))
            .Select(property => (ErrorEntry)property.GetValue(null)!)
            .ToList();

        Assert.NotEmpty(written);
        Assert.All(written, entry => Assert.Same(entry, AzureErrors.Get(entry.Code)));
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void Each_entry_keeps_the_form_of_a_card(string code)
    {
        var entry = AzureErrors.Get(code);

        Assert.Matches("^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$", entry.Code);
        Assert.InRange(entry.Title.Split(' ').Length, 2, 8);
        Assert.DoesNotMatch(@"[.!?]$", entry.Title);
        Assert.InRange(Sentences(entry.Why), 0, 2);
        Assert.InRange(entry.DoThis.Count, 1, 3);
        Assert.All([entry.Why, entry.SafeOnConnect, entry.SafeOnSync, .. entry.DoThis], text => Assert.Matches(@"[.:)}]$", text));
        Assert.NotEmpty(entry.Commands);
        Assert.All(entry.Commands, command => Assert.DoesNotContain('\n', command));
        Assert.True(entry.Link is null || entry.Link.StartsWith("https://", StringComparison.Ordinal) || entry.Link.StartsWith("{portal}/#", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void No_entry_blames_apologises_or_cheers(string code)
    {
        var entry = AzureErrors.Get(code);
        string[] texts = [entry.Title, entry.Why, entry.SafeOnConnect, entry.SafeOnSync, .. entry.DoThis];

        Assert.All(texts, text => Assert.DoesNotMatch(@"(?i)\b(oops|sorry|please|unfortunately|invalid user|your fault|contact (your |an )?administrator|simply|just)\b|!", text));
    }

    [Fact]
    public void A_code_of_a_newer_version_falls_back_to_Microsofts_own_words()
    {
        var entry = AzureErrors.Get("A_CODE_OF_TOMORROW");
        var card = ErrorCard.Fill(
            entry,
            new Dictionary<string, string> { ["microsoftCode"] = "TeapotRefused", ["microsoftText"] = "I am a teapot.", ["correlationId"] = "c-1" },
            connecting: false);

        Assert.Equal("AZURE_UNKNOWN", card.Code);
        Assert.Contains("I am a teapot.", card.Why);
        Assert.Contains("TeapotRefused", card.Title);
        Assert.Contains(card.DoThis, step => step.Contains("c-1"));
        Assert.Equal("https://login.microsoftonline.com/error?code=TeapotRefused", card.Link);
    }

    [Theory]
    [InlineData("NO_READER", "READER_REMOVED")]
    [InlineData("SUBSCRIPTION_NOT_FOUND", "SUBSCRIPTION_DELETED")]
    [InlineData("WRONG_TENANT", "SUBSCRIPTION_TRANSFERRED")]
    public void What_was_there_and_is_gone_is_called_gone(string first, string later)
    {
        var failure = new Failure(first, new Dictionary<string, string> { ["subscriptionId"] = "s" });

        var gone = AzureErrors.WithHistory(failure, new DateTimeOffset(2026, 9, 4, 6, 2, 0, TimeSpan.Zero));

        Assert.Equal(later, gone.Code);
        Assert.Equal("2026-09-04", gone.Facts["lastRead"]);
        Assert.Equal("s", gone.Facts["subscriptionId"]);
    }

    [Fact]
    public void A_failure_that_has_no_history_of_its_own_stays_what_it_is()
    {
        var failure = new Failure("SECRET_EXPIRED", new Dictionary<string, string>());

        Assert.Same(failure, AzureErrors.WithHistory(failure, DateTimeOffset.UnixEpoch));
    }

    // Microsoft's text is a sentence of its own and not counted.
    private static int Sentences(string text) => Regex.Count(text, @"[^.\s][.?](\s|$)");
}
