using System.Diagnostics.CodeAnalysis;

namespace Layer.Access.Oidc;

/// <summary>The identity provider that people may sign in with, and which of its roles means what here.</summary>
/// <param name="Authority">Its address, under which <c>/.well-known/openid-configuration</c> lies.</param>
/// <param name="ClientId">Of the app registration for sign-in; another one than that which reads Azure.</param>
/// <param name="ClientSecret">Its secret.</param>
/// <param name="RoleClaim">The claim that lists somebody's roles.</param>
/// <param name="Roles">What each value of it means; the strongest counts.</param>
internal sealed record OidcSettings(Uri Authority, string ClientId, string ClientSecret, string RoleClaim, IReadOnlyDictionary<string, Role> Roles)
{
    private const string UsualRoles = "administrator=administrator, editor=editor, auditor=auditor";

    /// <summary>Null when none is set; a problem for each setting that cannot be used.</summary>
    public static OidcSettings? Read(Func<string, string?> find, List<string> problems)
    {
        var (authority, client, secret, claim) = (find("Layer:OidcAuthority"), find("Layer:OidcClientId"), find("Layer:OidcClientSecret"), find("Layer:OidcRoleClaim") ?? "roles");
        if (authority is null && client is null && secret is null)
            return null;
        var before = problems.Count;
        if (authority is null || !TryParseAuthority(authority, out var address))
        {
            address = null;
            problems.Add("Layer:OidcAuthority is missing or no address of an identity provider. Allowed: https://HOST/PATH, e.g. https://login.microsoftonline.com/<tenant id>/v2.0.");
        }

        if (client is null)
            problems.Add("Layer:OidcClientId is missing: the client ID that the identity provider gave Layer.");
        if (secret is null)
            problems.Add("Layer:OidcClientSecret is missing: the client secret that the identity provider gave Layer.");
        var roles = new Dictionary<string, Role>(StringComparer.Ordinal);
        foreach (var pair in (find("Layer:OidcRoles") ?? UsualRoles).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at > 0 && Enum.TryParse<Role>(pair[..at].Trim(), ignoreCase: true, out var role) && Enum.IsDefined(role) && !int.TryParse(pair[..at], out _) && pair[(at + 1)..].Trim() is { Length: > 0 } value)
                roles[value] = role;
            else
                problems.Add($"Layer:OidcRoles has '{pair}'. Allowed: ROLE=VALUE with commas; ROLE is administrator, editor or auditor, e.g. {UsualRoles}.");
        }

        return problems.Count > before ? null : new OidcSettings(address!, client!, secret!, claim, roles); // what is null was a problem
    }

    /// <summary>The strongest role that these values of the claim give; null when none of them means anything here.</summary>
    public Role? RoleOf(IEnumerable<string> values) => values.Select(value => Roles.TryGetValue(value, out var role) ? role : (Role?)null).Max();

    // In the clear only on this machine, for trying it.
    private static bool TryParseAuthority(string text, [NotNullWhen(true)] out Uri? address) => Uri.TryCreate(text, UriKind.Absolute, out address)
        && (address.Scheme == "https" || address is { Scheme: "http", IsLoopback: true }) && address is { UserInfo.Length: 0, Host.Length: > 0, Fragment.Length: 0, Query.Length: 0 };
}
