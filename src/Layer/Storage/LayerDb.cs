using Layer.Access;
using Layer.Connections;
using Layer.Evidence;
using Layer.Inventory;
using Layer.Ledger;
using Layer.Serving;
using Layer.Workspaces;
using Microsoft.EntityFrameworkCore;

namespace Layer.Storage;

/// <summary>The one model of the database; the two engines differ in column types only.</summary>
internal abstract class LayerDb(DbContextOptions options) : DbContext(options)
{
    public DbSet<Workspace> Workspaces => Set<Workspace>();

    public DbSet<Credential> Credentials => Set<Credential>();

    public DbSet<Connection> Connections => Set<Connection>();

    public DbSet<Sync> Syncs => Set<Sync>();

    public DbSet<ObservationRow> Observations => Set<ObservationRow>();

    public DbSet<ObservationVersion> ObservationVersions => Set<ObservationVersion>();

    public DbSet<PopulationRow> Populations => Set<PopulationRow>();

    public DbSet<PageRow> Pages => Set<PageRow>();

    public DbSet<EvidenceRow> Evidence => Set<EvidenceRow>();

    public DbSet<ExceptionRow> Exceptions => Set<ExceptionRow>();

    public DbSet<VisibleRow> Visible => Set<VisibleRow>();

    public DbSet<LogLeaf> Leaves => Set<LogLeaf>();

    public DbSet<LogNode> Nodes => Set<LogNode>();

    public DbSet<LogHead> Heads => Set<LogHead>();

    public DbSet<CheckpointRow> Checkpoints => Set<CheckpointRow>();

    public DbSet<SigningKeyRow> SigningKeys => Set<SigningKeyRow>();

    public DbSet<TimestampTokenRow> TimestampTokens => Set<TimestampTokenRow>();

    public DbSet<PrincipalName> PrincipalNames => Set<PrincipalName>();

    public DbSet<NameRecordRow> NameRecords => Set<NameRecordRow>();

    public DbSet<Person> People => Set<Person>();

    public DbSet<Membership> Memberships => Set<Membership>();

    public DbSet<Share> Shares => Set<Share>();

    public DbSet<Invitation> Invitations => Set<Invitation>();

    public DbSet<ApiToken> ApiTokens => Set<ApiToken>();

    public DbSet<Operation> Operations => Set<Operation>();

    public DbSet<ConnectDraft> ConnectDrafts => Set<ConnectDraft>();

