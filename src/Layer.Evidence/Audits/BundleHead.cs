using System.Text.Json;
using Layer.Evidence.Canonical;
using Layer.Evidence.Leaves;
using Layer.Evidence.Log;

namespace Layer.Evidence.Audits;

/// <summary><c>bundle.json</c>: what a bundle claims to be (docs/evidence-format.md §8.2). Whether it is that, only the verifier says.</summary>
public sealed record BundleHead
{
    /// <summary>The version of the format; also the first line of the signed text.</summary>
    public const string Format = "layer-bundle/1";

    /// <summary>A window is at most so many days: ten years. What is computed for each of its days has to end.</summary>
    public const int MostDays = 3_660;

    /// <summary>Name of the file.</summary>
    public const string Name = "bundle.json";

    /// <summary>The log's origin.</summary>
    public required string Origin { get; init; }

    /// <summary>First day of the window, UTC.</summary>
    public required DateOnly From { get; init; }

    /// <summary>The day after the last one of the window.</summary>
    public required DateOnly To { get; init; }

    /// <summary>The days it is about.</summary>
    public AuditWindow Window => new(From, To);

    /// <summary>N, the size of the checkpoint.</summary>
    public required long Checkpoint { get; init; }

    /// <summary>A, the first leaf of the range; N when the range is empty.</summary>
    public required long First { get; init; }

    /// <summary>The disclosed leaves below A, ascending. Whether they are those that must be, the verifier says.</summary>
    public required IReadOnlyList<long> Earlier { get; init; }

    /// <summary>The keys that signed the checkpoint, in the order of its signature lines; at least one.</summary>
    public required IReadOnlyList<VerificationKey> Keys { get; init; }

    /// <summary>Whether <c>principals.csv</c> is part of the bundle.</summary>
    public required bool Names { get; init; }

    /// <summary>Whether kept pages are part of the bundle.</summary>
    public required bool Raw { get; init; }

    /// <summary>Indices of all disclosed leaves: the earlier ones, then the range.</summary>
    public IEnumerable<long> Disclosed
    {
        get
        {
            foreach (var index in Earlier)
                yield return index;
            for (var index = First; index < Checkpoint; index++)
                yield return index;
        }
    }

    /// <summary>The canonical bytes.</summary>
    public byte[] ToBytes()
    {
        var writer = new CanonicalWriter();
        writer.StartObject();
        writer.Property("checkpoint", Checkpoint);
        writer.Name("earlier");
        writer.StartArray();
        foreach (var index in Earlier)
            writer.Integer(index);
        writer.EndArray();
        writer.Property("first", First);
        writer.Property("format", Format);
        writer.Property("from", Day.Format(From));
        writer.Name("keys");
        writer.StartArray();
        foreach (var key in Keys)
            writer.String(key.ToString());
        writer.EndArray();
        writer.Property("names", Names);
        writer.Property("origin", Origin);
        writer.Property("raw", Raw);
        writer.Property("to", Day.Format(To));
        writer.EndObject();
        return writer.ToArray();
    }

    /// <summary>Reads the file.</summary>
    /// <exception cref="FormatException">The bytes are not canonical, or not exactly such an object; the message says what is wrong.</exception>
    public static BundleHead Parse(ReadOnlyMemory<byte> bytes)
    {
        using var document = CanonicalJson.Parse(bytes);
        var fields = Fields.Of(document.RootElement, "bundle");
        fields.OneOf("format", [Format]);
        var origin = fields.Text("origin");
        if (!StrictText.IsName(origin))
            throw fields.Wrong("origin", "not printable ASCII without space and plus");
        if (!AuditWindow.TryCreate(fields.Text("from"), fields.Text("to"), out var window) || window.DayCount > MostDays)
            throw fields.Wrong("to", $"not a day after its 'from', or more than {MostDays} days after it");
        var head = new BundleHead
        {
            Origin = origin,
            From = window.From,
            To = window.To,
            Checkpoint = fields.Natural("checkpoint"),
            First = fields.Natural("first"),
            Earlier = [.. fields.Elements("earlier").Select(element => ReadIndex(fields, element))],
            Keys = [.. fields.Texts("keys").Select(VerificationKey.Parse)],
            Names = fields.Boolean("names"),
            Raw = fields.Boolean("raw"),
        };
        head.RefuseContradictions(fields);
        return head.ToBytes().AsSpan().SequenceEqual(bytes.Span)
            ? head
            : throw new FormatException("It is not canonical, or has properties that it should not have.");
    }

    private void RefuseContradictions(Fields fields)
    {
        if (Keys.Count == 0 || Keys.Distinct().Count() != Keys.Count || Keys.Any(key => key.Name != Origin))
            throw fields.Wrong("keys", "empty, or has one twice or one of another log");
        if (Checkpoint < 1 || First > Checkpoint)
            throw fields.Wrong("first", "above its 'checkpoint', which is at least 1");
        var last = -1L;
        foreach (var index in Earlier)
        {
            if (index <= last || index >= First)
                throw fields.Wrong("earlier", "not ascending, or not below its 'first'");
            last = index;
        }
    }

    private static long ReadIndex(Fields fields, JsonElement element) =>
        fields.AsInteger(element, "earlier") is >= 0 and var index ? index : throw fields.Wrong("earlier", "a list with a negative number");
}
