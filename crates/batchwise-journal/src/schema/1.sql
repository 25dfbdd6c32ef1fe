-- Times are milliseconds since 1970-01-01T00:00:00Z. Words are those of the command's outputs.

-- One row: what the job is.
CREATE TABLE job (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  provider TEXT NOT NULL,
  method TEXT NOT NULL,
  host TEXT NOT NULL,
  account TEXT NOT NULL,          -- a label, never a secret
  campaigns TEXT NOT NULL,        -- JSON array
  options TEXT NOT NULL,          -- JSON object
  resume TEXT NOT NULL,           -- JSON array: the arguments that resume it
  directory TEXT NOT NULL,        -- where they were given
  pseudonymised_at INTEGER
) STRICT;

-- One row for each time the job was started.
CREATE TABLE run (
  number INTEGER PRIMARY KEY,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,               -- NULL: it goes on, or its process ended without a word
  version TEXT NOT NULL,
  os_user TEXT NOT NULL,
  machine TEXT NOT NULL,
  process INTEGER NOT NULL,
  input_kind TEXT NOT NULL,       -- file, arguments, pipe
  input_path TEXT,
  input_bytes INTEGER,
  input_sha256 TEXT,
  stop TEXT,                      -- why it stopped early: the kind of reason
  stop_detail TEXT,
  duplicates INTEGER,
  recalled INTEGER,
  calls INTEGER,
  failed_calls INTEGER,
  logins INTEGER,
  input_left INTEGER,             -- 1: something of the input may not have been read
  found_nothing INTEGER           -- 1: nothing but "not found" ever came
) STRICT;

-- One row for each distinct entry of the input that was read: line and scope name it.
CREATE TABLE record (
  line INTEGER NOT NULL,
  scope TEXT NOT NULL,            -- the campaign, '' for none
  key TEXT NOT NULL,
  content BLOB,                   -- 16 bytes: the hash of a record that its key does not name
  outcome TEXT,                   -- NULL: a call was about to carry it, and nothing is known of what came of it
  reached INTEGER NOT NULL,       -- 1: it is in the wanted state
  maybe_sent INTEGER NOT NULL,    -- 1: a call may have acted on it without telling
  cut_short INTEGER NOT NULL,     -- 1: so only because the run stopped; the next one goes on with it
  attempts INTEGER NOT NULL,
  reason INTEGER,                 -- reason.id
  facts TEXT,                     -- JSON object: what the provider gave
  call INTEGER,                   -- call.number: the last one that carried it
  run INTEGER NOT NULL,           -- run.number
  at INTEGER NOT NULL,            -- when it was settled, or noted to be sent
  PRIMARY KEY (line, scope)
) STRICT, WITHOUT ROWID;

-- Reasons, each kept once where many records share it.
CREATE TABLE reason (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  detail TEXT NOT NULL,           -- in words
  code TEXT,                      -- the provider's code
  status INTEGER,                 -- of the answer behind it
  request_id TEXT                 -- the provider's id of that request
) STRICT;

-- One row for each call that carried records.
CREATE TABLE call (
  number INTEGER PRIMARY KEY,     -- over all runs, from 1
  run INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  waited_ms INTEGER NOT NULL,     -- for slots of the quota
  duration_ms INTEGER NOT NULL,
  records INTEGER NOT NULL,
  fault TEXT,                     -- NULL: a readable answer
  sent TEXT NOT NULL,             -- no, maybe, answered
  status INTEGER                  -- of the answer, when it is an error's
) STRICT;

-- Entries that repeat an earlier one.
CREATE TABLE repeat (
  line INTEGER NOT NULL,
  scope TEXT NOT NULL,
  first_line INTEGER,             -- NULL: no longer known
  PRIMARY KEY (line, scope)
) STRICT, WITHOUT ROWID;

-- The input's own rows, kept where the input cannot be read again. Line 0 is the header.
CREATE TABLE input_row (
  line INTEGER PRIMARY KEY,
  text TEXT NOT NULL
) STRICT;

-- Everything about a record in words, for people and their tools.
CREATE VIEW outcomes AS
SELECT record.line,
       nullif(record.scope, '') AS campaign,
       record.key,
       coalesce(record.outcome, 'maybe_sent') AS outcome,
       record.attempts,
       reason.kind AS reason,
       reason.detail,
       reason.code,
       reason.status,
       reason.request_id,
       record.facts AS provider,
       record.call,
       record.run,
       strftime('%Y-%m-%dT%H:%M:%SZ', record.at / 1000, 'unixepoch') AS at
  FROM record LEFT JOIN reason ON reason.id = record.reason;
