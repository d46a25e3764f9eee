using System.Text.Json;
using Layer.Evidence;
using Layer.Evidence.Observations;
using Layer.Inventory;

namespace Layer.Tests.Inventory;

public sealed class KnownNamesSpecs
{
    private static readonly Guid Principal = Guid.Parse("aaaaaaaa-0000-4000-8000-000000000001");
    private static readonly Guid Ours = Guid.Parse("bbbbbbbb-0000-4000-8000-000000000001");
    private static readonly Guid Theirs = Guid.Parse("bbbbbbbb-0000-4000-8000-000000000002");

    [Fact]
    public void What_one_directory_says_about_an_id_is_no_answer_about_it_in_another()
    {
        var names = new KnownNames([Name(Ours, NameState.NotFound, null), Name(Theirs, NameState.Resolved, "ada")]);

        Assert.Equal(NameState.NotFound, names.Find(Assignment(Ours, "User"))?.State);
        Assert.Equal("ada", names.Find(Assignment(Theirs, "User"))?.Name);
        Assert.Null(names.Find(Assignment(Guid.Empty, "User")));
    }

    [Fact]
    public void A_group_of_another_tenant_is_never_called_missing()
    {
        foreach (var state in (NameState[])[NameState.NotFound, NameState.NotPermitted])
            Assert.Null(new KnownNames([Name(Ours, state, null)]).Find(Assignment(Ours, "ForeignGroup")));
    }

    private static PrincipalName Name(Guid tenant, NameState state, string? name) => new()
    {
        Workspace = Guid.Empty, TenantId = tenant, PrincipalId = Principal.ToString(), State = state, Name = name,
        FirstLookedUpAt = DateTimeOffset.UnixEpoch, LastLookedUpAt = DateTimeOffset.UnixEpoch,
    };

    private static Seen Assignment(Guid tenant, string type)
    {
        using var facts = JsonDocument.Parse($$"""{"principalId":"{{Principal.ToString().ToUpperInvariant()}}","principalType":"{{type}}"}""");
        return new Seen(
            new Layer.Inventory.Reading(Guid.Empty, "prod", Guid.Empty, tenant, 1, default, default), ObservationType.RoleAssignment, "k", "K", Digest.Of([]), facts.RootElement.Clone());
    }
}
