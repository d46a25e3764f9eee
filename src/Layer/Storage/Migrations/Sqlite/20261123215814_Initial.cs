using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Layer.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "checkpoint",
                columns: table => new
                {
                    workspace = table.Column<string>(type: "TEXT", nullable: false),
                    size = table.Column<long>(type: "INTEGER", nullable: false),
                    text = table.Column<string>(type: "TEXT", nullable: false),
                    signed_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_checkpoint", x => new { x.workspace, x.size });
                });

            // Rows stand in the primary key itself: a second index of it would be a tenth of what a sync costs.
            migrationBuilder.Sql(
                """
                CREATE TABLE evidence (
                    workspace TEXT NOT NULL,
                    idx INTEGER NOT NULL,
                    id BLOB NOT NULL,
                    connection TEXT NOT NULL,
                    type TEXT NOT NULL,
                    seq INTEGER NOT NULL,
                    manifest INTEGER NOT NULL,
                    previous INTEGER NULL,
                    root BLOB NOT NULL,
                    count INTEGER NOT NULL,
                    observed_from INTEGER NOT NULL,
                    observed_to INTEGER NOT NULL,
                    anomalies INTEGER NOT NULL,
                    CONSTRAINT pk_evidence PRIMARY KEY (workspace, idx)
                ) WITHOUT ROWID;
                """);

            migrationBuilder.CreateTable(
                name: "exception",
                columns: table => new
                {
                    workspace = table.Column<string>(type: "TEXT", nullable: false),
                    idx = table.Column<long>(type: "INTEGER", nullable: false),
                    connection = table.Column<string>(type: "TEXT", nullable: false),
                    code = table.Column<string>(type: "TEXT", nullable: false),
                    key = table.Column<string>(type: "TEXT", nullable: false),
                    record = table.Column<long>(type: "INTEGER", nullable: false),
                    seq = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_exception", x => new { x.workspace, x.idx });
                });

            // Rows stand in the primary key itself: a second index of it would be a tenth of what a sync costs.
            migrationBuilder.Sql(
                """
                CREATE TABLE log_leaf (
                    workspace TEXT NOT NULL,
                    idx INTEGER NOT NULL,
                    kind TEXT NOT NULL,
                    at INTEGER NOT NULL,
                    hash BLOB NOT NULL,
                    bytes BLOB NOT NULL,
                    CONSTRAINT pk_log_leaf PRIMARY KEY (workspace, idx)
                ) WITHOUT ROWID;
                """);

            // Rows stand in the primary key itself: a second index of it would be a tenth of what a sync costs.
            migrationBuilder.Sql(
                """
                CREATE TABLE log_node (
                    workspace TEXT NOT NULL,
                    level INTEGER NOT NULL,
                    idx INTEGER NOT NULL,
                    hash BLOB NOT NULL,
                    CONSTRAINT pk_log_node PRIMARY KEY (workspace, level, idx)
                ) WITHOUT ROWID;
                """);

            migrationBuilder.CreateTable(
                name: "observation",
                columns: table => new
                {
                    workspace = table.Column<string>(type: "TEXT", nullable: false),
                    digest = table.Column<byte[]>(type: "BLOB", nullable: false),
                    type = table.Column<string>(type: "TEXT", nullable: false),
                    key = table.Column<string>(type: "TEXT", nullable: false),
                    bytes = table.Column<byte[]>(type: "BLOB", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: true),
                    scope = table.Column<string>(type: "TEXT", nullable: true),
                    role_guid = table.Column<string>(type: "TEXT", nullable: true),
                    principal_id = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_observation", x => new { x.workspace, x.digest });
                });

            migrationBuilder.CreateTable(
                name: "observation_version",
                columns: table => new
                {
                    connection = table.Column<string>(type: "TEXT", nullable: false),
                    digest = table.Column<byte[]>(type: "BLOB", nullable: false),
                    from_seq = table.Column<long>(type: "INTEGER", nullable: false),
                    workspace = table.Column<string>(type: "TEXT", nullable: false),
                    type = table.Column<string>(type: "TEXT", nullable: false),
                    to_seq = table.Column<long>(type: "INTEGER", nullable: true),
                    from_at = table.Column<long>(type: "INTEGER", nullable: false),
                    source_id = table.Column<string>(type: "TEXT", nullable: false),
                    to_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_observation_version", x => new { x.connection, x.digest, x.from_seq });
                });

            migrationBuilder.CreateTable(
                name: "page",
                columns: table => new
                {
                    workspace = table.Column<string>(type: "TEXT", nullable: false),
                    sha256 = table.Column<byte[]>(type: "BLOB", nullable: false),
                    manifest = table.Column<long>(type: "INTEGER", nullable: false),
                    gzip = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_page", x => new { x.workspace, x.sha256 });
                });

            migrationBuilder.CreateTable(
                name: "population",
                columns: table => new
                {
                    connection = table.Column<string>(type: "TEXT", nullable: false),
                    type = table.Column<string>(type: "TEXT", nullable: false),
                    seq = table.Column<long>(type: "INTEGER", nullable: false),
                    workspace = table.Column<string>(type: "TEXT", nullable: false),
                    count = table.Column<int>(type: "INTEGER", nullable: false),
                    root = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_population", x => new { x.connection, x.type, x.seq });
                });

            migrationBuilder.CreateTable(
                name: "principal_name",
                columns: table => new
                {
                    workspace = table.Column<string>(type: "TEXT", nullable: false),
                    tenant_id = table.Column<string>(type: "TEXT", nullable: false),
                    principal_id = table.Column<string>(type: "TEXT", nullable: false),
                    state = table.Column<string>(type: "TEXT", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: true),
                    detail = table.Column<string>(type: "TEXT", nullable: true),
                    first_looked_up_at = table.Column<long>(type: "INTEGER", nullable: false),
                    last_looked_up_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_principal_name", x => new { x.workspace, x.tenant_id, x.principal_id });
                });

            migrationBuilder.CreateTable(
                name: "signing_key",
                columns: table => new
                {
                    id = table.Column<string>(type: "TEXT", nullable: false),
                    workspace = table.Column<string>(type: "TEXT", nullable: false),
                    verifier = table.Column<string>(type: "TEXT", nullable: false),
                    public_key = table.Column<byte[]>(type: "BLOB", nullable: false),
                    private_key = table.Column<byte[]>(type: "BLOB", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_signing_key", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "workspace",
                columns: table => new
                {
                    id = table.Column<string>(type: "TEXT", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    origin = table.Column<string>(type: "TEXT", nullable: false),
                    sample = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_workspace", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "credential",
                columns: table => new
                {
                    id = table.Column<string>(type: "TEXT", nullable: false),
                    workspace = table.Column<string>(type: "TEXT", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    kind = table.Column<string>(type: "TEXT", nullable: false),
                    cloud = table.Column<string>(type: "TEXT", nullable: false),
                    tenant_id = table.Column<string>(type: "TEXT", nullable: false),
                    client_id = table.Column<string>(type: "TEXT", nullable: false),
                    secret = table.Column<byte[]>(type: "BLOB", nullable: true),
                    secret_hint = table.Column<string>(type: "TEXT", nullable: true),
                    secret_expires_at = table.Column<long>(type: "INTEGER", nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    rotated_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_credential", x => x.id);
                    table.ForeignKey(
                        name: "fk_credential_workspace",
                        column: x => x.workspace,
                        principalTable: "workspace",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "log_head",
                columns: table => new
                {
                    workspace = table.Column<string>(type: "TEXT", nullable: false),
                    size = table.Column<long>(type: "INTEGER", nullable: false),
                    root = table.Column<byte[]>(type: "BLOB", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    standing = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_log_head", x => x.workspace);
                    table.ForeignKey(
                        name: "fk_log_head_workspace",
                        column: x => x.workspace,
                        principalTable: "workspace",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "connection",
                columns: table => new
                {
                    id = table.Column<string>(type: "TEXT", nullable: false),
                    workspace = table.Column<string>(type: "TEXT", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    subscription_id = table.Column<string>(type: "TEXT", nullable: false),
                    tenant_id = table.Column<string>(type: "TEXT", nullable: false),
                    cloud = table.Column<string>(type: "TEXT", nullable: false),
                    credential = table.Column<string>(type: "TEXT", nullable: false),
                    state = table.Column<string>(type: "TEXT", nullable: false),
                    state_code = table.Column<string>(type: "TEXT", nullable: true),
                    since = table.Column<long>(type: "INTEGER", nullable: false),
                    paused_by = table.Column<string>(type: "TEXT", nullable: true),
                    paused_because = table.Column<string>(type: "TEXT", nullable: true),
                    fence = table.Column<long>(type: "INTEGER", nullable: false),
                    lease_holder = table.Column<string>(type: "TEXT", nullable: true),
                    lease_until = table.Column<long>(type: "INTEGER", nullable: true),
                    next_seq = table.Column<long>(type: "INTEGER", nullable: false),
                    predecessor = table.Column<string>(type: "TEXT", nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    disconnected_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_connection", x => x.id);
                    table.ForeignKey(
                        name: "fk_connection_credential",
                        column: x => x.credential,
                        principalTable: "credential",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_connection_predecessor",
                        column: x => x.predecessor,
                        principalTable: "connection",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_connection_workspace",
                        column: x => x.workspace,
                        principalTable: "workspace",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "sync",
                columns: table => new
                {
                    id = table.Column<string>(type: "TEXT", nullable: false),
                    workspace = table.Column<string>(type: "TEXT", nullable: false),
                    connection = table.Column<string>(type: "TEXT", nullable: false),
                    seq = table.Column<long>(type: "INTEGER", nullable: false),
                    trigger = table.Column<string>(type: "TEXT", nullable: false),
                    actor = table.Column<string>(type: "TEXT", nullable: false),
                    node = table.Column<string>(type: "TEXT", nullable: false),
                    status = table.Column<string>(type: "TEXT", nullable: false),
                    code = table.Column<string>(type: "TEXT", nullable: true),
                    started_at = table.Column<long>(type: "INTEGER", nullable: false),
                    ended_at = table.Column<long>(type: "INTEGER", nullable: false),
                    observed_from = table.Column<long>(type: "INTEGER", nullable: true),
                    observed_to = table.Column<long>(type: "INTEGER", nullable: true),
                    day = table.Column<int>(type: "INTEGER", nullable: false),
                    leaf = table.Column<long>(type: "INTEGER", nullable: false),
                    setting = table.Column<long>(type: "INTEGER", nullable: false),
                    added = table.Column<int>(type: "INTEGER", nullable: false),
                    changed = table.Column<int>(type: "INTEGER", nullable: false),
                    removed = table.Column<int>(type: "INTEGER", nullable: false),
                    anomalies = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sync", x => x.id);
                    table.ForeignKey(
                        name: "fk_sync_connection",
                        column: x => x.connection,
                        principalTable: "connection",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_connection_credential",
                table: "connection",
                column: "credential");

            migrationBuilder.CreateIndex(
                name: "ix_connection_predecessor",
                table: "connection",
                column: "predecessor");

            migrationBuilder.CreateIndex(
                name: "ix_connection_workspace_name",
                table: "connection",
                columns: new[] { "workspace", "name" },
                unique: true,
                filter: "state <> 'disconnected'");

            migrationBuilder.CreateIndex(
                name: "ix_connection_workspace_subscription_id",
                table: "connection",
                columns: new[] { "workspace", "subscription_id" },
                unique: true,
                filter: "state <> 'disconnected'");

            migrationBuilder.CreateIndex(
                name: "ix_credential_workspace_name",
                table: "credential",
                columns: new[] { "workspace", "name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_evidence_connection_type_seq",
                table: "evidence",
                columns: new[] { "connection", "type", "seq" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_evidence_id",
                table: "evidence",
                column: "id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_exception_workspace_record",
                table: "exception",
                columns: new[] { "workspace", "record" });

            migrationBuilder.CreateIndex(
                name: "ix_observation_workspace_key",
                table: "observation",
                columns: new[] { "workspace", "key" });

            migrationBuilder.CreateIndex(
                name: "ix_observation_version_open",
                table: "observation_version",
                columns: new[] { "connection", "type" },
                filter: "to_seq IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_signing_key_workspace",
                table: "signing_key",
                column: "workspace");

            migrationBuilder.CreateIndex(
                name: "ix_sync_connection_day",
                table: "sync",
                columns: new[] { "connection", "day" });

            migrationBuilder.CreateIndex(
                name: "ix_sync_connection_seq",
                table: "sync",
                columns: new[] { "connection", "seq" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_workspace_name",
                table: "workspace",
                column: "name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_workspace_origin",
                table: "workspace",
                column: "origin",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "checkpoint");

            migrationBuilder.DropTable(
                name: "evidence");

            migrationBuilder.DropTable(
                name: "exception");

            migrationBuilder.DropTable(
                name: "log_head");

            migrationBuilder.DropTable(
                name: "log_leaf");

            migrationBuilder.DropTable(
                name: "log_node");

            migrationBuilder.DropTable(
                name: "observation");

            migrationBuilder.DropTable(
                name: "observation_version");

            migrationBuilder.DropTable(
                name: "page");

            migrationBuilder.DropTable(
                name: "population");

            migrationBuilder.DropTable(
                name: "principal_name");

            migrationBuilder.DropTable(
                name: "signing_key");

            migrationBuilder.DropTable(
                name: "sync");

            migrationBuilder.DropTable(
                name: "connection");

            migrationBuilder.DropTable(
                name: "credential");

            migrationBuilder.DropTable(
                name: "workspace");
        }
    }
}
