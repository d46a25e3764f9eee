using System.Text.Json;
using Layer.Evidence.Canonical;
using Layer.Evidence.Leaves;

namespace Layer.Evidence.Audits;

/// <summary>An observation while it is looked at.</summary>
internal sealed class ReadObservation : IDisposable
{
    /// <summary>Values of the fact <c>scopeLevel</c> of an assignment that is inherited from above the subscription.</summary>
    public const string Root = "root";

    /// <inheritdoc cref="Root"/>
    public const string ManagementGroup = "managementGroup";

    private readonly JsonDocument _document;

    private ReadObservation(JsonDocument document, string type)
    {
        _document = document;
        var fields = Fields.Of(document.RootElement, "observation");
        if (fields.Text("type") != type)
            throw fields.Wrong("type", $"'{fields.Text("type")}', and it stands in a population of {type}");
        Key = fields.Text("key");
        Facts = fields.Object("facts");
    }

    public string Key { get; }

    public Fields Facts { get; }

    public JsonElement FactsElement => _document.RootElement.GetProperty("facts");

    /// <summary>The canonical bytes of the facts, as a text.</summary>
    public string FactsText => FactsElement.GetRawText();

    /// <exception cref="FormatException">It is of another type, or no observation.</exception>
    public static ReadObservation Of(IAuditSource source, Digest digest, string type)
    {
        var document = CanonicalJson.Parse(source.Observation(digest));
        try
        {
            return new ReadObservation(document, type);
        }
        catch (FormatException)
        {
            document.Dispose();
            throw;
        }
    }

    public void Dispose() => _document.Dispose();
}
