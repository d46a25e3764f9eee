namespace Layer.Azure.Names;

/// <summary>What became of the question for a principal's name: one of four ends that never look alike.</summary>
/// <remarks>A name is not evidence and no fact of any observation.</remarks>
public abstract record NameLookup
{
    private NameLookup()
    {
    }

    /// <summary>The directory has it.</summary>
    /// <param name="Name">The display name.</param>
    /// <param name="Detail">A user's principal name or an app's client id; null when there is none.</param>
    /// <param name="Type">As Graph says: <c>user</c>, <c>group</c>, <c>servicePrincipal</c>, …; null when it did not say.</param>
    /// <param name="UserType">Of a user <c>Member</c> or <c>Guest</c>; null when Graph did not say.</param>
    /// <param name="Enabled">Whether it may sign in; null of what cannot, and when Graph did not say.</param>
    public sealed record Resolved(string Name, string? Detail, string? Type, string? UserType, bool? Enabled) : NameLookup;

    /// <summary>The whole directory was asked, and it is not there: deleted, or never of this tenant.</summary>
    public sealed record NotFound : NameLookup;

    /// <summary>It may be there; the app may not read its name.</summary>
    /// <param name="Type">Graph's type of an object that is there; null when the whole question was refused.</param>
    public sealed record NotPermitted(string? Type) : NameLookup;

    /// <summary>Nothing is known.</summary>
    /// <param name="Why">The reason.</param>
    public sealed record NotLookedUp(NotLookedUpReason Why) : NameLookup;
}

/// <summary>Why a name was not looked up.</summary>
public enum NotLookedUpReason
{
    /// <summary>A group of another tenant: this directory cannot know it, so it is never called missing.</summary>
    ForeignGroup,

    /// <summary>The question was not answered to its end; it may be asked again.</summary>
    NoAnswer,
}
