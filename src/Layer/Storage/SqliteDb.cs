using Microsoft.EntityFrameworkCore;

namespace Layer.Storage;

internal sealed class SqliteDb(DbContextOptions<SqliteDb> options) : LayerDb(options)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder configuration)
    {
        base.ConfigureConventions(configuration);
        configuration.Properties<Guid>().HaveConversion<LowerCaseGuid>();
    }
}
