namespace ImeiAgent.Vault;

/// <summary>The journal's table of versions 2 to 5, which wrote one slot a row. What an old vault has is moved to <see cref="JournalTable"/>.</summary>
internal static class JournalTable1
{
    public const string Schema1 = """
        CREATE TABLE journal (
            id INTEGER NOT NULL PRIMARY KEY,
            request_id TEXT NOT NULL UNIQUE CHECK (length(request_id) > 0),
            request_digest TEXT NOT NULL,
            device TEXT NOT NULL CHECK (length(device) > 0),
            model TEXT NOT NULL,
            build TEXT NOT NULL,
            esn TEXT NOT NULL,
            meid TEXT NOT NULL,
            compiled TEXT NOT NULL,
            slot INTEGER NOT NULL CHECK (slot BETWEEN 1 AND 255),
            old_active INTEGER NOT NULL CHECK (old_active IN (0, 1)),
            old_data BLOB NOT NULL CHECK (length(old_data) <= 128),
            new_data BLOB NOT NULL CHECK (length(new_data) BETWEEN 1 AND 128),
            backup_snapshot TEXT NOT NULL REFERENCES snapshots (name),
            source_snapshot TEXT REFERENCES snapshots (name),
            reason TEXT NOT NULL,
            operator TEXT NOT NULL,
            check_digit_computed INTEGER NOT NULL CHECK (check_digit_computed IN (0, 1)),
            started_at BIGINT NOT NULL, -- milliseconds since 1970 in UTC
            state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
            outcome INTEGER CHECK (outcome BETWEEN 1 AND 4),
            error_reason TEXT NOT NULL,
            advice TEXT NOT NULL,
            ended_at BIGINT,
            CHECK ((state = 3) = (outcome IS NOT NULL)),
            CHECK ((state = 3) = (ended_at IS NOT NULL))
        );
        CREATE INDEX journal_open ON journal (device, id) WHERE state < 3;
        CREATE TRIGGER journal_closed BEFORE UPDATE ON journal WHEN OLD.state = 3
            BEGIN SELECT RAISE(ABORT, 'a closed journal row cannot be changed'); END;
        CREATE TRIGGER journal_forward BEFORE UPDATE ON journal WHEN OLD.state < 3 AND NEW.state <= OLD.state
            BEGIN SELECT RAISE(ABORT, 'a journal row only goes forward'); END;
        CREATE TRIGGER journal_entry BEFORE UPDATE OF id, request_id, request_digest, device, model, build, esn, meid, compiled, slot,
            old_active, old_data, new_data, backup_snapshot, source_snapshot, reason, operator, check_digit_computed, started_at
            ON journal
            BEGIN SELECT RAISE(ABORT, 'what a journal row meant cannot be changed'); END;
        CREATE TRIGGER journal_kept BEFORE DELETE ON journal
            BEGIN SELECT RAISE(ABORT, 'a journal row cannot be removed'); END;
        """;
}
