namespace ImeiAgent.Vault;

/// <summary>Keeps traces.db within its limits; its pages are used again.</summary>
internal static class TracesPruning
{
    /// <summary>Removes the oldest traces, their recordings with them.</summary>
    public static void Traces(VaultSql sql, TracesLimits limits, DateTimeOffset now)
    {
        sql.Execute("DELETE FROM traces WHERE kept_at < @oldest", ("@oldest", TracesTable.Ticks(now - limits.Age)));
        foreach (string kind in (string[])["failed = 0", "failed = 1 AND device = ''", "failed = 1 AND device <> ''"])
        {
            sql.Execute(
                $"DELETE FROM traces WHERE {kind} AND number <= (SELECT number FROM traces WHERE {kind} ORDER BY number DESC LIMIT 1 OFFSET @most)",
                ("@most", limits.TracesOfAKind));
        }
        // From the newest on as many as fit.
        sql.Execute(
            "DELETE FROM traces WHERE number <= (SELECT number FROM (SELECT number, SUM(bytes) OVER (ORDER BY number DESC) AS so_far FROM traces) "
            + "WHERE so_far > @most ORDER BY number DESC LIMIT 1)",
            ("@most", limits.SpanBytes));
    }

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
