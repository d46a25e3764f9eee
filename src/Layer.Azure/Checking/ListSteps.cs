using System.Globalization;
using Layer.Azure.Collecting;
using Layer.Azure.Errors;
using Layer.Azure.Http;
using Layer.Azure.Permissions;
using Layer.Evidence.Collecting;

namespace Layer.Azure.Checking;

/// <summary>Tells the run of a collection as steps of the check. Its failure stands at exactly one needed step, so that the check fails where a sync would.</summary>
internal sealed class ListSteps(CollectionRun run, Failure? failure, IReadOnlyDictionary<string, string> facts)
{
    private readonly ReadLists _lists = run.Lists;
    private bool _told;

    public IReadOnlyList<CheckStep> All()
    {
        List<CheckStep> steps =
        [
            Subscription(),
            Rights(),
            Of(StepKind.Groups, _lists.Groups?.Failure, _lists.Groups?.Answers, ("count", Text(_lists.Groups?.Items.Count))),
            Of(StepKind.Assignments, _lists.Assignments?.Failure, _lists.Assignments?.Answers, ("count", Text(_lists.Assignments?.Items.Count))),
            Of(StepKind.Definitions, _lists.Definitions?.Failure, _lists.Definitions?.Answers, ("count", Text(_lists.Definitions?.Items.Count))),
            run.Right is { } right ? StepKind.OwnGrant.Passed(0, ("witness", right.Witness), ("count", Text(right.OwnRows.Count))) : StepKind.OwnGrant.NotRun(),
            ReadOnly(),
        ];
        if (failure is not null && !_told)
        {
            var home = Home(failure.Code);
            var at = steps.FindIndex(s => s.Id == home.Id);
            steps[at] = home.Failed(steps[at].Milliseconds, failure);
        }

        return steps;
    }

    // Where a failure belongs that is not one of a single list.
    private StepKind Home(string code)
    {
        if (_lists.AssignedTo?.Failure is not null)
            return StepKind.OwnGrant;
        if (_lists.SingleDefinitions.Any(d => d.Failure?.Code == code))
            return StepKind.Definitions;
        if (code == RightErrors.RightMissing.Code || code == RightErrors.PartialScope.Code || code == RightErrors.RightUnproven.Code)
            return StepKind.Rights;
        if (code == RightErrors.WitnessUnknown.Code)
            return StepKind.OwnGrant;
        if (code == AnswerErrors.Empty.Code)
            return StepKind.Assignments;
        return StepKind.ReadSubscription;
    }

    // What Azure stopped can still be read, so it is no failure.
    private CheckStep Subscription()
    {
        var read = _lists.Subscription;
        var state = read?.Value?.State ?? "";
        return read is { Failure: null } && !state.Equals("Enabled", StringComparison.OrdinalIgnoreCase)
            ? StepKind.ReadSubscription.Warned(
                Milliseconds(read.Answers), Failures.Of(SubscriptionErrors.Disabled, ("state", state)).With(facts), ("state", state))
            : Of(StepKind.ReadSubscription, read?.Failure, read?.Answers, ("state", state));
    }

    private CheckStep Rights()
    {
        var permissions = _lists.Permissions;
        var untold = permissions is not null && OwnPermissions.IsUntold(permissions.Status);
        if (!untold)
            return Of(StepKind.Rights, permissions?.Failure, permissions?.Answers);
        return StepKind.Rights.Warned(
            Milliseconds(permissions!.Answers), Failures.Of(RightErrors.PermissionsUnreadable, ("action", OwnPermissions.Action)).With(facts));
    }

    private CheckStep ReadOnly()
    {
        if (_lists.Assignments is not { Failure: null } assignments || run.Definitions.Count == 0)
            return StepKind.ReadOnly.NotRun();
        var rows = assignments.Items.Where(a => a.IsOwn || run.Right?.OwnRows.Contains(a.Observation.Key, StringComparer.Ordinal) == true);
        var beyond = rows
            .SelectMany(row => run.Definitions.GetValueOrDefault(row.RoleDefinitionId)?.Rules().SelectMany(r => r.BeyondReading()).Select(rule => (Rule: rule, row.Scope)) ?? [])
            .OrderByDescending(b => ActionRules.IsRed(b.Rule))
            .ToArray();
        if (beyond is [])
            return StepKind.ReadOnly.Passed(0);
        var warning = Failures.Of(RightErrors.CanWrite, ("action", beyond[0].Rule), ("scope", beyond[0].Scope)).With(facts);
        return StepKind.ReadOnly.Warned(
            0, warning, ("action", beyond[0].Rule), ("scope", beyond[0].Scope), ("severity", ActionRules.IsRed(beyond[0].Rule) ? "red" : "amber"));
    }

    private CheckStep Of(StepKind kind, Failure? itsOwn, IReadOnlyList<Answer>? answers, params ReadOnlySpan<(string Name, string Value)> found)
    {
        if (answers is null)
            return kind.NotRun();
        if (itsOwn is null)
            return kind.Passed(Milliseconds(answers), found);
        // What all lists together say (roles on a part of the subscription) says more than the first of them.
        var tells = !_told && itsOwn.Code == RightErrors.RightMissing.Code && failure?.Code == RightErrors.PartialScope.Code ? failure : itsOwn;
        _told = true;
        return kind.Failed(Milliseconds(answers), tells.With(facts));
    }

    private static long Milliseconds(IReadOnlyList<Answer> answers) => (long)answers.Sum(a => a.Elapsed.TotalMilliseconds);

    private static string Text(int? number) => (number ?? 0).ToString(CultureInfo.InvariantCulture);
}
