using Layer.Azure.Errors;
using Layer.Evidence.Collecting;
using Layer.Evidence.Errors;

namespace Layer.Tests.Azure.Errors;

internal static class Cards
{
    // <certificate.pem> and the like are for a person to fill; <clientId> is a fact that was promised and did not come.
    public static void AssertFilled(Failure failure)
    {
        var entry = AzureErrors.Get(failure.Code);
        Assert.Equal(failure.Code, entry.Code);
        foreach (var connecting in new[] { true, false })
        {
            var card = ErrorCard.Fill(entry, failure.Facts, connecting);
            string?[] texts = [card.Title, card.Why, card.Link, card.Safe, .. card.DoThis, .. card.Commands];
            Assert.All(texts, text => Assert.DoesNotMatch("<[a-z][a-zA-Z]*[A-Z][a-zA-Z]*>|<(action|scope|host|issuer|proxy|status|list|page|reason|subject|portal|cloud|seconds|days|id)>", text ?? ""));
        }
    }
}
