using System.Globalization;
using Layer.Azure.Errors;
using Layer.Azure.Lists;
using Layer.Azure.Subscriptions;
using Layer.Evidence.Collecting;
using Layer.Evidence.Observations;

namespace Layer.Azure.Collecting;

/// <summary>Reads what the app registration can see, beside a sync and at no cost to it: whatever goes wrong here is unknown, and is asked again another time.</summary>
internal static class VisibleReading
{
    /// <summary>Reads the list to its end. It gives up at half the time the sync has, so that the sync never ends because of it.</summary>
    public static async Task<ListOutcome<VisibleSubscription>> ReadAsync(
        ListReader lists, CloudEndpoints cloud, AzureConnectorOptions options, CancellationToken cancellationToken)
    {
        var list = VisibleSubscription.List(cloud);
        var most = options.SyncDeadline / 2;
        using var deadline = new CancellationTokenSource(most, options.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await lists.ReadAsync<VisibleSubscription>(list, VisibleSubscription.Read, either.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            var late = Failures.Of(
                NetworkErrors.DeadlinePassed, ("host", cloud.Arm.Host), ("seconds", ((long)most.TotalSeconds).ToString(CultureInfo.InvariantCulture)));
            return new ListOutcome<VisibleSubscription>(
                new ListReading(list.Type, list.Template, list.ApiVersion, list.Filter, [], Ended: false, Rows: 0, Duplicates: 0, Readings: 1), [], [], [], late);
        }
    }

    /// <summary>Makes an observation of it, or says why there is none.</summary>
    /// <param name="list">As it was read.</param>
    /// <param name="client">The application that read.</param>
    /// <param name="target">The subscription that has just been read, which therefore can be seen.</param>
    /// <param name="facts">Fill the failure's texts.</param>
    public static VisibleList Judge(ListOutcome<VisibleSubscription> list, Guid client, AzureTarget target, IReadOnlyDictionary<string, string> facts)
    {
        if ((list.Failure ?? Refuse(list, target)) is { } failure)
            return new VisibleList(null, 0, null, failure.With(facts));
        var dates = list.Answers.Select(answer => answer.Date).OfType<DateTimeOffset>().ToArray();
        return new VisibleList(
            VisibleSubscription.Observe(client, target.TenantId, list.Items), list.Items.Count,
            dates.Length == 0 ? null : new ObservedInterval(dates.Min(), dates.Max()), null);
    }

    // Azure answers a reader without rights with an empty list and status 200. One that lacks the subscription just read is not the whole list either.
    private static Failure? Refuse(ListOutcome<VisibleSubscription> list, AzureTarget target)
    {
        if (list.Answers.FirstOrDefault(ClockSkew.IsTooLarge) is { } skewed)
            return ClockSkew.Of(skewed);
        return list.Items.Any(each => each.Subscription.Id == target.SubscriptionId)
            ? null : Failures.Of(AnswerErrors.Empty, ("action", Subscription.Action), ("list", ObservationType.VisibleSubscriptions));
    }
}
