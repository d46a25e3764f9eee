using System.Globalization;
using Layer.Azure.Errors;
using Layer.Azure.Http;
using Layer.Azure.Lists;
using Layer.Azure.Permissions;
using Layer.Azure.ResourceGroups;
using Layer.Azure.RoleAssignments;
using Layer.Azure.RoleDefinitions;
using Layer.Azure.SignIn;
using Layer.Azure.Subscriptions;
using Layer.Evidence.Canonical;
using Layer.Evidence.Collecting;
using Layer.Evidence.Frameworks;
using Layer.Evidence.Observations;

namespace Layer.Azure.Collecting;

/// <summary>One reading of one subscription, from sign-in to a collection or a failure.</summary>
/// <param name="session">The app registration, signed in.</param>
/// <param name="target">What to read.</param>
/// <param name="credential">Whose session it is.</param>
/// <param name="peers">Who answered.</param>
/// <param name="cache">Built-in role definitions of the day.</param>
/// <param name="options">How to reach Azure.</param>
/// <param name="wantsVisible">Whether to ask as well what the application of this id can see; null never.</param>
internal sealed class CollectionRun(
    AppSession session, AzureTarget target, AzureCredential credential, Peers peers, BuiltInCache cache, AzureConnectorOptions options,
    Func<Guid, bool>? wantsVisible = null)
{
    private readonly ReadLists _lists = new();
    private readonly List<Anomaly> _anomalies = [];
    private readonly SortedSet<string> _limits = new(StringComparer.Ordinal);
    private readonly DateTimeOffset _startedAt = options.Clock.GetUtcNow();
    private Dictionary<Guid, RoleDefinition> _definitions = [];
    private BuiltInDefinitions? _builtIn;
    private IReadOnlyList<string> _unknown = [];
    private RightToRead? _right;
    private Reader? _reader;
    private readonly IReadOnlyDictionary<string, string> _facts = AzureFacts.Of(target, credential.ClientId);

    public ReadLists Lists => _lists;

    public IReadOnlyDictionary<Guid, RoleDefinition> Definitions => _definitions;

    public RightToRead? Right => _right;

    /// <summary>Reads everything and keeps nothing; null when it could have been sealed.</summary>
    public async Task<Failure?> TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            await CollectAsync(cancellationToken);
            return null;
        }
        catch (CollectionFailedException failed)
        {
            return failed.Failure;
        }
    }

    /// <exception cref="CollectionFailedException">What was read cannot be evidence.</exception>
    public async Task<Collection> CollectAsync(CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(options.SyncDeadline, options.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await ReadAsync(either.Token);
        }
        catch (SignInException refused)
        {
            throw Fail(refused.Failure);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Fail(Failures.Of(
                NetworkErrors.DeadlinePassed, ("host", session.Cloud.Arm.Host), ("seconds", Text((long)options.SyncDeadline.TotalSeconds))));
        }
    }

    private async Task<Collection> ReadAsync(CancellationToken cancellationToken)
    {
        var token = await session.SignInAsync(cancellationToken);
        var reader = Admit(token);
        var client = token.ClientId ?? credential.ClientId;
        var lists = new ListReader(session, _facts);
        await ReadListsAsync(lists, reader, wantsVisible?.Invoke(client) ?? false, cancellationToken);
        CheckAnswers();
        var subscription = CheckSubscription();
        await MatchGroupsAsync(lists, reader, cancellationToken);
        await FindDefinitionsAsync(lists, cancellationToken);
        _right = await ProveRightAsync(lists, reader, cancellationToken);
        return Seal(subscription) with
        {
            Visible = _lists.Visible is { } visible ? VisibleReading.Judge(visible, client, target, _facts) : null,
        };
    }

    // The token must be of the pinned tenant, and name the principal whose grants prove the right to read. One that names no tenant was asked of the pinned tenant's own
    // endpoint, and Azure refuses it for a subscription of another.
    private Guid Admit(TokenIdentity token)
    {
        if (token.TenantId is { } issuer && issuer != target.TenantId)
            throw Fail(Failures.Of(SubscriptionErrors.WrongTenant, ("tenantFromAzure", issuer.ToString())));
        if (token.ObjectId is not { } objectId)
            throw Fail(Failures.Of(SignInErrors.TokenWithoutIdentity));
        _reader = new Reader(objectId, target.TenantId, token.ClientId ?? credential.ClientId);
        return objectId;
    }

    private async Task ReadListsAsync(ListReader lists, Guid reader, bool asksVisible, CancellationToken cancellationToken)
    {
        var (cloud, id) = (session.Cloud, target.SubscriptionId);
        _builtIn = cache.Find(options.Clock.GetUtcNow());
        var subscription = lists.ReadObjectAsync(Subscription.Call(cloud, id), Subscription.Read, cancellationToken);
        var permissions = lists.ReadAsync<ActionRules>(OwnPermissions.List(cloud, id), ActionRules.Read, cancellationToken);
        var groups = lists.ReadAsync(ResourceGroup.List(cloud, id), ResourceGroup.Reader(id), cancellationToken);
        var assignments = lists.ReadAsync(RoleAssignment.List(cloud, id), RoleAssignment.Reader(id, reader), cancellationToken);
        var definitions = lists.ReadAsync(
            _builtIn is null ? RoleDefinition.List(cloud, id) : RoleDefinition.ListCustom(cloud, id), RoleDefinition.Reader(id), cancellationToken);
        var visible = asksVisible ? VisibleReading.ReadAsync(lists, cloud, options, cancellationToken) : null;
        _lists.Subscription = await subscription;
        _lists.Permissions = await permissions;
        _lists.Groups = await groups;
        _lists.Assignments = await assignments;
        _lists.Definitions = await definitions;
        _lists.Visible = visible is null ? null : await visible;
    }

    // Anything but a whole answer to each call ends the run here; the first in this order names it.
    private void CheckAnswers()
    {
        var permissions = _lists.Permissions!;
        var untold = OwnPermissions.IsUntold(permissions.Status) && permissions.Answers.Count == 1;
        Failure?[] failures =
        [
            _lists.Subscription!.Failure, _lists.Groups!.Failure, _lists.Assignments!.Failure, _lists.Definitions!.Failure,
            untold ? null : permissions.Failure,
        ];
        if (failures.OfType<Failure>().FirstOrDefault() is { } failure)
            throw Fail(failure.Code == RightErrors.RightMissing.Code && FindPart() is { } part ? part
                : SeesOnlyPart(failure) ? Failures.Of(RightErrors.PartialScope, ("scope", "a resource group"), ("action", failure.Facts["action"]))
                : Joined(failure, failures));
        if (untold)
            _limits.Add(Limits.PermissionsUnreadable);
        CheckClock();
    }

    // The subscription answers, and nothing that needs a role on it: what is seen comes from roles further down.
    private bool SeesOnlyPart(Failure failure) => failure.Code == RightErrors.RightMissing.Code
        && (_lists.Permissions!.Failure is null
            ? NeededActions.Missing(_lists.Permissions.Items).Count == NeededActions.All.Count
            : OwnPermissions.IsUntold(_lists.Permissions.Status) && _lists.Assignments!.Status == 403 && _lists.Definitions!.Status == 403);

    // Several lists refused for want of a right are one failure that names all that is missing.
    private static Failure Joined(Failure first, IEnumerable<Failure?> all)
    {
        if (first.Code != RightErrors.RightMissing.Code)
            return first;
        var missing = all.OfType<Failure>().Where(f => f.Code == first.Code).Select(f => f.Facts["action"]);
        return first with { Facts = new Dictionary<string, string>(first.Facts, StringComparer.Ordinal) { ["action"] = string.Join(", ", missing) } };
    }

    private void CheckClock()
    {
        if (!_lists.Answers.Any(a => a.Date is not null))
            throw Fail(Failures.Of(AnswerErrors.Malformed, ("list", "every list"), ("reason", "no answer says when it was made (header Date)"), ("host", session.Cloud.Arm.Host), ("requestId", _lists.Answers.Select(a => a.RequestId).FirstOrDefault(id => id is not null) ?? "not named")));
        if (_lists.Answers.Where(ClockSkew.IsTooLarge).MaxBy(a => (a.ReceivedAt - a.Date!.Value).Duration()) is { } worst) // it has a Date
            throw Fail(ClockSkew.Of(worst));
    }

    private Subscription CheckSubscription()
    {
        var subscription = _lists.Subscription!.Value!; // CheckAnswers let only a whole answer through
        if (SubscriptionIdentity.Refuse(subscription, target) is { } failure)
            throw Fail(failure);
        if (!SubscriptionIdentity.IsEnabled(subscription))
            _anomalies.Add(new Anomaly("subscription-not-enabled", subscription.Observation.Key));
        return subscription;
    }

    // A group that was made or deleted between the two calls is no anomaly, so both are read again before it is called one.
    private async Task MatchGroupsAsync(ListReader lists, Guid reader, CancellationToken cancellationToken)
    {
        if (Unlisted().Count == 0)
            return;
        var (cloud, id) = (session.Cloud, target.SubscriptionId);
        var groups = lists.ReadAsync(ResourceGroup.List(cloud, id), ResourceGroup.Reader(id), cancellationToken);
        var assignments = lists.ReadAsync(RoleAssignment.List(cloud, id), RoleAssignment.Reader(id, reader), cancellationToken);
        _lists.Groups = await groups;
        _lists.Assignments = await assignments;
        CheckAnswers();
        _anomalies.AddRange(Unlisted().Select(group => new Anomaly("group-not-listed", group)));
    }

    private SortedSet<string> Unlisted()
    {
        var listed = _lists.Groups!.Items.Select(g => g.Observation.Key).ToHashSet(StringComparer.Ordinal);
        return new SortedSet<string>(_lists.Assignments!.Items.Select(a => a.Group).OfType<string>().Where(g => !listed.Contains(g)), StringComparer.Ordinal);
    }

    private async Task FindDefinitionsAsync(ListReader lists, CancellationToken cancellationToken)
    {
        var day = _lists.Assignments!.Answers[^1].Date ?? options.Clock.GetUtcNow();
        if (_builtIn is not null && !_builtIn.AreOf(day))
        {
            // Azure's day has changed since the cache was asked, by this machine's clock.
            _builtIn = null;
            _lists.Definitions = await lists.ReadAsync(
                RoleDefinition.List(session.Cloud, target.SubscriptionId), RoleDefinition.Reader(target.SubscriptionId), cancellationToken);
            CheckAnswers();
        }

        _definitions = _builtIn is null ? [] : new Dictionary<Guid, RoleDefinition>(_builtIn.ById);
        foreach (var definition in _lists.Definitions!.Items)
            _definitions[definition.Id] = definition;
        if (_lists.Definitions.Items.Count > 0 && _lists.Definitions.Reading.Filter is null)
            cache.Keep(_lists.Definitions, day);
        var missing = _lists.Assignments.Items.Select(a => a.RoleDefinitionId).Distinct().Where(id => !_definitions.ContainsKey(id)).Order().ToArray();
        foreach (var id in missing)
        {
            var single = await lists.ReadObjectAsync(
                RoleDefinition.Single(session.Cloud, target.SubscriptionId, id), RoleDefinition.Reader(target.SubscriptionId), cancellationToken);
            _lists.SingleDefinitions.Add(single);
            if (single.Value is { } definition && definition.Id == id)
                _definitions[id] = definition;
            else if (single.Answer.Status is not (403 or 404) || single.Answer.Failure is not null)
                throw Fail(single.Failure ?? Failures.Of(
                    AnswerErrors.Malformed, ("list", ObservationType.RoleDefinition), ("reason", "Another role definition came than was asked for."),
                    ("host", session.Cloud.Arm.Host)));
        }

        _unknown = [.. missing.Where(id => !_definitions.ContainsKey(id)).Select(id => id.ToString())];
        if (_unknown.Count > 0)
            _limits.Add(Limits.DefinitionUnknown);
    }

    private async Task<RightToRead> ProveRightAsync(ListReader lists, Guid reader, CancellationToken cancellationToken)
    {
        var assignments = _lists.Assignments!.Items;
        var permissions = _lists.Permissions!;
        if (assignments.Count == 0)
        {
            var told = permissions.Failure is null ? NeededActions.Missing(permissions.Items) : [];
            throw Fail(FindPart() is { } part ? part : told.Count > 0 ? Missing(told) : Failures.Of(AnswerErrors.Empty, ("action", RoleAssignment.Action), ("list", ObservationType.RoleAssignment)));
        }

        var rows = RightProof.OwnRows(assignments);
        var witness = "own-row";
        if (rows.Count == 0)
        {
            _lists.AssignedTo = await lists.ReadAsync(
                RoleAssignment.AssignedTo(session.Cloud, target.SubscriptionId, reader), RoleAssignment.Reader(target.SubscriptionId, reader), cancellationToken);
            if (_lists.AssignedTo.Failure is { } failure)
                throw Fail(failure);
            rows = RightProof.RowsThroughGroups(_lists.AssignedTo, assignments);
            witness = "assigned-to";
        }

        var (by, missing) = RightProof.Weigh(permissions, rows, _definitions);
        if (by is null)
            throw Fail(Unproven(rows, missing, reader));
        if (rows.Count == 0)
            throw Fail(Failures.Of(RightErrors.WitnessUnknown, ("objectId", reader.ToString())));
        return new RightToRead(by, witness, [.. rows.Select(r => r.Observation.Key).Order(StringComparer.Ordinal)]);
    }

    private Failure Unproven(IReadOnlyList<RoleAssignment> rows, IReadOnlyList<string> missing, Guid reader)
    {
        var told = _lists.Permissions!.Failure is null;
        if (!told && rows.Any(r => !_definitions.ContainsKey(r.RoleDefinitionId)))
            return Failures.Of(RightErrors.RightUnproven, ("action", string.Join(", ", missing)));
        if (rows.Count > 0)
            return Missing(missing);
        if (_lists.Assignments!.Items.FirstOrDefault(a => a.IsOwn) is { } below)
            return Failures.Of(RightErrors.PartialScope, ("scope", below.Scope), ("action", string.Join(", ", missing)));
        return told ? Missing(missing) : Failures.Of(RightErrors.WitnessUnknown, ("objectId", reader.ToString()));
    }

    // Some groups are listed and none may be read at subscription scope: the roles are on those groups.
    private Failure? FindPart()
    {
        if (_lists is not { Permissions: { Failure: null } permissions, Groups: { Failure: null, Items: [var group, ..] } })
            return null;
        var missing = NeededActions.Missing(permissions.Items);
        return missing.Contains(NeededActions.ReadGroups, StringComparer.Ordinal)
            ? Failures.Of(RightErrors.PartialScope, ("scope", group.Observation.Key), ("action", string.Join(", ", missing))) : null;
    }

    private Failure Missing(IReadOnlyList<string> actions) =>
        Failures.Of(RightErrors.RightMissing, ("action", string.Join(", ", actions)), ("scope", $"/subscriptions/{target.SubscriptionId}"));

    private Collection Seal(Subscription subscription)
    {
        var writer = new CanonicalWriter();
        var inUse = _lists.Assignments!.Items.Select(a => a.RoleDefinitionId).Distinct().Where(_definitions.ContainsKey);
        Population[] populations;
        try
        {
            populations =
            [
                new(ObservationType.Subscription, [subscription.Observation]),
                new(ObservationType.ResourceGroup, _lists.Groups!.Items.Select(g => g.Observation)),
                new(ObservationType.RoleAssignment, _lists.Assignments.Items.Select(a => a.Observation)),
                new(ObservationType.RoleDefinition, inUse.Select(id => _definitions[id].Observe(writer, target.SubscriptionId))),
            ];
        }
        catch (MalformedTextException malformed)
        {
            throw Fail(Failures.Of(
                AnswerErrors.Malformed, ("list", ObservationType.RoleDefinition), ("reason", malformed.Message), ("host", session.Cloud.Arm.Host)));
        }

        var reading = Reading();
        if (reading.Hosts.Any(h => !h.PublicTrust))
            _limits.Add(Limits.TrustAnchorNotPublic);
        return new Collection(populations, reading, [.. _limits], _anomalies, _lists.Pages);
    }

    // Commands of the catalog name the app's object id, which the token tells.
    private CollectionFailedException Fail(Failure failure)
    {
        var known = new Dictionary<string, string>(_facts, StringComparer.Ordinal) { ["host"] = session.Cloud.Arm.Host };
        if (_reader is { } reader)
            known["objectId"] = reader.ObjectId.ToString();
        return new CollectionFailedException(failure.With(known), Reading());
    }

    private CollectionReading Reading()
    {
        var dated = _lists.Answers.Concat(_lists.VisibleAnswers.Where(a => !ClockSkew.IsTooLarge(a))).Where(a => a.Date is not null).ToArray();
        return new CollectionReading
        {
            StartedAt = _startedAt,
            EndedAt = options.Clock.GetUtcNow(),
            Observed = dated.Length == 0 ? null : new ObservedInterval(dated.Min(a => a.Date!.Value), dated.Max(a => a.Date!.Value)),
            ClockSkewMilliseconds = dated.Length == 0 ? null : (long)(dated[0].ReceivedAt - dated[0].Date!.Value).TotalMilliseconds,
            Reader = _reader,
            Right = _right,
            Lists = _lists.Readings,
            Hosts = [.. new[] { session.FindTokenHost(_startedAt), peers.Find(session.Cloud.Arm, _startedAt) }.OfType<HostReading>()],
            CachedDefinitions = _builtIn?.Page,
            UnknownDefinitions = _unknown,
        };
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
