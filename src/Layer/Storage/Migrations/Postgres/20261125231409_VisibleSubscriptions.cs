using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Layer.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class VisibleSubscriptions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "visible",
                columns: table => new
                {
                    workspace = table.Column<Guid>(type: "uuid", nullable: false),
                    client = table.Column<Guid>(type: "uuid", nullable: false),
                    cloud = table.Column<string>(type: "text", nullable: false),
                    tenant = table.Column<Guid>(type: "uuid", nullable: false),
                    day = table.Column<int>(type: "integer", nullable: false),
                    leaf = table.Column<long>(type: "bigint", nullable: false),
                    digest = table.Column<byte[]>(type: "bytea", nullable: false),
                    count = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_visible", x => new { x.workspace, x.client, x.cloud, x.tenant, x.day });
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "visible");
        }
    }
}
