using Layer.Evidence.Audits;
using Layer.Evidence.Canonical;

namespace Layer.Evidence.Leaves;

/// <summary>A window as leaves carry it: <c>"window":{"from":"2026-01-01","to":"2027-01-01"}</c>.</summary>
internal static class WindowField
{
    public const string Name = "window";

    public static void Write(CanonicalWriter writer, AuditWindow window)
    {
        writer.Name(Name);
        writer.StartObject();
        writer.Property("from", Day.Format(window.From));
        writer.Property("to", Day.Format(window.To));
        writer.EndObject();
    }

    public static AuditWindow Get(Fields body)
    {
        var fields = body.Object(Name);
        return AuditWindow.TryCreate(fields.Text("from"), fields.Text("to"), out var window)
            ? window
            : throw body.Wrong(Name, "no window of days like 2026-01-01 that ends after it begins");
    }
}
