using System.Text.Json;
using Layer.Azure.Errors;
using Layer.Azure.Http;
using Layer.Azure.SignIn;
using Layer.Evidence.Collecting;

namespace Layer.Azure.Names;

/// <summary>Asks Microsoft Graph for the names of principals.</summary>
/// <remarks>Least rights: User.Read.All, GroupMember.Read.All, Application.Read.All (application permissions with an administrator's consent).</remarks>
// https://learn.microsoft.com/graph/api/directoryobject-getbyids  (v1.0)
internal sealed class GraphNames(AppSession session, IReadOnlyDictionary<string, string> facts)
{
    /// <summary>Graph's own limit for one question.</summary>
    public const int LargestQuestion = 1000;

    // Of a user Graph gives accountEnabled and userType only when they are asked for; the same three rights cover them.
    private const string Select = "id,displayName,userPrincipalName,appId,userType,accountEnabled";

    private static readonly string[] Types = ["user", "group", "servicePrincipal", "device"];

    public async Task<NamesFound> FindAsync(IEnumerable<NamelessPrincipal> principals, CancellationToken cancellationToken)
    {
        var names = new Dictionary<Guid, NameLookup>();
        var wanted = new List<Guid>();
        foreach (var principal in principals.DistinctBy(p => p.Id))
        {
            if (principal.PrincipalType.Equals("ForeignGroup", StringComparison.OrdinalIgnoreCase))
                names[principal.Id] = new NameLookup.NotLookedUp(NotLookedUpReason.ForeignGroup);
            else
                wanted.Add(principal.Id);
        }

        Failure? failure = null;
        foreach (var ids in wanted.Chunk(LargestQuestion))
            failure = await AskAsync(ids, names, cancellationToken) ?? failure;
        return new NamesFound(names, failure);
    }

    private async Task<Failure?> AskAsync(Guid[] ids, Dictionary<Guid, NameLookup> names, CancellationToken cancellationToken)
    {
        var uri = new Uri(session.Cloud.Graph, $"/v1.0/directoryObjects/getByIds?$select={Select}");
        var answer = await session.PostToGraphAsync(uri, JsonSerializer.SerializeToUtf8Bytes(new { ids, types = Types }), cancellationToken);
        if (!answer.IsSuccess)
        {
            var failure = Explain(answer);
            Remaining(failure.Code == RightErrors.NamesUnavailable.Code ? new NameLookup.NotPermitted(Type: null) : new NameLookup.NotLookedUp(NotLookedUpReason.NoAnswer));
            return failure;
        }

        if (GraphAnswer.Find(answer.Body) is not { } found)
        {
            Remaining(new NameLookup.NotLookedUp(NotLookedUpReason.NoAnswer));
            var entry = MicrosoftError.IsHtml(answer.Body) ? AnswerErrors.IsHtml : AnswerErrors.Malformed;
            return Failures.Of(
                entry, ("list", "names"), ("reason", "It is no list of directory objects."), ("host", uri.Host), ("status", "200"),
                ("requestId", answer.RequestId ?? "not named")).With(facts);
        }

        foreach (var id in ids)
        {
            if (found.Names.TryGetValue(id, out var name))
                names[id] = name;
        }

        // Missing from a whole answer is not there; missing from the first part of one says nothing.
        Remaining(found.HasMore ? new NameLookup.NotLookedUp(NotLookedUpReason.NoAnswer) : new NameLookup.NotFound());
        return null;

        void Remaining(NameLookup end)
        {
            foreach (var id in ids)
                names.TryAdd(id, end);
        }
    }

    private Failure Explain(Answer answer)
    {
        if (answer.Failure is { } failure)
            return failure.With(facts);
        var known = new Dictionary<string, string>(facts, StringComparer.Ordinal)
        {
            ["host"] = answer.Uri.Host,
            ["list"] = "names",
            ["requestId"] = answer.RequestId ?? "not named",
        };
        return ArmFailure.Classify(answer.Status, answer.Body, answer.Challenge, answer.RetryAfter, known);
    }
}
