-- Records of one scope that share everything but line and key, in one row: what most records of a deleting job are. A record
-- is here or in `record`, never in both.
CREATE TABLE sheaf (
  id INTEGER PRIMARY KEY,
  line INTEGER NOT NULL,          -- of its first record
  last_line INTEGER NOT NULL,     -- of its last record
  scope TEXT NOT NULL,            -- the campaign, '' for none
  records INTEGER NOT NULL,
  keys TEXT NOT NULL,             -- JSON array: the key of each line from the first to the last, null where none of it stands
  outcome TEXT,                   -- NULL: a call was about to carry them, and nothing is known of what came of them
  reached INTEGER NOT NULL,
  maybe_sent INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  reason INTEGER,
  call INTEGER,
  run INTEGER NOT NULL,
  at INTEGER NOT NULL,
  verified TEXT,
  CHECK (last_line BETWEEN line AND line + 4095)
) STRICT;

CREATE INDEX sheaf_lines ON sheaf (line, scope, last_line);

DROP VIEW outcomes;

CREATE VIEW outcomes AS
WITH entry AS (
  SELECT line, scope, key, outcome, attempts, reason, facts, call, run, verified, at FROM record
  UNION ALL
  SELECT sheaf.line + member.key, sheaf.scope, member.value, sheaf.outcome, sheaf.attempts, sheaf.reason, NULL, sheaf.call,
         sheaf.run, sheaf.verified, sheaf.at
    FROM sheaf, json_each(sheaf.keys) AS member
   WHERE member.value IS NOT NULL
)
SELECT entry.line,
       nullif(entry.scope, '') AS campaign,
       entry.key,
       coalesce(entry.outcome, 'maybe_sent') AS outcome,
       entry.attempts,
       reason.kind AS reason,
       reason.detail,
       reason.code,
       reason.status,
       reason.request_id,
       entry.facts AS provider,
       entry.call,
       entry.run,
       entry.verified,
       strftime('%Y-%m-%dT%H:%M:%SZ', entry.at / 1000, 'unixepoch') AS at
  FROM entry LEFT JOIN reason ON reason.id = entry.reason;
