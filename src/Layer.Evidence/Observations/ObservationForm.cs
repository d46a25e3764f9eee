using System.Text.Json;
using Layer.Evidence.Canonical;
using Layer.Evidence.Leaves;

namespace Layer.Evidence.Observations;

/// <summary>Which facts an observation has (docs/evidence-format.md §2): all of its type, and no other.</summary>
internal static class ObservationForm
{
    private const string SubscriptionList = "subscriptions";
    private static readonly string[] Lists = ["assignableScopes", "permissions", SubscriptionList, "tags"];

    private static readonly Dictionary<string, string[]> Facts = new(StringComparer.Ordinal)
    {
        [ObservationType.Subscription] = ["displayName", "state", "subscriptionId", "tenantId"],
        [ObservationType.ResourceGroup] = ["location", "managedBy", "name", "provisioningState", "tags"],
        [ObservationType.RoleAssignment] =
        [
            "condition", "conditionVersion", "createdBy", "createdOn", "delegatedManagedIdentityResourceId", "description", "principalId", "principalType",
            "roleDefinitionId", "scope", "scopeLevel", "updatedBy", "updatedOn",
        ],
        [ObservationType.RoleDefinition] = ["assignableScopes", "name", "permissions", "roleType"],
        [ObservationType.VisibleSubscriptions] = ["client", SubscriptionList, "tenant"],
    };

    /// <summary>Reads canonical bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="writer">To compare with; it is reset.</param>
    /// <exception cref="FormatException">They are not canonical, or no observation of a known type; the message says what is wrong.</exception>
    public static (string Type, string Key) Read(ReadOnlyMemory<byte> bytes, CanonicalWriter writer)
    {
        using var document = CanonicalJson.Parse(bytes);
        var root = document.RootElement;
        var fields = Fields.Of(root, "observation");
        if (!CanonicalJson.IsCanonicalProfile(root, bytes.Span, writer))
            throw new FormatException("It is not canonical.");
        if (!HasExactly(root, ["facts", "key", "type"]))
            throw new FormatException("It has other properties than facts, key and type.");
        var type = fields.OneOf("type", [.. Facts.Keys]);
        var facts = root.GetProperty("facts");
        if (facts.ValueKind != JsonValueKind.Object || !HasExactly(facts, Facts[type]))
            throw new FormatException($"Its facts are not those of {type}.");
        foreach (var fact in facts.EnumerateObject())
            CheckFact(fact);
        if (type == ObservationType.RoleAssignment)
            CheckAssignment(facts);
        var key = fields.Words("key");
        return key == key.ToLowerInvariant() ? (type, key) : throw new FormatException("Its key is not in lower case.");
    }

    private static void CheckAssignment(JsonElement facts)
    {
        if (TextOf(facts, "roleDefinitionId") is { } role && !(Guid.TryParseExact(role, "D", out var id) && role == id.ToString("D")))
            throw new FormatException("Its roleDefinitionId is no GUID in lower case.");
        if (TextOf(facts, "scopeLevel") != ScopeLevelOf((TextOf(facts, "scope") ?? "").ToLowerInvariant()))
            throw new FormatException("Its scopeLevel does not follow from its scope.");
    }

    private static string? TextOf(JsonElement facts, string name) =>
        facts.GetProperty(name) is { ValueKind: JsonValueKind.String } text ? CanonicalJson.Text(text) : null;

    private static string ScopeLevelOf(string scope) => scope == "/" ? "root" : scope.Split('/') switch
    {
        ["", "providers", "microsoft.management", "managementgroups", { Length: > 0 }] => "managementGroup",
        ["", "subscriptions", { Length: > 0 }] => "subscription",
        ["", "subscriptions", { Length: > 0 }, "resourcegroups", { Length: > 0 }] => "resourceGroup",
        _ => "resource",
    };

    private static void CheckFact(JsonProperty fact)
    {
        if (!Lists.Contains(fact.Name))
        {
            if (fact.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
                throw new FormatException($"Its fact {fact.Name} is neither a text nor null.");
            return;
        }

        if (fact.Value.ValueKind != JsonValueKind.Array)
            throw new FormatException($"Its fact {fact.Name} is no list.");
        if (fact.Name is "tags" && !AreTexts(fact.Value, ["k", "v"], "k"))
            throw new FormatException("Its tags are not name and value, ascending by name.");
        if (fact.Name is SubscriptionList && !AreTexts(fact.Value, Facts[ObservationType.Subscription], "subscriptionId"))
            throw new FormatException("Its subscriptions are not ascending by id, or not described as subscriptions are.");
    }

    private static bool AreTexts(JsonElement list, string[] names, string ascendingBy)
    {
        var keys = new List<string>();
        foreach (var each in list.EnumerateArray())
        {
            if (each.ValueKind != JsonValueKind.Object || !HasExactly(each, names) || each.GetProperty(ascendingBy).ValueKind != JsonValueKind.String)
                return false;
            if (each.EnumerateObject().Any(property => property.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null)))
                return false;
            keys.Add(CanonicalJson.Text(each.GetProperty(ascendingBy)));
        }

        return keys.IsAscending();
    }

    // Both ascend: one because it is canonical, the other because it is written so here.
    private static bool HasExactly(JsonElement element, string[] names) => element.EnumerateObject().Select(property => property.Name).SequenceEqual(names);
}
