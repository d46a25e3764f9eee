using System.Text.Json;
using Layer.Azure.Errors;
using Layer.Azure.Lists;
using Layer.Azure.Permissions;
using Layer.Evidence.Collecting;
using Layer.Evidence;
using Layer.Evidence.Canonical;
using Layer.Evidence.Observations;

namespace Layer.Azure.RoleDefinitions;

/// <summary>What a role allows. It stays as bytes of the page until it is known to be in use.</summary>
// https://learn.microsoft.com/rest/api/authorization/role-definitions/list  (api-version 2022-04-01)
internal sealed class RoleDefinition : IListed
{
    public const string Action = "Microsoft.Authorization/roleDefinitions/read";

    private const string ApiVersion = "2022-04-01";
    private const string CustomRole = "CustomRole";

    private const string Subscriptions = "/subscriptions/";

    private JsonText _name, _type;
    private string _sourceId = "";
    private ReadOnlyMemory<byte> _permissions, _assignableScopes;

    private RoleDefinition()
    {
    }

    public Guid Id { get; private set; }

    public string Key => Id.ToString();

    public Digest Digest { get; private set; }

    public bool IsBuiltIn => !_type.EqualsIgnoreCase(CustomRole);

    /// <summary>Every definition: built-in ones and the custom ones of this subscription.</summary>
    public static ArmList List(CloudEndpoints cloud, Guid subscription) => new(
        ObservationType.RoleDefinition, UrlTemplate.RoleDefinitions, ApiVersion, null, Address(cloud, subscription, $"?api-version={ApiVersion}"), Action);

    /// <summary>Custom roles only: their powers can change overnight, those of built-in roles are read once a day.</summary>
    public static ArmList ListCustom(CloudEndpoints cloud, Guid subscription)
    {
        const string Filter = $"type eq '{CustomRole}'";
        return new(
            ObservationType.RoleDefinition, UrlTemplate.CustomRoleDefinitions, ApiVersion, Filter,
            Address(cloud, subscription, $"?api-version={ApiVersion}&$filter={Uri.EscapeDataString(Filter)}"), Action);
    }

    public static ArmList Single(CloudEndpoints cloud, Guid subscription, Guid id) => new(
        ObservationType.RoleDefinition, UrlTemplate.RoleDefinition, ApiVersion, null, Address(cloud, subscription, $"/{id}?api-version={ApiVersion}"), Action, id.ToString());

    public static ReadItem<RoleDefinition> Reader(Guid subscription)
    {
        var here = $"/subscriptions/{subscription}/";
        return (ref Utf8JsonReader reader, ReadOnlyMemory<byte> page) => Read(ref reader, page, here);
    }

    /// <summary>Reads a definition of a kept page, which may have been read for another connection of the app registration: then its ids are those of that one.</summary>
    public static RoleDefinition ReadAny(ref Utf8JsonReader reader, ReadOnlyMemory<byte> page) => Read(ref reader, page, Subscriptions);

