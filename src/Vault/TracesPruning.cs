namespace ImeiAgent.Vault;

/// <summary>Keeps traces.db within its limits; its pages are used again.</summary>
internal static class TracesPruning
{
    /// <summary>Removes the oldest traces, their recordings with them.</summary>
    public static void Traces(VaultSql sql, TracesLimits limits, DateTimeOffset now)
    {
        sql.Execute("DELETE FROM traces WHERE kept_at < @oldest", ("@oldest", TracesTable.Ticks(now - limits.Age)));
        foreach (int weight in (int[])[0, 1, 2])
        {
            sql.Execute(
                "DELETE FROM traces WHERE weight = @weight AND number <= (SELECT number FROM traces WHERE weight = @weight ORDER BY number DESC LIMIT 1 OFFSET @most)",
                ("@weight", weight), ("@most", limits.TracesOfAKind));
        }
        // From the newest on as many as fit, the heaviest first.
        KeepBytes(sql, "weight = 2", limits.SpanBytes / 2);
        KeepBytes(sql, "weight < 2", limits.SpanBytes - (long)sql.Scalar("SELECT COALESCE(SUM(bytes), 0) FROM traces WHERE weight = 2")!);
    }

    private static void KeepBytes(VaultSql sql, string which, long most) => sql.Execute(
        $"DELETE FROM traces WHERE {which} AND number <= (SELECT number FROM (SELECT number, SUM(bytes) OVER (ORDER BY number DESC) AS so_far FROM traces WHERE {which}) "
        + "WHERE so_far > @most ORDER BY number DESC LIMIT 1)",
        ("@most", most));

    /// <summary>Removes the oldest recordings.</summary>
    public static void Recordings(VaultSql sql, TracesLimits limits)
    {
        sql.Execute("DELETE FROM recordings WHERE number <= (SELECT number FROM recordings ORDER BY number DESC LIMIT 1 OFFSET @most)", ("@most", limits.Recordings));
        sql.Execute(
            "DELETE FROM recordings WHERE number <= (SELECT number FROM (SELECT number, SUM(bytes) OVER (ORDER BY number DESC) AS so_far FROM recordings) "
            + "WHERE so_far > @most ORDER BY number DESC LIMIT 1)",
            ("@most", limits.RecordingBytes));
    }
}
