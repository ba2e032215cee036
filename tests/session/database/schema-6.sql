-- A database as mcp-sessiond 0.1.0 left it: version 6 of the schema.
CREATE TABLE migration (  version INTEGER PRIMARY KEY,  applied_at TEXT NOT NULL,  daemon TEXT NOT NULL) STRICT;
CREATE TABLE "session" (  created_at INTEGER NOT NULL,  id TEXT NOT NULL,  cwd TEXT NOT NULL,  label TEXT,  allowed_tools TEXT,  idle_seconds INTEGER NOT NULL,  token_hash BLOB,  origin TEXT NOT NULL CHECK (origin IN ('asked', 'client')),  last_active_at INTEGER NOT NULL,  sequence_mark INTEGER NOT NULL,  ambient_client TEXT,  boot_id TEXT,  processes TEXT,  PRIMARY KEY (created_at, id)) STRICT, WITHOUT ROWID;
CREATE TABLE call (  number INTEGER PRIMARY KEY,  session_id TEXT NOT NULL,  tool TEXT NOT NULL,  provider TEXT NOT NULL,  client TEXT,  started_at INTEGER NOT NULL,  duration_ms INTEGER,  state TEXT NOT NULL CHECK (state IN ('running', 'ok', 'error', 'cancelled')),  error TEXT, consent TEXT, consent_by TEXT) STRICT;
CREATE INDEX call_of_session ON call (session_id, number);
CREATE TABLE mark (  name TEXT PRIMARY KEY NOT NULL,  value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX call_of_state ON call (session_id, state, number);
CREATE INDEX call_of_tool ON call (session_id, tool, state, number);
CREATE TABLE past_session (  id TEXT PRIMARY KEY NOT NULL,  label TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE attachment (  id_hash BLOB PRIMARY KEY NOT NULL,  session_id TEXT NOT NULL,  server TEXT,  revision TEXT NOT NULL,  client TEXT,  capabilities TEXT,  log_level TEXT,  subscriptions TEXT,  event_mark INTEGER NOT NULL,  last_used_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE consent_grant (  session_id TEXT NOT NULL,  what TEXT NOT NULL,  PRIMARY KEY (session_id, what)) STRICT, WITHOUT ROWID;
CREATE INDEX attachment_of_session ON attachment (session_id);
-- The token is 31 times 0 and a 1.
INSERT INTO session VALUES (1763800000000000, '6f1c2d3e-4a5b-4c6d-8e7f-0123456789ab', '/', 'an editor', '["a*","b?\""]', 0,
  x'e0cca2965509df678c8064f5e0b9076016fa752f88a6c749768db83479450cc5',
  'asked', 1763800001000000, 1000, NULL, NULL, NULL);
INSERT INTO session VALUES (1763800000000000, '6f1c2d3e-4a5b-4c6d-8e7f-0123456789ac', '/', NULL, NULL, 3600, NULL,
  'client', 1763800001000000, 0, 'codex', NULL, NULL);
INSERT INTO call VALUES (1, '6f1c2d3e-4a5b-4c6d-8e7f-0123456789ab', 'a__b', 'a', 'codex', 4102444800000000, 12, 'ok', NULL, 'once', 'bus');
INSERT INTO call VALUES (2, '6f1c2d3e-4a5b-4c6d-8e7f-0123456789ab', 'a__b', 'a', NULL, 4102444801000000, NULL, 'running', NULL, 'asked', NULL);
INSERT INTO mark VALUES ('call', 10000);
INSERT INTO migration VALUES (1, '2026-11-23T06:00:00Z', '0.1.0');
INSERT INTO migration VALUES (2, '2026-11-23T09:00:00Z', '0.1.0');
INSERT INTO migration VALUES (3, '2026-12-01T06:00:00Z', '0.1.0');
INSERT INTO migration VALUES (4, '2026-12-01T08:00:00Z', '0.1.0');
INSERT INTO migration VALUES (5, '2026-12-01T10:00:00Z', '0.1.0');
INSERT INTO migration VALUES (6, '2026-12-01T11:00:00Z', '0.1.0');
INSERT INTO consent_grant VALUES ('6f1c2d3e-4a5b-4c6d-8e7f-0123456789ab', 'a b');
INSERT INTO past_session VALUES ('6f1c2d3e-4a5b-4c6d-8e7f-0123456789ad', 'ended');
PRAGMA user_version = 6;
