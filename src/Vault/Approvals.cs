using Microsoft.Data.Sqlite;

namespace ImeiAgent.Vault;

/// <summary>
/// What a second person was asked to allow, and did. A grant holds for exactly what was asked and for what the phone held then; who
/// may grant is not decided here.
/// </summary>
public sealed class Approvals
{
    internal const string Schema1 = """
        CREATE TABLE approvals (
            id INTEGER NOT NULL PRIMARY KEY,
            request_id TEXT NOT NULL UNIQUE CHECK (length(request_id) > 0),
            request_digest TEXT NOT NULL,
            device TEXT NOT NULL CHECK (length(device) > 0),
            held BLOB NOT NULL CHECK (length(held) <= 512),
            question TEXT NOT NULL CHECK (length(question) <= 1000),
            asked_by TEXT NOT NULL,
            asked_at BIGINT NOT NULL, -- milliseconds since 1970 in UTC
            approved_by TEXT NOT NULL,
            reason TEXT NOT NULL,
            approved_at BIGINT,
            CHECK ((approved_at IS NULL) = (approved_by = ''))
        );
        CREATE INDEX approvals_pending ON approvals (id) WHERE approved_at IS NULL;
        CREATE TRIGGER approvals_granted BEFORE UPDATE ON approvals WHEN OLD.approved_at IS NOT NULL
            BEGIN SELECT RAISE(ABORT, 'what was granted cannot be changed'); END;
        CREATE TRIGGER approvals_asked BEFORE UPDATE OF id, request_id, request_digest, device, held, question, asked_by, asked_at
            ON approvals
            BEGIN SELECT RAISE(ABORT, 'what was asked cannot be changed'); END;
        """;

    private const string Columns =
        "request_id, request_digest, device, held, question, asked_by, asked_at, approved_by, reason, approved_at";

    private readonly VaultStore _store;
    private readonly Attention _attention;
    private readonly TimeProvider _time;

    internal Approvals(VaultStore store, Attention attention, TimeProvider time)
    {
        _store = store;
        _attention = attention;
        _time = time;
    }

    /// <summary>
    /// Keeps a question; it is on the disk when this returns. Of a request that was asked before, with the same digest while the same phone
    /// held the same, the answer is what is there, granted or not. When the phone holds something else, or the grant is too old, the
    /// question is asked anew and a grant is void. A request with another digest changes nothing: the answer is the one that has the id.
    /// </summary>
    /// <param name="request">The question.</param>
    /// <param name="voidBefore">What was granted before that holds no more.</param>
    /// <exception cref="ArgumentException">It has no request id or device, or more held bytes or a longer question than may be.</exception>
    /// <exception cref="VaultUnavailableException">It was not kept.</exception>
    public Approval Ask(ApprovalRequest request, DateTimeOffset voidBefore = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrEmpty(request.RequestId);
        ArgumentException.ThrowIfNullOrEmpty(request.Device);
        if (request.Held.Length > ApprovalRequest.MostHeld || request.Question.Length > ApprovalRequest.LongestQuestion)
            throw new ArgumentException("The bytes held are too many, or the question is too long.", nameof(request));
        (Approval asked, bool isNew, bool wasPending) = _store.Write(sql =>
        {
            // Who approves must get what was read: a question is never replaced by one with other content.
            Approval? known = Find(sql, request.RequestId);
            if (known is not null
                && (known.Request.RequestDigest != request.RequestDigest
                    || (known.Request.Device == request.Device && known.Request.Held.AsSpan().SequenceEqual(request.Held) && !(known.ApprovedAt < voidBefore))))
            {
                return (known, false, known.IsPending);
            }
            sql.Execute("DELETE FROM approvals WHERE request_id = @request_id", ("@request_id", request.RequestId));
            sql.Execute(
                $"INSERT INTO approvals (id, {Columns}) VALUES ((SELECT COALESCE(MAX(id), 0) + 1 FROM approvals), @request_id, "
                + "@request_digest, @device, @held, @question, @asked_by, @now, '', '', NULL)",
                ("@request_id", request.RequestId), ("@request_digest", request.RequestDigest), ("@device", request.Device),
                ("@held", request.Held), ("@question", request.Question), ("@asked_by", request.AskedBy), ("@now", Now()));
            return (Find(sql, request.RequestId)!, true, known is { IsPending: true });
        });
        if (isNew)
            _attention.Note(approvals: wasPending ? 0 : 1);
        return asked;
    }

    /// <summary>
    /// Grants what a request asked; on the disk when this returns. What is granted already stays as it was granted first. Null when
    /// there is no such request.
    /// </summary>
    /// <param name="requestId">The request.</param>
    /// <param name="by">Who grants it; not empty.</param>
    /// <param name="reason">That person's words.</param>
    /// <exception cref="VaultUnavailableException">It was not kept.</exception>
    public Approval? Grant(string requestId, string by, string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(by);
        ArgumentNullException.ThrowIfNull(reason);
        (Approval? approval, bool isNew) = _store.Write(sql =>
        {
            int granted = sql.Execute(
                "UPDATE approvals SET approved_by = @by, reason = @reason, approved_at = @now "
                + "WHERE request_id = @request_id AND approved_at IS NULL",
                ("@by", by), ("@reason", reason), ("@now", Now()), ("@request_id", requestId));
            return (Find(sql, requestId), granted > 0);
        });
        if (isNew)
            _attention.Note(approvals: -1);
        return approval;
    }

    /// <summary>What a request asked, or null.</summary>
    public Approval? Find(string requestId) => _store.Read(sql => Find(sql, requestId));

    /// <summary>What was asked, newest first.</summary>
    /// <param name="pendingOnly">Only what nobody has granted.</param>
    /// <param name="limit">At most so many, 1 to 1,000.</param>
    public IReadOnlyList<Approval> List(bool pendingOnly, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1000);
        return _store.Read(sql => sql.Query(
            $"SELECT {Columns} FROM approvals {(pendingOnly ? "WHERE approved_at IS NULL " : "")}ORDER BY id DESC LIMIT @limit", Row,
            ("@limit", limit)));
    }

    internal static int CountPending(VaultSql sql) => Convert.ToInt32(sql.Scalar("SELECT COUNT(*) FROM approvals WHERE approved_at IS NULL"), null);

    private static Approval? Find(VaultSql sql, string requestId) => sql.Query(
        $"SELECT {Columns} FROM approvals WHERE request_id = @request_id", Row, ("@request_id", requestId)).FirstOrDefault();

    private static Approval Row(SqliteDataReader row) => new(
        new ApprovalRequest(row.GetString(0), row.GetString(1), row.GetString(2), row.GetFieldValue<byte[]>(3), row.GetString(4), row.GetString(5)),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(6)),
        row.GetString(7),
        row.IsDBNull(9) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(9)),
        row.GetString(8));

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
