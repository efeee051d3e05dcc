"""The tables of the directory's file. A change here raises VERSION, and older files are thrown away."""

from __future__ import annotations

VERSION = 3

COLUMNS = (
    "id", "id_rank", "name", "email", "tier", "tier_rank", "status", "domain", "is_published", "websites",
    "locked_to_website", "database", "engine", "server", "generation", "registry_state", "limit_bytes", "created_at",
    "database_created_at", "searchable",
)  # fmt: skip
"""What comes out of the registry; the other columns of `tenants` were seen."""

SCHEMA = """
CREATE TABLE tenants (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    id_rank INTEGER,
    name TEXT, email TEXT, tier TEXT, tier_rank INTEGER, status TEXT,
    domain TEXT, is_published INTEGER, websites INTEGER, locked_to_website TEXT,
    database TEXT, engine TEXT, server TEXT, generation TEXT, registry_state TEXT, limit_bytes INTEGER,
    created_at TEXT, database_created_at TEXT,
    searchable TEXT,
    state TEXT, allocated INTEGER, used INTEGER, exact INTEGER DEFAULT 1, seen_at TEXT, note TEXT,
    features TEXT, outdated INTEGER DEFAULT 0, frozen TEXT,
    backup_at TEXT, proved_at TEXT,
    failing TEXT
);
CREATE INDEX tenants_id_rank ON tenants (id_rank, id);
CREATE INDEX tenants_name ON tenants (name COLLATE NOCASE, id_rank, id);
CREATE INDEX tenants_allocated ON tenants (allocated);
CREATE VIRTUAL TABLE found USING fts5 (searchable, content='tenants', content_rowid='key', tokenize='trigram');
CREATE TRIGGER tenants_added AFTER INSERT ON tenants BEGIN
    INSERT INTO found (rowid, searchable) VALUES (new.key, new.searchable);
END;
CREATE TRIGGER tenants_removed AFTER DELETE ON tenants BEGIN
    INSERT INTO found (found, rowid, searchable) VALUES ('delete', old.key, old.searchable);
END;
CREATE TRIGGER tenants_renamed AFTER UPDATE OF searchable ON tenants WHEN old.searchable IS NOT new.searchable BEGIN
    INSERT INTO found (found, rowid, searchable) VALUES ('delete', old.key, old.searchable);
    INSERT INTO found (rowid, searchable) VALUES (new.key, new.searchable);
END;
CREATE TABLE orphans (name TEXT, server TEXT, allocated INTEGER, undead INTEGER, seen_at TEXT);
CREATE TABLE servers (name TEXT PRIMARY KEY, engine TEXT, databases INTEGER, seen_at TEXT, problem TEXT);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT);
"""
