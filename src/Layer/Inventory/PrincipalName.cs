using System.Text.Json;
using Layer.Remote;
using Layer.Storage;

namespace Layer.Inventory;

/// <summary>What a directory calls a principal, as of the last look-up. Kept apart from evidence, and erasable.</summary>
internal sealed class PrincipalName
{
    /// <summary>Reads the fields <c>principalName</c> and <c>principalNameState</c> beside an assignment; null: not looked up.</summary>
    public static PrincipalName? Read(JsonElement json, Seen assignment) => json.Text("principalNameState") is var state && state == AssignmentRow.NotLookedUp ? null : new PrincipalName
    {
        Workspace = Guid.Empty, TenantId = assignment.Reading.Tenant, PrincipalId = assignment.Text("principalId"), State = KebabCaseText.Parse<NameState>(state), Name = json.TextOrNull("principalName"),
        FirstLookedUpAt = assignment.Reading.ObservedAt, LastLookedUpAt = assignment.Reading.ObservedAt,
    };

    public required Guid Workspace { get; init; }

    public required Guid TenantId { get; init; }

    /// <summary>The object id, in lower case.</summary>
    public required string PrincipalId { get; init; }

    public required NameState State { get; set; }

    /// <summary>Null unless <see cref="State"/> is resolved.</summary>
    public string? Name { get; set; }

    /// <summary>A user's principal name or an app's client id; null when the directory has none.</summary>
    public string? Detail { get; set; }

    /// <summary>As Microsoft Graph says: <c>user</c>, <c>group</c>, <c>servicePrincipal</c>, …; null when it did not say.</summary>
    public string? Type { get; set; }

    /// <summary>Of a user <c>Member</c> or <c>Guest</c>; null of others, and when Graph did not say.</summary>
    public string? UserType { get; set; }

    /// <summary>Whether it may sign in; null of what cannot, and when Graph did not say.</summary>
    public bool? Enabled { get; set; }

    public required DateTimeOffset FirstLookedUpAt { get; init; }

    public required DateTimeOffset LastLookedUpAt { get; set; }
}

/// <summary>"Not looked up" has no row.</summary>
internal enum NameState
{
    Resolved,
    NotFound,
    NotPermitted,
}
