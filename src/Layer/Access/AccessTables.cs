using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Layer.Access;

/// <summary>People and what they may do, as ASP.NET Core Identity wants its tables, under this database's names.</summary>
internal static class AccessTables
{
    public static void Configure(ModelBuilder model)
    {
        model.Entity<Person>(table =>
        {
            table.ToTable("person").HasKey(p => p.Id);
            table.HasIndex(p => p.NormalizedUserName).IsUnique();
            table.HasIndex(p => p.NormalizedEmail);
            table.Property(p => p.ConcurrencyStamp).IsConcurrencyToken();
        });
        model.Entity<IdentityUserClaim<Guid>>(table =>
        {
            table.ToTable("person_claim").HasKey(c => c.Id);
            table.HasOne<Person>().WithMany().HasForeignKey(c => c.UserId);
        });
        model.Entity<IdentityUserLogin<Guid>>(table =>
        {
            table.ToTable("person_login").HasKey(l => new { l.LoginProvider, l.ProviderKey });
            table.HasOne<Person>().WithMany().HasForeignKey(l => l.UserId);
        });
        model.Entity<IdentityUserToken<Guid>>(table =>
        {
            table.ToTable("person_token").HasKey(t => new { t.UserId, t.LoginProvider, t.Name });
            table.HasOne<Person>().WithMany().HasForeignKey(t => t.UserId);
        });
        model.Entity<IdentityUserPasskey<Guid>>(table =>
        {
            table.ToTable("person_passkey").HasKey(p => p.CredentialId);
            table.HasOne<Person>().WithMany().HasForeignKey(p => p.UserId);
            table.OwnsOne(p => p.Data, data => data.ToJson("data"));
        });
        model.Entity<Membership>(table =>
        {
            table.ToTable("membership").HasKey(m => new { m.Workspace, m.Person });
            table.HasOne<Person>().WithMany().HasForeignKey(m => m.Person);
        });
        model.Entity<Share>(table =>
        {
            table.ToTable("share").HasKey(s => s.Id);
            table.HasIndex(s => new { s.Workspace, s.Person });
            table.HasOne<Person>().WithMany().HasForeignKey(s => s.Person);
        });
        model.Entity<Invitation>(table =>
        {
            table.ToTable("invitation").HasKey(i => i.Id);
            table.HasIndex(i => i.CodeHash).IsUnique();
        });
        model.Entity<ApiToken>(table =>
        {
            table.ToTable("api_token").HasKey(t => t.Id);
            table.HasIndex(t => t.Hash).IsUnique();
            table.HasOne<Person>().WithMany().HasForeignKey(t => t.Person);
        });
    }
}
