using System.Globalization;
using System.Text;
using Layer.Azure.Errors;
using Layer.Azure.SignIn;

namespace Layer.Azure.Checking;

/// <summary>Whether Graph tells names: one question about the app itself.</summary>
internal static class NamesCheck
{
    public static async Task<CheckStep> CheckAsync(
        AppSession session, Guid objectId, IReadOnlyDictionary<string, string> facts, CancellationToken cancellationToken)
    {
        var uri = new Uri(session.Cloud.Graph, "/v1.0/directoryObjects/getByIds");
        var question = Encoding.UTF8.GetBytes($$"""{"ids":["{{objectId}}"],"types":["user","group","servicePrincipal"]}""");
        var answer = await session.PostToGraphAsync(uri, question, cancellationToken);
        var milliseconds = (long)answer.Elapsed.TotalMilliseconds;
        if (answer.IsSuccess)
            return StepKind.Names.Passed(milliseconds);
        var reason = answer.Failure?.Code ?? answer.Status.ToString(CultureInfo.InvariantCulture);
        return StepKind.Names.Warned(milliseconds, Failures.Of(RightErrors.NamesUnavailable, ("host", uri.Host), ("reason", reason)).With(facts));
    }
}
