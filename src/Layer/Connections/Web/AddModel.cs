namespace Layer.Connections.Web;

/// <summary>What the page of several subscriptions shows.</summary>
/// <param name="Apps">Each app registration with a recorded list.</param>
/// <param name="Chosen">What was ticked.</param>
/// <param name="Names">Of each ticked subscription the name that was typed.</param>
/// <param name="Problems">Everything that is wrong with it.</param>
internal sealed record AddModel(IReadOnlyList<VisibleApp> Apps, IReadOnlySet<Guid> Chosen, IReadOnlyDictionary<Guid, string> Names, IReadOnlyList<string> Problems)
{
    public string NameOf(VisibleOne one) => Names.GetValueOrDefault(one.Id) ?? (one.DisplayName.Length <= 100 ? one.DisplayName : one.DisplayName[..100]);
}

/// <summary>What an app registration could see when Azure last listed it.</summary>
/// <param name="Credential">How it signs in.</param>
/// <param name="Day">UTC day of the list.</param>
/// <param name="Seen">How many there were.</param>
/// <param name="Open">Those without a connection, by name.</param>
internal sealed record VisibleApp(Credential Credential, DateOnly Day, int Seen, IReadOnlyList<VisibleOne> Open);

/// <summary>One subscription of the list.</summary>
internal sealed record VisibleOne(Guid Id, string DisplayName, string State);
