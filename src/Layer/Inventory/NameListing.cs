using Layer.Cli;
using Layer.Storage;

namespace Layer.Inventory;

/// <summary>Names as <c>layer names list</c> prints them. What Graph did not say is a dash, or null, and never a default.</summary>
internal static class NameListing
{
    /// <param name="leafOf">Index of the leaf of the newest sealed record of a principal; null when it was stored before records were sealed.</param>
    public static Listing<PrincipalName> Of(Func<PrincipalName, long?> leafOf) => new(
        [
            new("NAME", "name", n => n.Name ?? "–") { Shrinks = true, Tone = n => n.Name is null ? Tone.Quiet : Tone.Strong },
            new("STATE", "state", n => KebabCaseText.Of(n.State)),
            new("TYPE", "type", n => n.Type ?? "–") { Tone = _ => Tone.Quiet },
            new("UPN OR APP ID", "upnOrAppId", n => n.Detail ?? "–") { Shrinks = true },
            new("USER TYPE", "userType", n => n.UserType ?? "–") { Tone = n => n.UserType == "Guest" ? Tone.Caution : Tone.Plain },
            new("ENABLED", "enabled", n => n.Enabled switch { true => "yes", false => "no", null => "–" }) { Tone = n => n.Enabled == false ? Tone.Caution : Tone.Plain },
            new("FIRST LOOKED UP", "firstLookedUp", n => $"{n.FirstLookedUpAt:yyyy-MM-dd}"),
            new("LAST (UTC)", "lastLookedUp", n => $"{n.LastLookedUpAt:yyyy-MM-dd HH:mm}"),
            new("ENTRY", "leaf", n => $"{leafOf(n)}") { Right = true },
            new("PRINCIPAL ID", "id", n => n.PrincipalId) { CsvOnly = true },
            new("TENANT", "tenantId", n => n.TenantId.ToString()) { CsvOnly = true },
        ],
        (json, n) =>
        {
            json.WriteStartObject();
            json.WriteString("id", n.PrincipalId);
            json.WriteString("tenantId", n.TenantId);
            json.WriteString("state", KebabCaseText.Of(n.State));
            json.WriteString("type", n.Type);
            json.WriteString("name", n.Name);
            json.WriteString("upnOrAppId", n.Detail);
            json.WriteString("userType", n.UserType);
            if (n.Enabled is { } enabled)
                json.WriteBoolean("enabled", enabled);
            else
                json.WriteNull("enabled");
            json.WriteString("firstLookedUp", Time(n.FirstLookedUpAt));
            json.WriteString("lastLookedUp", Time(n.LastLookedUpAt));
            if (leafOf(n) is { } leaf)
                json.WriteNumber("leaf", leaf);
            else
                json.WriteNull("leaf");
            json.WriteEndObject();
        });

    private static string Time(DateTimeOffset at) => $"{at:yyyy-MM-ddTHH:mm:ss.fffZ}";
}
