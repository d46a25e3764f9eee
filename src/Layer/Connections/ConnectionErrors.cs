using Layer.Evidence.Errors;
using Layer.Operations;

namespace Layer.Connections;

/// <summary>What cannot be done with a connection or a credential.</summary>
internal static class ConnectionErrors
{
    private const string NothingChanged = "Nothing was changed.";

    public static IReadOnlyList<ErrorEntry> All { get; } =
    [
        Entry("CONNECTION_EXISTS", "This subscription is connected already",
            "Subscription {subscriptionId} is read by the connection {connection}. Two would count its days twice.",
            ["Use the connection that is there.", "To change its secret, rotate its credential."],
            "layer sync {connection}", "layer credential rotate {credential}"),
        Entry("CONNECTION_NAME_TAKEN", "Another connection has this name",
            "The name {connection} belongs to subscription {subscriptionId}.",
            ["Choose another name with --name."]),
        Entry("CONNECTION_NOT_FOUND", "No connection has this name",
            "There is no connection {connection}. There are: {known}.",
            ["Choose one of those, or make it with 'layer connect azure'."],
            "layer connections"),
        Entry("CONNECTION_PAUSED", "The connection is paused",
            "{connection} was paused by {by}: {reason}. Its days are not covered until it is resumed.",
            ["Resume it first."],
            "layer connections resume {connection}"),
        Entry("CONNECTION_NOT_PAUSED", "The connection is not paused",
            "There is nothing to resume: {connection} is read by every 'layer sync --all'.",
            ["Look at how it is."],
            "layer connections"),
        Entry("CONNECTION_DISCONNECTED", "The connection was ended",
            "{connection} was disconnected on {day}. Its evidence stays; it is never read again.",
            ["Connect the subscription again: the new connection names this one as its predecessor."],
            "layer connect azure"),
        Entry("TENANT_PINNED", "The subscription is in another tenant now",
            "{connection} was pinned to tenant {tenantId} and Azure names {tenantFromAzure}. A connection is never moved: its evidence is about the tenant it was made for.",
            ["Disconnect it, then connect the subscription again."],
            "layer connect azure"),
        Entry("CREDENTIAL_NOT_FOUND", "No credential has this name",
            "There is no credential {credential}. There are: {known}.",
            ["Choose one of those."],
            "layer credential list"),
        Entry("CREDENTIAL_CHANGED", "The credential changed meanwhile",
            "While the new secret was tried, another process changed {credential} or its connections. Not all of them were tried.",
            ["Rotate it again: the new secret is then tried on all that are there now."],
            "layer credential rotate {credential}"),
        Entry("SECRET_NEEDED", "The secret has to be given again",
            "Tenant, cloud or client id of {credential} would change. A stored secret is never sent to a place it was not given for.",
            ["Give the secret together with the change."]),
    ];

    /// <summary>CONNECTION_PAUSED, with who paused it and why.</summary>
    public static RefusedException Paused(Connection connection) => new(
        "CONNECTION_PAUSED", ("connection", connection.Name), ("by", connection.PausedBy ?? "somebody"), ("reason", connection.PausedBecause ?? "no reason given"));

    // A name that is taken or does not exist is a slip of the keyboard; the rest is a state of affairs.
    private static ErrorEntry Entry(string code, string title, string why, string[] doThis, params string[] commands) => new()
    {
        Code = code,
        Title = title,
        Why = why,
        DoThis = doThis,
        Commands = commands,
        Kind = code.EndsWith("_NOT_FOUND", StringComparison.Ordinal) || code.EndsWith("_TAKEN", StringComparison.Ordinal) ? FailureKind.Usage : FailureKind.Other,
        Persistence = Persistence.Permanent,
        SafeOnConnect = NothingChanged,
        SafeOnSync = NothingChanged,
    };
}
