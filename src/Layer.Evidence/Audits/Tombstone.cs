using Layer.Evidence.Canonical;
using Layer.Evidence.Log;

namespace Layer.Evidence.Audits;

/// <summary>What stays of a log that was removed when its retention was over: a note signed with the log's key (docs/evidence-format.md §6).</summary>
/// <param name="Origin">The log's origin.</param>
/// <param name="Size">How many leaves it had.</param>
/// <param name="Root">The root over all of them.</param>
/// <param name="RemovedAt">By the operator's clock, UTC, whole milliseconds.</param>
/// <param name="By">The person whose word it was; one line.</param>
/// <param name="Reason">Why; one line.</param>
public sealed record Tombstone(string Origin, long Size, Digest Root, DateTimeOffset RemovedAt, string By, string Reason)
{
    private const string Heading = "layer-tombstone/1";

    /// <summary>The signed text: seven lines, each with its newline.</summary>
    public string Text => FormattableString.Invariant($"{Heading}\n{Origin}\n{Size}\n{Root.ToBase64()}\n{Instant.Format(RemovedAt)}\n{By}\n{Reason}\n");

    /// <summary>Signs it.</summary>
    /// <exception cref="ArgumentException">The key has another name than the origin.</exception>
    /// <exception cref="FormatException">A text is empty, or holds a line break or another control character.</exception>
    public SignedNote Sign(SigningKey key)
    {
        if (key.Public.Name != Origin)
            throw new ArgumentException($"The key of {key.Public.Name} does not sign for {Origin}.", nameof(key));
        // Read back before it is signed: a line break in a text would shift what every line after it means.
        if (Parse(Text) != this with { RemovedAt = Instant.Truncate(RemovedAt) })
            throw new FormatException("The tombstone does not read back as it was written.");
        return key.Sign(Text);
    }

    /// <summary>Reads the text of a note; whether it is signed is for <see cref="SignedNote.Check"/> to say.</summary>
    /// <exception cref="FormatException">The text is no tombstone; the message says what is wrong.</exception>
    public static Tombstone Parse(string text)
    {
        var lines = text.Split('\n');
        if (lines.Length != 8 || lines[7].Length != 0 || lines[0] != Heading)
            throw new FormatException($"A tombstone has exactly seven lines, and the first is {Heading}.");
        if (!StrictText.IsName(lines[1]))
            throw new FormatException("The origin is not printable ASCII without space and plus.");
        if (!StrictText.TryDecimal(lines[2], out var size))
            throw new FormatException("The size is not a decimal number without leading zeros.");
        if (!StrictText.TryDigest(lines[3], out var root))
            throw new FormatException("The root is not the base64 of 32 bytes.");
        if (!Instant.TryParse(lines[4], out var removedAt))
            throw new FormatException("The time is not like 2026-11-23T06:00:02.123Z.");
        if (lines[5].Length == 0 || lines[6].Length == 0)
            throw new FormatException("Who removed it, or why, is empty.");
        return new Tombstone(lines[1], size, root, removedAt, lines[5], lines[6]);
    }
}
