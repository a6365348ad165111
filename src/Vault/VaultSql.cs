using Microsoft.Data.Sqlite;

namespace ImeiAgent.Vault;

/// <summary>Runs statements on the vault's connection. Values always go as parameters.</summary>
internal readonly struct VaultSql(SqliteConnection connection, SqliteTransaction? transaction = null)
{
    /// <summary>Runs a statement; returns how many rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using SqliteCommand command = Command(sql, values);
        return command.ExecuteNonQuery();
    }

    /// <summary>The first column of the first row, or null.</summary>
    public object? Scalar(string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using SqliteCommand command = Command(sql, values);
        return command.ExecuteScalar() is { } value and not DBNull ? value : null;
    }

    /// <summary>All rows.</summary>
    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using SqliteCommand command = Command(sql, values);
        using SqliteDataReader reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    }

    /// <summary>Makes a statement that is run many times; only its values change.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="names">Of its values, in the order in which they will be given.</param>
    public VaultStatement Prepare(string sql, params ReadOnlySpan<string> names)
    {
        SqliteCommand command = Command(sql, []);
        foreach (string name in names)
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        return new VaultStatement(command);
    }

    private SqliteCommand Command(string sql, ReadOnlySpan<(string Name, object? Value)> values)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        foreach ((string name, object? value) in values)
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }
}

/// <summary>A statement that is run many times.</summary>
internal readonly struct VaultStatement(SqliteCommand command) : IDisposable
{
    /// <summary>Runs it; returns how many rows it changed.</summary>
    public int Execute(params ReadOnlySpan<object> values)
    {
        for (int i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i];
        return command.ExecuteNonQuery();
    }

    public void Dispose() => command.Dispose();
}
