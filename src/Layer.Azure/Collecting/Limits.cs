namespace Layer.Azure.Collecting;

/// <summary>Ids of what one run adds to the standing limits (docs/evidence-format.md).</summary>
internal static class Limits
{
    public const string TrustAnchorNotPublic = "trust-anchor-not-public";
    public const string DefinitionUnknown = "definition-unknown";
    public const string PermissionsUnreadable = "permissions-unreadable";
}