    private static RoleDefinition Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> page, string here)
    {
        Json.ExpectObject(ref reader, "A role definition");
        var start = (int)reader.TokenStartIndex;
        var definition = new RoleDefinition();
        JsonText id = default;
        var names = new SeenNames();
        while (Json.NextProperty(ref reader, ref names, page.Span))
        {
            if (reader.ValueTextEquals("properties"u8)) definition.ReadProperties(ref reader, page);
            else if (reader.ValueTextEquals("id"u8)) id = Json.Next(ref reader, page, "id");
            else Json.SkipNext(ref reader, page);
        }

        var text = id.ToString();
        if (text.StartsWith(Subscriptions, StringComparison.OrdinalIgnoreCase) && !text.StartsWith(here, StringComparison.OrdinalIgnoreCase))
            throw new MalformedAnswerException("A role definition's id is one of another subscription.") { Entry = SubscriptionErrors.Mismatch };
        if (!Guid.TryParseExact(text.AsSpan(text.LastIndexOf('/') + 1), "D", out var guid))
            throw new MalformedAnswerException("A role definition's id does not end in a GUID.");
        if (definition._name.IsNull || definition._type.IsNull || definition._permissions.IsEmpty || definition._assignableScopes.IsEmpty)
            throw new MalformedAnswerException("A role definition lacks its roleName, type, permissions or assignableScopes.");
        definition.Id = guid;
        definition._sourceId = text;
        definition.Digest = Digest.Of(page.Span[start..(int)reader.BytesConsumed]);
        return definition;
    }

    /// <summary>The observation of this definition as asked for through a subscription.</summary>
    /// <remarks>
    /// Azure prefixes a definition's id with whatever subscription was asked. The key takes the connection's own, so that it is the same
    /// whether the page was read for this connection or is shared by the connections of one app registration.
    /// </remarks>
    public Observation Observe(CanonicalWriter writer, Guid subscription) => Observation.Create(
        writer, ObservationType.RoleDefinition, $"/subscriptions/{subscription}/providers/microsoft.authorization/roledefinitions/{Id}", SourceIdIn(subscription), this,
        static (w, d) => d.WriteTo(w));

    public IReadOnlyList<ActionRules> Rules()
    {
        var rules = new List<ActionRules>();
        var reader = new Utf8JsonReader(_permissions.Span);
        reader.Read();
        while (Json.NextElement(ref reader))
            rules.Add(ActionRules.Read(ref reader, _permissions));
        return rules;
    }

    public string Name => _name.ToString();

    private static Uri Address(CloudEndpoints cloud, Guid subscription, string rest) =>
        new(cloud.Arm, $"/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions{rest}");

    // A page read for another connection of the app registration names that one's subscription; asked here, Azure names this one.
    private string SourceIdIn(Guid subscription)
    {
        if (!_sourceId.StartsWith(Subscriptions, StringComparison.OrdinalIgnoreCase))
            return _sourceId;
        var (own, end) = (subscription.ToString(), _sourceId.IndexOf('/', Subscriptions.Length));
        return _sourceId.AsSpan(Subscriptions.Length, end - Subscriptions.Length).Equals(own, StringComparison.OrdinalIgnoreCase)
            ? _sourceId : string.Concat(_sourceId.AsSpan(0, Subscriptions.Length), own, _sourceId.AsSpan(end));
    }

    private void WriteTo(CanonicalWriter writer)
    {
        writer.Name("assignableScopes");
        CanonicalCopy.Write(writer, _assignableScopes);
        writer.Name("name");
        _name.WriteTo(writer);
        writer.Name("permissions");
        CanonicalCopy.Write(writer, _permissions);
        writer.Name("roleType");
        _type.WriteTo(writer);
    }

    private void ReadProperties(ref Utf8JsonReader reader, ReadOnlyMemory<byte> page)
    {
        reader.Read();
        Json.ExpectObject(ref reader, "properties");
        var names = new SeenNames();
        while (Json.NextProperty(ref reader, ref names, page.Span))
        {
            if (reader.ValueTextEquals("roleName"u8)) _name = Json.Next(ref reader, page, "roleName");
            else if (reader.ValueTextEquals("type"u8)) _type = Json.Next(ref reader, page, "type");
            else if (reader.ValueTextEquals("assignableScopes"u8)) _assignableScopes = ReadTexts(ref reader, page);
            else if (reader.ValueTextEquals("permissions"u8)) _permissions = ReadPermissions(ref reader, page);
            else Json.SkipNext(ref reader, page);
        }
    }

    private static ReadOnlyMemory<byte> ReadTexts(ref Utf8JsonReader reader, ReadOnlyMemory<byte> page)
    {
        reader.Read();
        Json.ExpectArray(ref reader, "assignableScopes");
        var start = (int)reader.TokenStartIndex;
        while (Json.NextElement(ref reader))
            _ = Json.Text(ref reader, page, "An assignable scope");
        return page[start..(int)reader.BytesConsumed];
    }

    private static ReadOnlyMemory<byte> ReadPermissions(ref Utf8JsonReader reader, ReadOnlyMemory<byte> page)
    {
        reader.Read();
        Json.ExpectArray(ref reader, "permissions");
        var start = (int)reader.TokenStartIndex;
        while (Json.NextElement(ref reader))
        {
            Json.ExpectObject(ref reader, "A permission");
            Json.Skip(ref reader, page.Span);
        }

        return page[start..(int)reader.BytesConsumed];
    }
}
