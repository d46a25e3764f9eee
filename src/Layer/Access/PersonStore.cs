using System.Security.Cryptography;
using Layer.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;

namespace Layer.Access;

/// <summary>Identity's store over this database. The key of an authenticator and recovery codes are secrets, so what it keeps as a person's tokens is protected.</summary>
internal sealed class PersonStore(LayerDb db, IDataProtectionProvider protection, IdentityErrorDescriber? describer = null)
    : UserOnlyStore<Person, LayerDb, Guid, IdentityUserClaim<Guid>, IdentityUserLogin<Guid>, IdentityUserToken<Guid>, IdentityUserPasskey<Guid>>(db, describer)
{
    public override Task SetTokenAsync(Person user, string loginProvider, string name, string? value, CancellationToken cancellationToken) =>
        base.SetTokenAsync(user, loginProvider, name, value is null ? null : ProtectorOf(user, name).Protect(value), cancellationToken);

    /// <returns>Null also when the keys that protected it are lost: whoever has it cannot be told from whoever has not.</returns>
    public override async Task<string?> GetTokenAsync(Person user, string loginProvider, string name, CancellationToken cancellationToken)
    {
        if (await base.GetTokenAsync(user, loginProvider, name, cancellationToken) is not { } kept)
            return null;
        try
        {
            return ProtectorOf(user, name).Unprotect(kept);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private IDataProtector ProtectorOf(Person user, string name) => protection.CreateProtector("Layer.Access.PersonToken", user.Id.ToString(), name);
}
