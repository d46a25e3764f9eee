using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator.Control;

internal enum WorldChange
{
    Grant,
    Revoke,
    AddResourceGroup,
    RemoveResourceGroup,
    SetTags,
    SetState,
    Move,
    ExpireSecrets,
    SetAppEnabled,
    SetMember,
    DeletePrincipal,
    DeleteSubscription,
    RefuseListsSilently,
}

/// <summary>One change of the world by name. Properties a change does not need are left out.</summary>
internal sealed record WorldOrder(
    WorldChange Change,
    string? Scope = null,
    string? Role = null,
    string? Principal = null,
    string? Subscription = null,
    string? ResourceGroup = null,
    string? Location = null,
    string? State = null,
    string? Tenant = null,
    string? App = null,
    string? Group = null,
    Dictionary<string, string>? Tags = null,
    DateTimeOffset? At = null,
    bool On = true)
{
    public void Apply(World world)
    {
        switch (Change)
        {
            case WorldChange.Grant:
                world.Grant(Need(Scope), Need(Role), Need(Principal));
                break;
            case WorldChange.Revoke:
                world.Remove(world.FindAssignment(Need(Scope), Need(Role), Need(Principal))
                    ?? throw new KeyNotFoundException($"'{Principal}' does not hold '{Role}' at '{Scope}'."));
                break;
            case WorldChange.AddResourceGroup:
                world.Put(new ResourceGroup(world.Subscription(Need(Subscription)).Id, Need(ResourceGroup), Location ?? "westeurope") { Tags = Tags });
                break;
            case WorldChange.RemoveResourceGroup:
                world.Remove(world.ResourceGroup(Need(Subscription), Need(ResourceGroup)));
                break;
            case WorldChange.SetTags when ResourceGroup is { } group:
                world.Put(world.ResourceGroup(Need(Subscription), group) with { Tags = Tags });
                break;
            case WorldChange.SetTags:
                world.Change(world.Subscription(Need(Subscription)), s => s with { Tags = Tags });
                break;
            case WorldChange.SetState:
                world.Change(world.Subscription(Need(Subscription)), s => s with { State = Need(State) });
                break;
            case WorldChange.Move:
                world.Move(world.Subscription(Need(Subscription)), Need(Tenant));
                break;
            case WorldChange.ExpireSecrets:
                world.ExpireSecrets(world.App(Need(App)), At ?? DateTimeOffset.UnixEpoch);
                break;
            case WorldChange.SetAppEnabled:
                world.Change(world.App(Need(App)), a => a with { Enabled = On });
                break;
            case WorldChange.SetMember:
                world.SetMember(Need(Group), Need(Principal), On);
                break;
            case WorldChange.DeletePrincipal:
                world.Delete(world.Principal(Need(Principal)));
                break;
            case WorldChange.DeleteSubscription:
                world.Remove(world.Subscription(Need(Subscription)));
                break;
            case WorldChange.RefuseListsSilently:
                world.RefusesListsSilently = On;
                break;
            default:
                throw new ArgumentException($"There is no change {Change}.");
        }
    }

    private static string Need(string? value, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(value))] string name = "") =>
        value ?? throw new ArgumentException($"The change needs '{char.ToLowerInvariant(name[0])}{name[1..]}'.");
}
