using Layer.Azure.Http;
using Layer.Azure.Lists;
using Layer.Azure.Permissions;
using Layer.Azure.ResourceGroups;
using Layer.Azure.RoleAssignments;
using Layer.Azure.RoleDefinitions;
using Layer.Azure.Subscriptions;
using Layer.Evidence.Collecting;

namespace Layer.Azure.Collecting;

/// <summary>The five calls of one sync, those that had to follow, and the one that is made once a day beside them.</summary>
internal sealed class ReadLists
{
    public ObjectOutcome<Subscription>? Subscription { get; set; }

    public ListOutcome<ActionRules>? Permissions { get; set; }

    public ListOutcome<ResourceGroup>? Groups { get; set; }

    public ListOutcome<RoleAssignment>? Assignments { get; set; }

    public ListOutcome<RoleDefinition>? Definitions { get; set; }

    public List<ObjectOutcome<RoleDefinition>> SingleDefinitions { get; } = [];

    public ListOutcome<RoleAssignment>? AssignedTo { get; set; }

    /// <summary>Null when it was not asked for.</summary>
    public ListOutcome<VisibleSubscription>? Visible { get; set; }

    /// <summary>In the order of docs/evidence-format.md; those that were begun.</summary>
    public IReadOnlyList<ListReading> Readings =>
    [
        .. new[]
        {
            Subscription?.Reading, Permissions?.Reading, Groups?.Reading, Assignments?.Reading, Definitions?.Reading,
        }.OfType<ListReading>(),
        .. SingleDefinitions.Select(d => d.Reading),
        .. new[] { AssignedTo?.Reading, Visible?.Reading }.OfType<ListReading>(),
    ];

    public IReadOnlyList<SourcePage> Pages =>
    [
        .. Subscription?.Pages ?? [], .. Permissions?.Pages ?? [], .. Groups?.Pages ?? [], .. Assignments?.Pages ?? [], .. Definitions?.Pages ?? [],
        .. SingleDefinitions.SelectMany(d => d.Pages), .. AssignedTo?.Pages ?? [], .. Visible?.Pages ?? [],
    ];

    /// <summary>Of all lists that a sync needs.</summary>
    public IEnumerable<Answer> Answers =>
    [
        .. Subscription?.Answers ?? [], .. Permissions?.Answers ?? [], .. Groups?.Answers ?? [], .. Assignments?.Answers ?? [], .. Definitions?.Answers ?? [],
        .. SingleDefinitions.SelectMany(d => d.Answers), .. AssignedTo?.Answers ?? [],
    ];

    /// <summary>Apart from the others: nothing about them may fail a sync.</summary>
    public IReadOnlyList<Answer> VisibleAnswers => Visible?.Answers ?? [];
}
