using System.Text.Json;
using Layer.Azure.Lists;
using Layer.Evidence;
using Layer.Evidence.Canonical;
using Layer.Evidence.Collecting;
using Layer.Evidence.Observations;

namespace Layer.Azure.Subscriptions;

/// <summary>One subscription of the list of all that an app registration can see. A right that is missing shortens that list, it never refuses it.</summary>
// https://learn.microsoft.com/rest/api/resources/subscriptions/list  (api-version 2022-12-01)
internal sealed record VisibleSubscription(Subscription Subscription) : IListed
{
    public string Key => Subscription.Observation.Key;

    public Digest Digest => Subscription.Observation.Digest;

    public static ArmList List(CloudEndpoints cloud) => new(
        ObservationType.VisibleSubscriptions, UrlTemplate.Subscriptions, Subscription.ApiVersion, null,
        new Uri(cloud.Arm, $"/subscriptions?api-version={Subscription.ApiVersion}"), Subscription.Action);

    public static VisibleSubscription Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> page)
    {
        var subscription = Subscription.Read(ref reader, page);
        return subscription.Observation.Key == $"/subscriptions/{subscription.Id}"
            ? new VisibleSubscription(subscription)
            : throw new MalformedAnswerException("A subscription's id does not end in its subscriptionId.");
    }

    /// <summary>All of them as one observation of the app registration.</summary>
    public static Observation Observe(Guid client, Guid tenant, IEnumerable<VisibleSubscription> all)
    {
        var key = $"/applications/{client}/subscriptions";
        return Observation.Create(new CanonicalWriter(), ObservationType.VisibleSubscriptions, key, key, (client, tenant, all), static (writer, seen) =>
        {
            writer.Property("client", seen.client);
            writer.Name("subscriptions");
            writer.StartArray();
            foreach (var (subscription, id) in seen.all.Select(each => (each.Subscription, Id: each.Subscription.Id.ToString())).OrderBy(each => each.Id, StringComparer.Ordinal))
            {
                writer.StartObject();
                writer.Property("displayName", subscription.DisplayName);
                writer.Property("state", subscription.State);
                writer.Property("subscriptionId", id);
                writer.Property("tenantId", subscription.TenantId.ToString());
                writer.EndObject();
            }

            writer.EndArray();
            writer.Property("tenant", seen.tenant);
        });
    }
}