    public DbSet<WebKey> WebKeys => Set<WebKey>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configuration)
    {
        configuration.Properties<DateTimeOffset>().HaveConversion<UtcTicks>();
        configuration.Properties<DateOnly>().HaveConversion<DayNumber>();
        configuration.Properties<Digest>().HaveConversion<DigestBytes>();
        configuration.Properties<ConnectionState>().HaveConversion<KebabCase<ConnectionState>>();
        configuration.Properties<CredentialKind>().HaveConversion<KebabCase<CredentialKind>>();
        configuration.Properties<SyncStatus>().HaveConversion<KebabCase<SyncStatus>>();
        configuration.Properties<SyncTrigger>().HaveConversion<KebabCase<SyncTrigger>>();
        configuration.Properties<NameState>().HaveConversion<KebabCase<NameState>>();
        configuration.Properties<Role>().HaveConversion<KebabCase<Role>>();
        configuration.Properties<TokenScope>().HaveConversion<KebabCase<TokenScope>>();
    }

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.Entity<Workspace>(table =>
        {
            table.ToTable("workspace").HasKey(w => w.Id);
            table.HasIndex(w => w.Name).IsUnique();
            table.HasIndex(w => w.Origin).IsUnique();
        });
        model.Entity<Credential>(table =>
        {
            table.ToTable("credential").HasKey(c => c.Id);
            table.HasOne<Workspace>().WithMany().HasForeignKey(c => c.Workspace).OnDelete(DeleteBehavior.Restrict);
            table.HasIndex(c => new { c.Workspace, c.Name }).IsUnique();
        });
        model.Entity<Connection>(table =>
        {
            table.ToTable("connection").HasKey(c => c.Id);
            table.HasOne<Workspace>().WithMany().HasForeignKey(c => c.Workspace).OnDelete(DeleteBehavior.Restrict);
            table.HasOne<Credential>().WithMany().HasForeignKey(c => c.Credential).OnDelete(DeleteBehavior.Restrict);
            table.HasOne<Connection>().WithMany().HasForeignKey(c => c.Predecessor).OnDelete(DeleteBehavior.Restrict);
            // The same subscription twice in a workspace would count its days twice; one that ended makes room for its successor.
            table.HasIndex(c => new { c.Workspace, c.SubscriptionId }).IsUnique().HasFilter("state <> 'disconnected'");
            table.HasIndex(c => new { c.Workspace, c.Name }).IsUnique().HasFilter("state <> 'disconnected'");
        });
        model.Entity<Sync>(table =>
        {
            table.ToTable("sync").HasKey(s => s.Id);
            table.HasOne<Connection>().WithMany().HasForeignKey(s => s.Connection).OnDelete(DeleteBehavior.Restrict);
            table.HasIndex(s => new { s.Connection, s.Seq }).IsUnique();
            table.HasIndex(s => new { s.Connection, s.Day });
        });
        model.Entity<ObservationRow>(table =>
        {
            table.ToTable("observation").HasKey(o => new { o.Workspace, o.Digest });
            table.HasIndex(o => new { o.Workspace, o.Key });
        });
        model.Entity<ObservationVersion>(table =>
        {
            table.ToTable("observation_version").HasKey(v => new { v.Connection, v.Digest, v.FromSeq });
            table.HasIndex(v => new { v.Connection, v.Type }).HasFilter("to_seq IS NULL").HasDatabaseName("ix_observation_version_open");
        });
        model.Entity<PopulationRow>(table =>
            table.ToTable("population").HasKey(p => new { p.Connection, p.Type, p.Seq }));
        model.Entity<PageRow>(table =>
            table.ToTable("page").HasKey(p => new { p.Workspace, p.Sha256 }));
        model.Entity<EvidenceRow>(table =>
        {
            table.ToTable("evidence").HasKey(e => new { e.Workspace, e.Index });
            table.HasIndex(e => e.Id).IsUnique();
            table.HasIndex(e => new { e.Connection, e.Type, e.Seq }).IsUnique();
        });
        model.Entity<ExceptionRow>(table =>
        {
            table.ToTable("exception").HasKey(e => new { e.Workspace, e.Index });
            table.HasIndex(e => new { e.Workspace, e.Record });
        });
        model.Entity<VisibleRow>(table =>
            table.ToTable("visible").HasKey(v => new { v.Workspace, v.Client, v.Cloud, v.Tenant, v.Day }));
        model.Entity<LogLeaf>(table =>
        {
            table.ToTable("log_leaf").HasKey(l => new { l.Workspace, l.Index });
            table.Property(l => l.Bytes).HasConversion<PackedBytes>();
        });
        model.Entity<LogNode>(table => table.ToTable("log_node").HasKey(n => new { n.Workspace, n.Level, n.Index }));
        model.Entity<LogHead>(table =>
        {
            table.ToTable("log_head").HasKey(h => h.Workspace);
            table.HasOne<Workspace>().WithMany().HasForeignKey(h => h.Workspace).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<CheckpointRow>(table => table.ToTable("checkpoint").HasKey(c => new { c.Workspace, c.Size }));
        model.Entity<TimestampTokenRow>(table => table.ToTable("timestamp_token").HasKey(t => new { t.Workspace, t.Size }));
        model.Entity<SigningKeyRow>(table =>
        {
            table.ToTable("signing_key").HasKey(k => k.Id);
            table.HasIndex(k => k.Workspace);
        });
        model.Entity<PrincipalName>(table =>
            table.ToTable("principal_name").HasKey(n => new { n.Workspace, n.TenantId, n.PrincipalId }));
        model.Entity<NameRecordRow>(table =>
        {
            table.ToTable("name_record").HasKey(r => new { r.Workspace, r.Commitment });
            table.HasOne<PrincipalName>().WithMany().HasForeignKey(r => new { r.Workspace, r.TenantId, r.PrincipalId }).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<Operation>(table =>
        {
            table.ToTable("operation").HasKey(o => o.Id);
            table.HasIndex(o => new { o.Workspace, o.StartedAt });
        });
        model.Entity<ConnectDraft>(table =>
        {
            table.ToTable("connect_draft").HasKey(d => d.Id);
            table.HasIndex(d => new { d.Workspace, d.Person });
        });
        model.Entity<WebKey>(table => table.ToTable("web_key").HasKey(k => k.Id));
        AccessTables.Configure(model);

        NameColumns(model);
    }

    // "index" is a reserved word on both engines, so a leaf's index is idx wherever SQL is read.
    private static void NameColumns(ModelBuilder model)
    {
        foreach (var table in model.Model.GetEntityTypes().Where(table => !table.IsMappedToJson()))
        {
            foreach (var column in table.GetProperties())
            {
                column.SetColumnName(column.Name == "Index" ? "idx" : SnakeCase.Of(column.Name));
                column.ValueGenerated = Microsoft.EntityFrameworkCore.Metadata.ValueGenerated.Never;
            }

            foreach (var key in table.GetKeys())
                key.SetName("pk_" + table.GetTableName());
            foreach (var key in table.GetForeignKeys())
                key.SetConstraintName($"fk_{table.GetTableName()}_{key.Properties[0].GetColumnName()}");
            foreach (var index in table.GetIndexes().Where(i => i.GetDatabaseName()?.StartsWith("IX_", StringComparison.Ordinal) ?? true))
                index.SetDatabaseName($"ix_{table.GetTableName()}_{string.Join('_', index.Properties.Select(p => p.GetColumnName()))}");
        }
    }
}
