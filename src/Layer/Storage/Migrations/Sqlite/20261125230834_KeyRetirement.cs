using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Layer.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class KeyRetirement : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "retired_at",
                table: "signing_key",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "timestamp_token",
                columns: table => new
                {
                    workspace = table.Column<string>(type: "TEXT", nullable: false),
                    size = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    authority = table.Column<string>(type: "TEXT", nullable: false),
                    token = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_timestamp_token", x => new { x.workspace, x.size });
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "timestamp_token");

            migrationBuilder.DropColumn(
                name: "retired_at",
                table: "signing_key");
        }
    }
}
