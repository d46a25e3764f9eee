using System.Text.Json;
using Layer.Azure.Lists;
using Layer.Evidence.Canonical;
using Layer.Evidence.Collecting;
using Layer.Evidence.Observations;

namespace Layer.Azure.Subscriptions;

/// <summary>The subscription itself.</summary>
// https://learn.microsoft.com/rest/api/resources/subscriptions/get  (api-version 2022-12-01; 2016-06-01 lacks tenantId)
internal sealed record Subscription(Observation Observation, Guid Id, Guid TenantId, string DisplayName, string State, IReadOnlyList<Guid> ManagedByTenants)
{
    public const string Action = "Microsoft.Resources/subscriptions/read";

    public const string ApiVersion = "2022-12-01";

    public static ArmList Call(CloudEndpoints cloud, Guid subscription) => new(
        ObservationType.Subscription, UrlTemplate.Subscription, ApiVersion, null,
        new Uri(cloud.Arm, $"/subscriptions/{subscription}?api-version={ApiVersion}"), Action);

    public static Subscription Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> page)
    {
        Json.ExpectObject(ref reader, "The subscription");
        JsonText id = default, subscriptionId = default, tenantId = default, displayName = default, state = default;
        List<Guid> managedBy = [];
        var names = new SeenNames();
        while (Json.NextProperty(ref reader, ref names, page.Span))
        {
            if (reader.ValueTextEquals("id"u8)) id = Json.Next(ref reader, page, "id");
            else if (reader.ValueTextEquals("subscriptionId"u8)) subscriptionId = Json.Next(ref reader, page, "subscriptionId");
            else if (reader.ValueTextEquals("tenantId"u8)) tenantId = Json.Next(ref reader, page, "tenantId");
            else if (reader.ValueTextEquals("displayName"u8)) displayName = Json.Next(ref reader, page, "displayName");
            else if (reader.ValueTextEquals("state"u8)) state = Json.Next(ref reader, page, "state");
            else if (reader.ValueTextEquals("managedByTenants"u8)) ReadTenants(ref reader, page, managedBy);
            else Json.SkipNext(ref reader, page);
        }

        if (id.IsNull || displayName.IsNull || state.IsNull || !Guid.TryParse(subscriptionId.ToString(), out var subscription)
            || !Guid.TryParse(tenantId.ToString(), out var tenant))
            throw new MalformedAnswerException("The subscription lacks its id, subscriptionId, tenantId, displayName or state.");
        var observation = Observation.Create(
            new CanonicalWriter(), ObservationType.Subscription, id.ToLower(), id.ToString(), (displayName, state, subscriptionId, tenantId), static (w, s) =>
            {
                w.Name("displayName");
                s.displayName.WriteTo(w);
                w.Name("state");
                s.state.WriteTo(w);
                w.Name("subscriptionId");
                s.subscriptionId.WriteTo(w);
                w.Name("tenantId");
                s.tenantId.WriteTo(w);
            });
        return new Subscription(observation, subscription, tenant, displayName.ToString(), state.ToString(), managedBy);
    }

    private static void ReadTenants(ref Utf8JsonReader reader, ReadOnlyMemory<byte> page, List<Guid> tenants)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return;
        Json.ExpectArray(ref reader, "managedByTenants");
        while (Json.NextElement(ref reader))
        {
            Json.ExpectObject(ref reader, "A managing tenant");
            var names = new SeenNames();
            while (Json.NextProperty(ref reader, ref names, page.Span))
            {
                if (!reader.ValueTextEquals("tenantId"u8)) Json.SkipNext(ref reader, page);
                else if (Guid.TryParse(Json.Next(ref reader, page, "tenantId").ToString(), out var tenant)) tenants.Add(tenant);
            }
        }
    }
}
