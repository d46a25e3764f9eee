using System.Data.Common;

namespace Layer.Storage;

/// <summary>Short forms of ADO.NET for hand-written SQL.</summary>
internal static class Sql
{
    public static DbParameter Bind(this DbCommand command, string name, object? value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value ?? DBNull.Value;
        command.Parameters.Add(parameter);
        return parameter;
    }

    public static DbCommand Command(this DbConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
            command.Bind(name, value);
        return command;
    }

    public static Task<int> ExecuteAsync(
        this DbConnection connection, string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters) =>
        RunAsync(connection.Command(sql, parameters), command => command.ExecuteNonQueryAsync(cancellationToken));

    /// <summary>The first column of the first row; null when there is no row or the value is NULL.</summary>
    public static Task<object?> ScalarAsync(
        this DbConnection connection, string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters) =>
        RunAsync(connection.Command(sql, parameters), async command =>
            await command.ExecuteScalarAsync(cancellationToken) is { } value and not DBNull ? value : null);

    public static async IAsyncEnumerable<DbDataReader> QueryAsync(
        this DbConnection connection,
        string sql,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters)
    {
        await using var command = connection.Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            yield return reader;
    }

    private static async Task<T> RunAsync<T>(DbCommand command, Func<DbCommand, Task<T>> run)
    {
        await using (command)
            return await run(command);
    }
}
