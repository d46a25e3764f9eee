using System.Data.Common;
using System.Reflection;
using Layer.Operations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Layer.Storage;

/// <summary>The versions of the schema that this program knows for one engine, oldest first. A version is the number of migrations that lead to it.</summary>
internal sealed class Schema
{
    private const string History = "__EFMigrationsHistory";

    private readonly StorageEngine _engine;
    private readonly IReadOnlyList<(string Id, TypeInfo Type)> _migrations;

    public Schema(StorageEngine engine)
    {
        _engine = engine;
        var context = engine is SqliteEngine ? typeof(SqliteDb) : typeof(PostgresDb);
        _migrations = [.. typeof(Schema).Assembly.GetTypes()
            .Where(type => type.GetCustomAttribute<DbContextAttribute>()?.ContextType == context && type.IsSubclassOf(typeof(Migration)))
            .Select(type => (type.GetCustomAttribute<MigrationAttribute>()?.Id ?? throw new InvalidOperationException($"{type.Name} has no id."), type.GetTypeInfo()))
            .OrderBy(migration => migration.Item1, StringComparer.Ordinal)];
    }

    /// <summary>The version this program works with.</summary>
    public int Newest => _migrations.Count;

    /// <summary>What a version is called, the same on both engines.</summary>
    /// <param name="version">From 1.</param>
    public string NameOf(int version) => _migrations[version - 1].Id is var id ? id[(id.IndexOf('_') + 1)..] : "";

    /// <summary>The version of a database; 0 when it has no tables of Layer's.</summary>
    /// <exception cref="RefusedException">DATABASE_NEWER: it is none that this program knows.</exception>
    public async Task<int> ReadAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var applied = 0;
        // The history is read by hand: EF's own check builds its whole model first, which is half of what a short command takes.
        if (!await _engine.HasTableAsync(connection, History, cancellationToken))
            return applied;
        await foreach (var row in connection.QueryAsync($"SELECT \"MigrationId\" FROM \"{History}\" ORDER BY \"MigrationId\"", cancellationToken))
        {
            var id = row.GetString(0);
            if (!_migrations.Any(migration => migration.Id == id))
                throw new RefusedException("DATABASE_NEWER", ("migration", id));
            applied++;
        }

        return applied;
    }

    /// <summary>Makes a later version of an earlier one, in the caller's transaction.</summary>
    public async Task MigrateAsync(DbConnection connection, int from, int to, CancellationToken cancellationToken)
    {
        if (from == to)
            return;
        await using var context = _engine.CreateContext();
        var script = context.GetService<IMigrator>().GenerateScript(
            from == 0 ? Migration.InitialDatabase : _migrations[from - 1].Id, _migrations[to - 1].Id, MigrationsSqlGenerationOptions.NoTransactions);
        await connection.ExecuteAsync(script, cancellationToken);
    }

    /// <summary>The tables of a version: those that are referred to come before those that refer to them.</summary>
    public IReadOnlyList<TableShape> Tables(int version)
    {
        using var context = _engine.CreateContext();
        var model = context.GetService<IMigrationsAssembly>()
            .CreateMigration(_migrations[version - 1].Type, context.Database.ProviderName ?? throw new InvalidOperationException("A context has a provider.")).TargetModel;
        var left = model.GetEntityTypes().Where(type => !type.IsOwned()).OrderBy(type => type.GetTableName(), StringComparer.Ordinal).ToList();
        var ordered = new List<TableShape>();
        while (left.Count > 0)
        {
            var next = left.Find(type => !type.GetForeignKeys().Any(key => key.PrincipalEntityType != type && left.Contains(key.PrincipalEntityType)))
                ?? throw new InvalidOperationException("Tables refer to each other in a circle.");
            left.Remove(next);
            ordered.Add(TableShape.Of(next));
        }

        return ordered;
    }
}

/// <summary>What both engines agree on about a table.</summary>
/// <param name="Name">The table.</param>
/// <param name="Columns">In ordinal order of their names, which is the same on both engines.</param>
/// <param name="Key">Columns of the primary key, in its order.</param>
internal sealed record TableShape(string Name, IReadOnlyList<ColumnShape> Columns, IReadOnlyList<string> Key)
{
    public static TableShape Of(IEntityType type)
    {
        var columns = type.GetProperties().Select(property => new ColumnShape(property.GetColumnName(), KindOf(property.GetColumnType()), property.GetColumnType())).ToList();
        columns.AddRange(type.GetNavigations().Select(navigation => navigation.TargetEntityType).Where(target => target.IsMappedToJson())
            .Select(target => new ColumnShape(target.GetContainerColumnName() ?? throw new InvalidOperationException($"{target.Name} has no column."), ColumnKind.Json, "json")));
        return new TableShape(
            type.GetTableName() ?? throw new InvalidOperationException($"{type.Name} has no table."),
            [.. columns.OrderBy(column => column.Name, StringComparer.Ordinal)],
            [.. type.FindPrimaryKey()?.Properties.Select(property => property.GetColumnName()) ?? throw new InvalidOperationException($"{type.Name} has no key.")]);
    }

    // SQLite knows neither ids nor true and false: what both engines can tell apart is what is carried over.
    private static ColumnKind KindOf(string storeType) => storeType switch
    {
        "INTEGER" or "bigint" or "integer" or "boolean" => ColumnKind.Integer,
        "TEXT" or "text" or "uuid" => ColumnKind.Text,
        "BLOB" or "bytea" => ColumnKind.Bytes,
        _ => throw new InvalidOperationException($"Nobody decided how a column of type {storeType} is carried over."),
    };
}

/// <param name="Name">The column.</param>
/// <param name="Kind">How it is written where engines do not matter.</param>
/// <param name="StoreType">What this engine calls it.</param>
internal sealed record ColumnShape(string Name, ColumnKind Kind, string StoreType);

/// <summary>The kinds of values there are. Times and true and false are whole numbers, ids are text.</summary>
internal enum ColumnKind
{
    Integer,
    Text,
    Bytes,
    Json,
}
