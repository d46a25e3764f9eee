using Layer.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;

namespace Layer.Access;

/// <summary>Identity's store over this database.</summary>
internal sealed class PersonStore(LayerDb db, IdentityErrorDescriber? describer = null)
    : UserOnlyStore<Person, LayerDb, Guid, IdentityUserClaim<Guid>, IdentityUserLogin<Guid>, IdentityUserToken<Guid>, IdentityUserPasskey<Guid>>(db, describer);
