using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Layer.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class NamesAndRetention : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "enabled",
                table: "principal_name",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "type",
                table: "principal_name",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "user_type",
                table: "principal_name",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "name_record",
                columns: table => new
                {
                    workspace = table.Column<string>(type: "TEXT", nullable: false),
                    commitment = table.Column<byte[]>(type: "BLOB", nullable: false),
                    tenant_id = table.Column<string>(type: "TEXT", nullable: false),
                    principal_id = table.Column<string>(type: "TEXT", nullable: false),
                    salt = table.Column<byte[]>(type: "BLOB", nullable: false),
                    bytes = table.Column<byte[]>(type: "BLOB", nullable: false),
                    leaf = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_name_record", x => new { x.workspace, x.commitment });
                    table.ForeignKey(
                        name: "fk_name_record_workspace",
                        columns: x => new { x.workspace, x.tenant_id, x.principal_id },
                        principalTable: "principal_name",
                        principalColumns: new[] { "workspace", "tenant_id", "principal_id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_name_record_workspace_tenant_id_principal_id",
                table: "name_record",
                columns: new[] { "workspace", "tenant_id", "principal_id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "name_record");

            migrationBuilder.DropColumn(
                name: "enabled",
                table: "principal_name");

            migrationBuilder.DropColumn(
                name: "type",
                table: "principal_name");

            migrationBuilder.DropColumn(
                name: "user_type",
                table: "principal_name");
        }
    }
}
