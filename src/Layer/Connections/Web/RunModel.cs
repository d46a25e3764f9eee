using System.Text.Json.Nodes;
using Layer.Evidence.Collecting;
using Layer.Operations;
using Layer.Serving;

namespace Layer.Connections.Web;

/// <summary>What the page of running work shows.</summary>
/// <param name="Operation">The work.</param>
/// <param name="Name">What it is about, as people call it.</param>
/// <param name="Back">Where to go from there.</param>
/// <param name="Connecting">Whether nothing is saved yet.</param>
/// <param name="Found">What a first sync found; null before.</param>
internal sealed record RunModel(Operation Operation, string Name, string Back, bool Connecting = false, FoundModel? Found = null)
{
    public bool Running => Operation.State == OperationRunner.Running;

    public Failure? Failure => OperationRunner.FailureOf(Operation);

    public IReadOnlyList<JsonNode> Events { get; } = [.. JsonNode.Parse(Operation.Events)!.AsArray().OfType<JsonNode>()];

    /// <summary>The steps of the last try, in order.</summary>
    public IReadOnlyList<JsonNode> Steps => [.. Events.Where(e => e.Type() == "checked").Reverse().DistinctBy(e => e.Text("id")).Reverse()];

    /// <summary>The failure that time may heal while it is waited for.</summary>
    public (Failure Failure, DateTimeOffset Until)? Waiting => Running && Events is [.., var last] && last.Type() == "waiting"
        ? (FailureJson.Read(last["failure"]!), DateTimeOffset.Parse(last.Text("until"), System.Globalization.CultureInfo.InvariantCulture))
        : null;
}

/// <summary>What was found by a first sync.</summary>
internal sealed record FoundModel(Guid Connection, int Groups, int Assignments, int Roles, int Privileged, IReadOnlyList<string> Worth);

/// <summary>Reads what was told.</summary>
internal static class Told
{
    public static string Type(this JsonNode told) => told.Text("type");

    public static string Text(this JsonNode told, string field) => told[field]?.ToString() ?? "";
}
