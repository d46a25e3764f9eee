using System.Text.Json;
using Layer.Azure.Errors;
using Layer.Azure.Lists;
using Layer.Evidence;
using Layer.Evidence.Canonical;
using Layer.Evidence.Collecting;
using Layer.Evidence.Observations;

namespace Layer.Azure.ResourceGroups;

// https://learn.microsoft.com/rest/api/resources/resource-groups/list  (api-version 2022-09-01)
internal sealed class ResourceGroup(Observation observation) : IListed
{
    public Observation Observation { get; } = observation;

    public string Key => Observation.Key;

    public Digest Digest => Observation.Digest;

    public static ArmList List(CloudEndpoints cloud, Guid subscription) => new(
        ObservationType.ResourceGroup, UrlTemplate.ResourceGroups, "2022-09-01", null,
        new Uri(cloud.Arm, $"/subscriptions/{subscription}/resourcegroups?api-version=2022-09-01"),
        "Microsoft.Resources/subscriptions/resourceGroups/read");

    /// <summary>The key of the group a scope lies in; null for a scope at or above the subscription.</summary>
    public static string? FindKey(string lowerScope)
    {
        const string Groups = "/resourcegroups/";
        var at = lowerScope.StartsWith("/subscriptions/", StringComparison.Ordinal) ? lowerScope.IndexOf(Groups, StringComparison.Ordinal) : -1;
        if (at < 0)
            return null;
        var end = lowerScope.IndexOf('/', at + Groups.Length);
        return end < 0 ? lowerScope : lowerScope[..end];
    }

    public static ReadItem<ResourceGroup> Reader(Guid subscription)
    {
        var facts = new Facts();
        var writer = new CanonicalWriter();
        var prefix = $"/subscriptions/{subscription}/resourcegroups/";
        return (ref Utf8JsonReader reader, ReadOnlyMemory<byte> page) =>
        {
            facts.Read(ref reader, page);
            var key = facts.Id.ToLower();
            if (!key.StartsWith(prefix, StringComparison.Ordinal))
                throw new MalformedAnswerException("A resource group's id is not one of this subscription.") { Entry = SubscriptionErrors.Mismatch };
            return new ResourceGroup(Observation.Create(writer, ObservationType.ResourceGroup, key, facts.Id.ToString(), facts, static (w, f) => f.WriteTo(w)));
        };
    }

    private sealed class Facts
    {
        private readonly List<(string Name, JsonText Value)> _tags = [];
        private JsonText _name, _location, _managedBy, _state;

        public JsonText Id { get; private set; }

        public void Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> page)
        {
            Json.ExpectObject(ref reader, "A resource group");
            _tags.Clear();
            Id = _name = _location = _managedBy = _state = default;
            var names = new SeenNames();
            while (Json.NextProperty(ref reader, ref names, page.Span))
            {
                if (reader.ValueTextEquals("id"u8)) Id = Json.Next(ref reader, page, "id");
                else if (reader.ValueTextEquals("name"u8)) _name = Json.Next(ref reader, page, "name");
                else if (reader.ValueTextEquals("location"u8)) _location = Json.Next(ref reader, page, "location");
                else if (reader.ValueTextEquals("managedBy"u8)) _managedBy = Json.FindNext(ref reader, page, "managedBy");
                else if (reader.ValueTextEquals("tags"u8)) Tags.Read(ref reader, page, _tags);
                else if (reader.ValueTextEquals("properties"u8)) ReadProperties(ref reader, page);
                else Json.SkipNext(ref reader, page);
            }

            if (Id.IsNull || _name.IsNull || _location.IsNull || _state.IsNull)
                throw new MalformedAnswerException("A resource group lacks its id, name, location or state.");
        }

        public void WriteTo(CanonicalWriter writer)
        {
            writer.Name("location");
            _location.WriteTo(writer);
            writer.Name("managedBy");
            _managedBy.WriteTo(writer);
            writer.Name("name");
            _name.WriteTo(writer);
            writer.Name("provisioningState");
            _state.WriteTo(writer);
            writer.Name("tags");
            Tags.WriteTo(writer, _tags);
        }

        private void ReadProperties(ref Utf8JsonReader reader, ReadOnlyMemory<byte> page)
        {
            reader.Read();
            Json.ExpectObject(ref reader, "properties");
            var names = new SeenNames();
            while (Json.NextProperty(ref reader, ref names, page.Span))
            {
                if (reader.ValueTextEquals("provisioningState"u8)) _state = Json.Next(ref reader, page, "provisioningState");
                else Json.SkipNext(ref reader, page);
            }
        }
    }
}
