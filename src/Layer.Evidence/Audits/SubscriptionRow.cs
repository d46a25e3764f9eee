namespace Layer.Evidence.Audits;

/// <summary>Whether the audit of a window covers a subscription, and who said so.</summary>
public static class SubscriptionState
{
    /// <summary>The scope statement includes it.</summary>
    public const string Included = "included";

    /// <summary>The scope statement excludes it.</summary>
    public const string Excluded = "excluded";

    /// <summary>Nobody stated a scope, and it is connected.</summary>
    public const string Connected = "connected";

    /// <summary>It was there, and nobody said whether the audit covers it.</summary>
    public const string Undecided = "undecided";
}

/// <summary>A row of <c>subscriptions.csv</c>.</summary>
/// <param name="Subscription">The subscription.</param>
/// <param name="Name">Its name; empty when nothing at hand tells it.</param>
/// <param name="Tenant">Its tenant; empty when nothing at hand tells it.</param>
/// <param name="State">One of <see cref="SubscriptionState"/>.</param>
/// <param name="By">Who answers for the statement that names it; null when none does.</param>
/// <param name="Reason">Why it is excluded; null unless it is.</param>
/// <param name="FirstVisible">Day of the first list of the window that has it; null when none has.</param>
/// <param name="LastVisible">Day of the last list of the window that has it; null when none has.</param>
/// <param name="ConnectedFrom">Day on which it was first connected; null when that was not before the window's end.</param>
/// <param name="ConnectedTo">Day on which its last connection ended; null when one goes on.</param>
public sealed record SubscriptionRow(
    Guid Subscription, string Name, string Tenant, string State, string? By, string? Reason,
    DateOnly? FirstVisible, DateOnly? LastVisible, DateOnly? ConnectedFrom, DateOnly? ConnectedTo);
