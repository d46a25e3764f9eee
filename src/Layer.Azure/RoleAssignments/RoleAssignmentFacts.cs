using System.Text.Json;
using Layer.Azure.Lists;
using Layer.Evidence.Canonical;

namespace Layer.Azure.RoleAssignments;

/// <summary>The facts of one assignment as they stand in the page; used again for the next.</summary>
internal sealed class RoleAssignmentFacts
{
    private JsonText _condition, _conditionVersion, _createdBy, _createdOn, _delegated, _description, _role, _updatedBy, _updatedOn;

    public JsonText Id { get; private set; }

    public JsonText PrincipalId { get; private set; }

    public JsonText PrincipalType { get; private set; }

    public JsonText Scope { get; private set; }

    /// <summary>The trailing GUID: what stands before it differs between calls.</summary>
    public Guid RoleDefinitionId { get; private set; }

    public string Level { get; set; } = "";

    public void Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> page)
    {
        Json.ExpectObject(ref reader, "A role assignment");
        Id = PrincipalId = PrincipalType = Scope = default;
        _condition = _conditionVersion = _createdBy = _createdOn = _delegated = _description = _role = _updatedBy = _updatedOn = default;
        var names = new SeenNames();
        while (Json.NextProperty(ref reader, ref names, page.Span))
        {
            if (reader.ValueTextEquals("properties"u8)) ReadProperties(ref reader, page);
            else if (reader.ValueTextEquals("id"u8)) Id = Json.Next(ref reader, page, "id");
            else Json.SkipNext(ref reader, page);
        }

        if (Id.IsNull || PrincipalId.IsNull || PrincipalType.IsNull || _role.IsNull || Scope.IsNull)
            throw new MalformedAnswerException("A role assignment lacks its id, principalId, principalType, roleDefinitionId or scope.");
        var role = _role.ToString();
        if (!Guid.TryParseExact(role.AsSpan(role.LastIndexOf('/') + 1), "D", out var id))
            throw new MalformedAnswerException("A roleDefinitionId does not end in a GUID.");
        RoleDefinitionId = id;
    }

    public void WriteTo(CanonicalWriter writer)
    {
        Write("condition", _condition);
        Write("conditionVersion", _conditionVersion);
        Write("createdBy", _createdBy);
        Write("createdOn", _createdOn);
        Write("delegatedManagedIdentityResourceId", _delegated);
        Write("description", _description);
        Write("principalId", PrincipalId);
        Write("principalType", PrincipalType);
        writer.Name("roleDefinitionId");
        writer.String(RoleDefinitionId.ToString());
        Write("scope", Scope);
        writer.Name("scopeLevel");
        writer.String(Level);
        Write("updatedBy", _updatedBy);
        Write("updatedOn", _updatedOn);

        void Write(string name, JsonText text)
        {
            writer.Name(name);
            text.WriteTo(writer);
        }
    }

    private void ReadProperties(ref Utf8JsonReader reader, ReadOnlyMemory<byte> page)
    {
        reader.Read();
        Json.ExpectObject(ref reader, "properties");
        var names = new SeenNames();
        while (Json.NextProperty(ref reader, ref names, page.Span))
        {
            if (reader.ValueTextEquals("roleDefinitionId"u8)) _role = Json.Next(ref reader, page, "roleDefinitionId");
            else if (reader.ValueTextEquals("principalId"u8)) PrincipalId = Json.Next(ref reader, page, "principalId");
            else if (reader.ValueTextEquals("principalType"u8)) PrincipalType = Json.Next(ref reader, page, "principalType");
            else if (reader.ValueTextEquals("scope"u8)) Scope = Json.Next(ref reader, page, "scope");
            else if (reader.ValueTextEquals("condition"u8)) _condition = Json.FindNext(ref reader, page, "condition");
            else if (reader.ValueTextEquals("conditionVersion"u8)) _conditionVersion = Json.FindNext(ref reader, page, "conditionVersion");
            else if (reader.ValueTextEquals("createdOn"u8)) _createdOn = Json.FindNext(ref reader, page, "createdOn");
            else if (reader.ValueTextEquals("updatedOn"u8)) _updatedOn = Json.FindNext(ref reader, page, "updatedOn");
            else if (reader.ValueTextEquals("createdBy"u8)) _createdBy = Json.FindNext(ref reader, page, "createdBy");
            else if (reader.ValueTextEquals("updatedBy"u8)) _updatedBy = Json.FindNext(ref reader, page, "updatedBy");
            else if (reader.ValueTextEquals("delegatedManagedIdentityResourceId"u8)) _delegated = Json.FindNext(ref reader, page, "delegatedManagedIdentityResourceId");
            else if (reader.ValueTextEquals("description"u8)) _description = Json.FindNext(ref reader, page, "description");
            else Json.SkipNext(ref reader, page);
        }
    }
}
