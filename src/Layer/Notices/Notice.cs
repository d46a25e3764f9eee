using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Layer.Notices;

/// <summary>What people are told. It holds names, ids, codes and commands; never a secret.</summary>
/// <param name="Kind">One of <see cref="NoticeKind"/>.</param>
/// <param name="Key">What makes it one message: the cause and the day, the secret and how long it has left.</param>
/// <param name="Title">One line.</param>
/// <param name="Paragraphs">What happened, why, and what is safe.</param>
/// <param name="Commands">What mends it, ready to paste.</param>
/// <param name="Code">In the error catalog; null when nothing failed.</param>
/// <param name="Connections">Names of the connections concerned.</param>
internal sealed record Notice(
    string Kind, string Key, string Title, IReadOnlyList<string> Paragraphs, IReadOnlyList<string> Commands, string? Code, IReadOnlyList<string> Connections)
{
    /// <summary>The newest signed checkpoint as it travels along: whoever keeps the message holds an anchor of the log. Null when nothing is signed yet.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>Where Layer is reached; null when that is this machine only.</summary>
    public Uri? Address { get; init; }

    /// <summary>As a person reads it in a mail or a chat.</summary>
    public string Text
    {
        get
        {
            var text = new StringBuilder(Title).Append('\n');
            foreach (var paragraph in Paragraphs)
                text.Append('\n').Append(paragraph).Append('\n');
            if (Connections.Count > 0)
                text.Append("\nConnections: ").AppendJoin(", ", Connections).Append('\n');
            foreach (var command in Commands)
                text.Append("\n    ").Append(command).Append('\n');
            if (Address is not null)
                text.Append('\n').Append(Address).Append('\n');
            if (Checkpoint is not null)
                text.Append("\nThe log as it is now; keep this message, and 'layer verify --since' shows that nothing before it was changed:\n\n").Append(Checkpoint);
            return text.ToString();
        }
    }

    /// <summary>As a program reads it: the body of a Standard Webhooks message.</summary>
    public byte[] ToJson(DateTimeOffset at) => JsonSerializer.SerializeToUtf8Bytes(
        new JsonObject
        {
            ["type"] = $"layer.{Kind}",
            ["timestamp"] = at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture),
            ["data"] = new JsonObject
            {
                ["title"] = Title,
                ["code"] = Code,
                ["connections"] = new JsonArray([.. Connections.Select(name => (JsonNode)name)]),
                ["text"] = string.Join("\n\n", Paragraphs),
                ["commands"] = new JsonArray([.. Commands.Select(command => (JsonNode)command)]),
                ["checkpoint"] = Checkpoint,
            },
        },
        new JsonSerializerOptions { Encoder = Cli.Json.Readable });
}

/// <summary>Kinds of messages.</summary>
internal static class NoticeKind
{
    /// <summary>Connections cannot be read.</summary>
    public const string Failing = "failing";

    /// <summary>They are read again.</summary>
    public const string Resolved = "resolved";

    /// <summary>A client secret ends soon.</summary>
    public const string Expiring = "expiring";

    /// <summary>The newest checkpoint of a day.</summary>
    public const string Checkpoint = "checkpoint";

    /// <summary>Somebody tries the channel.</summary>
    public const string Test = "test";
}
