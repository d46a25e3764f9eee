namespace Layer.EndToEnd;

/// <summary>Somebody with rights on the database file changes what was sealed.</summary>
public sealed class TamperSpecs
{
    [Fact]
    public async Task The_database_refuses_to_change_a_leaf_and_verify_names_it_when_the_guard_was_dropped()
    {
        var world = Companies.Contoso();
        await using var site = (await Site.StartAsync(world)).As(world);
        (await site.RunAsync("connect", "azure", "--name", "prod")).Expect(0);
        (await site.RunAsync("verify")).Expect(1);
        const string Update = "update log_leaf set bytes = bytes || x'00' where idx = 4;";

        var refused = await site.SqliteAsync(Update);
        Assert.NotEqual(0, refused.ExitCode);
        (await site.RunAsync("verify")).Expect(1);

        var triggers = (await site.SqliteAsync("select name from sqlite_master where type = 'trigger' and tbl_name = 'log_leaf';")).Expect(0).Output;
        var drop = string.Concat(triggers.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(name => $"drop trigger {name};"));
        (await site.SqliteAsync(drop + Update)).Expect(0);

        var verdict = (await site.RunAsync("verify")).Expect(2);
        Assert.Contains("leaf 4", verdict.Output + verdict.Errors, StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith("INVALID", verdict.Output.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
    }
}
