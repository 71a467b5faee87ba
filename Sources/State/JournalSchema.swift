/// The tables of the run journal. Times are microseconds since the epoch, documents JSON text.
enum JournalSchema {
    /// SQLite's `application_id` of our files: `ppct`.
    static let applicationID: Int32 = 0x7070_6374

    /// `migrations[n]` takes format `n` to `n + 1`. What has been released never changes; a new format is a new entry.
    static let migrations = [version1, version2]

    private static let version1 = """
        CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
        CREATE TABLE runs (
            id TEXT PRIMARY KEY,
            sequence INTEGER NOT NULL UNIQUE,
            pipeline TEXT NOT NULL,
            environment TEXT NOT NULL,
            parent TEXT REFERENCES runs (id) ON DELETE CASCADE,
            parameters TEXT NOT NULL,
            trigger_name TEXT NOT NULL,
            release_name TEXT,
            digest TEXT,
            status TEXT NOT NULL,
            started INTEGER NOT NULL,
            finished INTEGER,
            error TEXT,
            pid INTEGER NOT NULL,
            process_start INTEGER NOT NULL,
            process_scope TEXT NOT NULL
        ) STRICT;
        CREATE INDEX runs_parent ON runs (parent);
        CREATE INDEX runs_status ON runs (status);
        CREATE INDEX runs_pipeline ON runs (pipeline, sequence);
        CREATE TABLE pins (
            run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            table_name TEXT NOT NULL,
            version INTEGER NOT NULL,
            PRIMARY KEY (run, table_name)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE activities (
            id INTEGER PRIMARY KEY,
            run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            path TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            name TEXT NOT NULL,
            type TEXT NOT NULL,
            status TEXT NOT NULL,
            started INTEGER,
            finished INTEGER,
            output TEXT,
            error TEXT,
            rows_read INTEGER,
            rows_written INTEGER,
            rows_quarantined INTEGER,
            UNIQUE (run, path, attempt)
        ) STRICT;
        CREATE TABLE table_uses (
            id INTEGER PRIMARY KEY,
            run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            path TEXT NOT NULL,
            direction TEXT NOT NULL CHECK (direction IN ('input', 'output')),
            table_name TEXT NOT NULL,
            version INTEGER,
            rows INTEGER
        ) STRICT;
        CREATE UNIQUE INDEX table_uses_once
            ON table_uses (run, path, direction, table_name, coalesce(version, -1));
        CREATE INDEX table_uses_table ON table_uses (table_name, direction, version);
        CREATE TABLE checks (
            id INTEGER PRIMARY KEY,
            run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            path TEXT NOT NULL,
            name TEXT NOT NULL,
            table_name TEXT,
            kind TEXT NOT NULL,
            on_violation TEXT NOT NULL,
            violations INTEGER NOT NULL,
            passed INTEGER NOT NULL,
            sample TEXT,
            UNIQUE (run, path, name)
        ) STRICT;
        CREATE TABLE variables (
            run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (run, name)
        ) STRICT;
        CREATE TABLE events (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            time INTEGER NOT NULL,
            level TEXT NOT NULL,
            path TEXT,
            message TEXT NOT NULL
        ) STRICT;
        CREATE INDEX events_run ON events (run, id);
        """

    /// Data that was taken back: `tables` is a document, `last_use` the newest row of `table_uses` at that time.
    private static let version2 = """
        CREATE TABLE restorations (
            sequence INTEGER PRIMARY KEY,
            environment TEXT NOT NULL,
            release INTEGER NOT NULL,
            target INTEGER NOT NULL,
            time INTEGER NOT NULL,
            tables TEXT NOT NULL,
            last_use INTEGER NOT NULL
        ) STRICT;
        """
}
