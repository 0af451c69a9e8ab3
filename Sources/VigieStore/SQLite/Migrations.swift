import GRDB

/// How the database came to its present shape: append only, each step named by what it does. A step that was released never changes.
enum Migrations {
    static var all: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration(
            "records: incidents, evidence, filters, audit, tokens, feeds, symbols, settings, alerts"
        ) {
            try $0.execute(sql: records)
        }
        return migrator
    }

    // Times are nanoseconds since 1970 UTC. Documents are what the writer made of them; columns are what is searched.
    private static let records = """
        CREATE TABLE incident (
            id TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL, severity TEXT NOT NULL,
            first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, document BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX incident_by_first_seen ON incident (first_seen, id);
        CREATE INDEX incident_by_state ON incident (state, first_seen, id);

        CREATE TABLE evidence (
            incident TEXT NOT NULL, ordinal INTEGER NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL,
            document BLOB NOT NULL, PRIMARY KEY (incident, ordinal)) WITHOUT ROWID;

        CREATE TABLE filter (
            id TEXT NOT NULL PRIMARY KEY, state TEXT NOT NULL, incident TEXT, created INTEGER NOT NULL,
            expires INTEGER, document BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX filter_by_created ON filter (created, id);
        CREATE INDEX filter_by_state ON filter (state, created, id);
        CREATE INDEX filter_by_incident ON filter (incident, created, id);

        CREATE TABLE audit (
            sequence INTEGER NOT NULL PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
            subject TEXT NOT NULL, previous BLOB NOT NULL, hash BLOB NOT NULL, document BLOB NOT NULL);
        CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
            BEGIN SELECT RAISE(ABORT, 'an audit line is never changed'); END;
        CREATE TRIGGER audit_is_never_removed BEFORE DELETE ON audit
            BEGIN SELECT RAISE(ABORT, 'an audit line is never removed'); END;

        CREATE TABLE token (
            id TEXT NOT NULL PRIMARY KEY, hash BLOB NOT NULL UNIQUE, created INTEGER NOT NULL, expires INTEGER,
            document BLOB NOT NULL) WITHOUT ROWID;

        CREATE TABLE batch (
            id TEXT NOT NULL PRIMARY KEY, received INTEGER NOT NULL, document BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX batch_by_received ON batch (received);

        CREATE TABLE spool (
            identity TEXT NOT NULL PRIMARY KEY, path TEXT NOT NULL, offset INTEGER NOT NULL,
            is_done INTEGER NOT NULL, updated INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX spool_by_done ON spool (is_done, updated);

        CREATE TABLE symbol (raw INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL);

        CREATE TABLE setting (key TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

        CREATE TABLE alert (
            id TEXT NOT NULL PRIMARY KEY, receiver TEXT NOT NULL, due INTEGER NOT NULL, attempts INTEGER NOT NULL,
            document BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX alert_by_due ON alert (due, id);
        """
}
