using Layer.Evidence.Canonical;

namespace Layer.Evidence.Leaves;

/// <summary>What happened to a connection.</summary>
public static class ConnectionChange
{
    /// <summary>It was made.</summary>
    public const string Created = "created";

    /// <summary>Its name or another property was changed.</summary>
    public const string Changed = "changed";

    /// <summary>Its schedule was changed.</summary>
    public const string Schedule = "schedule";

    /// <summary>Its app registration got a new secret, certificate or federation.</summary>
    public const string CredentialRotated = "credential-rotated";

    /// <summary>It signs in with another app registration.</summary>
    public const string CredentialReplaced = "credential-replaced";

    /// <summary>A person stopped it for a while: its days are not covered.</summary>
    public const string Paused = "paused";

    /// <summary>A person let it go on.</summary>
    public const string Resumed = "resumed";

    /// <summary>A person ended it.</summary>
    public const string Disconnected = "disconnected";

    /// <summary>A person states that Azure no longer has the subscription; from here on nothing is expected.</summary>
    public const string SubscriptionGone = "subscription-gone";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
        [Created, Changed, Schedule, CredentialRotated, CredentialReplaced, Paused, Resumed, Disconnected, SubscriptionGone];
}

/// <summary>A connection as it is after a change, and who changed it. It never holds a secret, nor anything made from one.</summary>
public sealed record ConnectionLeaf : StandingLeaf
{
    /// <inheritdoc/>
    public override string Kind => LeafKind.Connection;

    /// <summary>Who: <c>user:ID</c>, <c>token:ID</c> or <c>os:NAME@HOST</c>.</summary>
    public required string Actor { get; init; }

    /// <summary>One of <see cref="ConnectionChange"/>.</summary>
    public required string Change { get; init; }

    /// <summary>The connection.</summary>
    public required Guid Connection { get; init; }

    /// <summary>The name people gave it.</summary>
    public required string Name { get; init; }

    /// <summary><c>public</c>, <c>usgov</c> or <c>china</c>.</summary>
    public required string Cloud { get; init; }

    /// <summary>The subscription.</summary>
    public required Guid Subscription { get; init; }

    /// <summary>Its tenant, pinned for good.</summary>
    public required Guid Tenant { get; init; }

    /// <summary>Application (client) id of the app registration.</summary>
    public required Guid Client { get; init; }

    /// <summary>How it signs in: <c>secret</c>, <c>certificate</c>, <c>federated</c> or <c>managed-identity</c>.</summary>
    public required string SignIn { get; init; }

    /// <summary>When it is read, e.g. <c>daily@06:00Z</c>; null when only on demand.</summary>
    public string? Schedule { get; init; }

    /// <summary>Why, in a person's words; null when none were given.</summary>
    public string? Reason { get; init; }

    /// <summary>The connection it continues after a change of tenant; null for a first one.</summary>
    public Guid? Predecessor { get; init; }

    internal override void WriteTo(CanonicalWriter writer)
    {
        writer.Property("actor", Actor);
        writer.Property("change", Change);
        writer.Property("client", Client);
        writer.Property("cloud", Cloud);
        writer.Property("connection", Connection);
        writer.Property("name", Name);
        writer.Property("predecessor", Predecessor);
        writer.Property("reason", Reason);
        writer.Property("schedule", Schedule);
        writer.Property("signIn", SignIn);
        WriteStanding(writer);
        writer.Property("subscription", Subscription);
        writer.Property("tenant", Tenant);
    }

    internal static ConnectionLeaf Read(Fields body) => new()
    {
        Actor = body.Text("actor"),
        Change = body.OneOf("change", ConnectionChange.All),
        Client = body.Uuid("client"),
        Cloud = body.OneOf("cloud", ["public", "usgov", "china"]),
        Connection = body.Uuid("connection"),
        Name = body.Text("name"),
        Predecessor = body.FindUuid("predecessor"),
        Reason = body.FindText("reason"),
        Schedule = body.FindText("schedule"),
        SignIn = body.OneOf("signIn", ["secret", "certificate", "federated", "managed-identity"]),
        Standing = ReadStanding(body),
        Subscription = body.Uuid("subscription"),
        Tenant = body.Uuid("tenant"),
    };
}
