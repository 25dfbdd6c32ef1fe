-- What a look at the provider after the job showed: absent, present, unchecked. NULL: nobody looked since the outcome.
ALTER TABLE record ADD COLUMN verified TEXT;

DROP VIEW outcomes;

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
       record.verified,
       strftime('%Y-%m-%dT%H:%M:%SZ', record.at / 1000, 'unixepoch') AS at
  FROM record LEFT JOIN reason ON reason.id = record.reason;
