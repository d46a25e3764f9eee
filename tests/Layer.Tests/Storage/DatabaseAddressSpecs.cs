using Layer.Storage;
using Npgsql;

namespace Layer.Tests.Storage;

public sealed class DatabaseAddressSpecs
{
    [Fact]
    public void A_postgres_uri_is_taken_apart_with_escaped_and_odd_characters()
    {
        var address = Assert.IsType<DatabaseAddress.Postgres>(
            DatabaseAddress.Parse("postgres://us%40er:p%3Aa%2Fs;s%3Dw@db.example:6432/lay%20er?sslmode=verify-full&application_name=x"));

        var parts = new NpgsqlConnectionStringBuilder(address.ConnectionString);
        Assert.Equal(("db.example", 6432, "lay er"), (parts.Host, parts.Port, parts.Database));
        Assert.Equal(("us@er", "p:a/s;s=w"), (parts.Username, parts.Password));
        Assert.Equal((SslMode.VerifyFull, "x"), (parts.SslMode, parts.ApplicationName));
        Assert.Equal("PostgreSQL db.example:6432/lay er", address.ToString());
    }

    [Theory]
    [InlineData("postgresql://localhost/layer", "localhost", 5432)]
    [InlineData("Host=localhost;Database=layer;Password=secret", "localhost", 5432)]
    public void Both_forms_of_PostgreSQL_are_taken(string text, string host, int port)
    {
        var parts = new NpgsqlConnectionStringBuilder(Assert.IsType<DatabaseAddress.Postgres>(DatabaseAddress.Parse(text)).ConnectionString);

        Assert.Equal((host, port, "layer"), (parts.Host, parts.Port, parts.Database));
    }

    [Fact]
    public void A_file_is_SQLite() => Assert.Equal(new DatabaseAddress.Sqlite("/var/lib/layer.db"), DatabaseAddress.Parse("Data Source=/var/lib/layer.db"));

    [Theory]
    [InlineData("mysql://user:hunter2@host/db")]
    [InlineData("postgres://user:hunter2@/db")]
    [InlineData("postgres://user:hunter2@host/")]
    [InlineData("postgres://user:hunter2@host/db?sslmode=sometimes")]
    [InlineData("postgres://user:hunter2@host/db?password=hunter2")]
    [InlineData("Password=hunter2;Database=x")]
    [InlineData("Data Source=x.db;Password=hunter2")]
    [InlineData("hunter2")]
    public void Anything_else_is_refused_without_repeating_what_may_hold_a_password(string text)
    {
        var refused = Assert.Throws<FormatException>(() => DatabaseAddress.Parse(text));

        Assert.DoesNotContain("hunter2", refused.ToString().Split("\n   at")[0]);
    }
}
