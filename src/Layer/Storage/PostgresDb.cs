using Microsoft.EntityFrameworkCore;

namespace Layer.Storage;

internal sealed class PostgresDb(DbContextOptions<PostgresDb> options) : LayerDb(options);
