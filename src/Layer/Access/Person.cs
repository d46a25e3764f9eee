using Microsoft.AspNetCore.Identity;

namespace Layer.Access;

/// <summary>Somebody who can sign in. What they may do is said by a <see cref="Membership"/>; without one, nothing.</summary>
internal sealed class Person : IdentityUser<Guid>
{
    /// <summary>What pages call them.</summary>
    public required string DisplayName { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Since when they cannot sign in any more; null while they can. A person is never deleted: log entries name them.</summary>
    public DateTimeOffset? DisabledAt { get; set; }
}
