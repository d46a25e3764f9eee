using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Layer.Storage.Migrations.Postgres
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
                    workspace = table.Column<Guid>(type: "uuid", nullable: false),
                    size = table.Column<long>(type: "bigint", nullable: false),
                    text = table.Column<string>(type: "text", nullable: false),
                    signed_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_checkpoint", x => new { x.workspace, x.size });
                });

            migrationBuilder.CreateTable(
                name: "evidence",
                columns: table => new
                {
                    workspace = table.Column<Guid>(type: "uuid", nullable: false),
                    idx = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<byte[]>(type: "bytea", nullable: false),
                    connection = table.Column<Guid>(type: "uuid", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false),
                    seq = table.Column<long>(type: "bigint", nullable: false),
                    manifest = table.Column<long>(type: "bigint", nullable: false),
                    previous = table.Column<long>(type: "bigint", nullable: true),
                    root = table.Column<byte[]>(type: "bytea", nullable: false),
                    count = table.Column<int>(type: "integer", nullable: false),
                    observed_from = table.Column<long>(type: "bigint", nullable: false),
                    observed_to = table.Column<long>(type: "bigint", nullable: false),
                    anomalies = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_evidence", x => new { x.workspace, x.idx });
                });

            migrationBuilder.CreateTable(
                name: "exception",
                columns: table => new
                {
                    workspace = table.Column<Guid>(type: "uuid", nullable: false),
                    idx = table.Column<long>(type: "bigint", nullable: false),
                    connection = table.Column<Guid>(type: "uuid", nullable: false),
                    code = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    record = table.Column<long>(type: "bigint", nullable: false),
                    seq = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_exception", x => new { x.workspace, x.idx });
                });

            migrationBuilder.CreateTable(
                name: "log_leaf",
                columns: table => new
                {
                    workspace = table.Column<Guid>(type: "uuid", nullable: false),
                    idx = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    bytes = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_log_leaf", x => new { x.workspace, x.idx });
                });

            migrationBuilder.CreateTable(
                name: "log_node",
                columns: table => new
                {
                    workspace = table.Column<Guid>(type: "uuid", nullable: false),
                    level = table.Column<int>(type: "integer", nullable: false),
                    idx = table.Column<long>(type: "bigint", nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_log_node", x => new { x.workspace, x.level, x.idx });
                });

            migrationBuilder.CreateTable(
                name: "observation",
                columns: table => new
                {
                    workspace = table.Column<Guid>(type: "uuid", nullable: false),
                    digest = table.Column<byte[]>(type: "bytea", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    bytes = table.Column<byte[]>(type: "bytea", nullable: false),
                    name = table.Column<string>(type: "text", nullable: true),
                    scope = table.Column<string>(type: "text", nullable: true),
                    role_guid = table.Column<string>(type: "text", nullable: true),
                    principal_id = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_observation", x => new { x.workspace, x.digest });
                });

            migrationBuilder.CreateTable(
                name: "observation_version",
                columns: table => new
                {
                    connection = table.Column<Guid>(type: "uuid", nullable: false),
                    digest = table.Column<byte[]>(type: "bytea", nullable: false),
                    from_seq = table.Column<long>(type: "bigint", nullable: false),
                    workspace = table.Column<Guid>(type: "uuid", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false),
                    to_seq = table.Column<long>(type: "bigint", nullable: true),
                    from_at = table.Column<long>(type: "bigint", nullable: false),
                    source_id = table.Column<string>(type: "text", nullable: false),
                    to_at = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_observation_version", x => new { x.connection, x.digest, x.from_seq });
                });

            migrationBuilder.CreateTable(
                name: "page",
                columns: table => new
                {
                    workspace = table.Column<Guid>(type: "uuid", nullable: false),
                    sha256 = table.Column<byte[]>(type: "bytea", nullable: false),
                    manifest = table.Column<long>(type: "bigint", nullable: false),
                    gzip = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_page", x => new { x.workspace, x.sha256 });
                });

            migrationBuilder.CreateTable(
                name: "population",
                columns: table => new
                {
                    connection = table.Column<Guid>(type: "uuid", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false),
                    seq = table.Column<long>(type: "bigint", nullable: false),
                    workspace = table.Column<Guid>(type: "uuid", nullable: false),
                    count = table.Column<int>(type: "integer", nullable: false),
                    root = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_population", x => new { x.connection, x.type, x.seq });
                });

            migrationBuilder.CreateTable(
                name: "principal_name",
                columns: table => new
                {
                    workspace = table.Column<Guid>(type: "uuid", nullable: false),
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false),
                    principal_id = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: true),
                    detail = table.Column<string>(type: "text", nullable: true),
                    first_looked_up_at = table.Column<long>(type: "bigint", nullable: false),
                    last_looked_up_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_principal_name", x => new { x.workspace, x.tenant_id, x.principal_id });
                });

            migrationBuilder.CreateTable(
                name: "signing_key",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    workspace = table.Column<Guid>(type: "uuid", nullable: false),
                    verifier = table.Column<string>(type: "text", nullable: false),
                    public_key = table.Column<byte[]>(type: "bytea", nullable: false),
                    private_key = table.Column<byte[]>(type: "bytea", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_signing_key", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "workspace",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    origin = table.Column<string>(type: "text", nullable: false),
                    sample = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_workspace", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "credential",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    workspace = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    cloud = table.Column<string>(type: "text", nullable: false),
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false),
                    client_id = table.Column<Guid>(type: "uuid", nullable: false),
                    secret = table.Column<byte[]>(type: "bytea", nullable: true),
                    secret_hint = table.Column<string>(type: "text", nullable: true),
                    secret_expires_at = table.Column<long>(type: "bigint", nullable: true),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    rotated_at = table.Column<long>(type: "bigint", nullable: true)
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
                    workspace = table.Column<Guid>(type: "uuid", nullable: false),
                    size = table.Column<long>(type: "bigint", nullable: false),
                    root = table.Column<byte[]>(type: "bytea", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    standing = table.Column<long>(type: "bigint", nullable: false)
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
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    workspace = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    subscription_id = table.Column<Guid>(type: "uuid", nullable: false),
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false),
                    cloud = table.Column<string>(type: "text", nullable: false),
                    credential = table.Column<Guid>(type: "uuid", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    state_code = table.Column<string>(type: "text", nullable: true),
                    since = table.Column<long>(type: "bigint", nullable: false),
                    paused_by = table.Column<string>(type: "text", nullable: true),
                    paused_because = table.Column<string>(type: "text", nullable: true),
                    fence = table.Column<long>(type: "bigint", nullable: false),
                    lease_holder = table.Column<string>(type: "text", nullable: true),
                    lease_until = table.Column<long>(type: "bigint", nullable: true),
                    next_seq = table.Column<long>(type: "bigint", nullable: false),
                    predecessor = table.Column<Guid>(type: "uuid", nullable: true),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    disconnected_at = table.Column<long>(type: "bigint", nullable: true)
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
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    workspace = table.Column<Guid>(type: "uuid", nullable: false),
                    connection = table.Column<Guid>(type: "uuid", nullable: false),
                    seq = table.Column<long>(type: "bigint", nullable: false),
                    trigger = table.Column<string>(type: "text", nullable: false),
                    actor = table.Column<string>(type: "text", nullable: false),
                    node = table.Column<string>(type: "text", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    code = table.Column<string>(type: "text", nullable: true),
                    started_at = table.Column<long>(type: "bigint", nullable: false),
                    ended_at = table.Column<long>(type: "bigint", nullable: false),
                    observed_from = table.Column<long>(type: "bigint", nullable: true),
                    observed_to = table.Column<long>(type: "bigint", nullable: true),
                    day = table.Column<int>(type: "integer", nullable: false),
                    leaf = table.Column<long>(type: "bigint", nullable: false),
                    setting = table.Column<long>(type: "bigint", nullable: false),
                    added = table.Column<int>(type: "integer", nullable: false),
                    changed = table.Column<int>(type: "integer", nullable: false),
                    removed = table.Column<int>(type: "integer", nullable: false),
                    anomalies = table.Column<int>(type: "integer", nullable: false)
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
