-- Statements that many people make, as the functions that write them.

-- A signature of the newest record that meets the condition
CREATE FUNCTION pg_temp.approve(record text, key text, condition text, reason text) RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT aims.approve(%L, (SELECT max(r.%I)::text FROM aims.%I AS r WHERE %s), ''approval'', %L)',
                  record, key, record, condition, reason) $$;
-- Likewise a move of its status, with what the move needs
CREATE FUNCTION pg_temp.move(record text, key text, condition text, status text, filled_in text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT format('UPDATE aims.%I AS r SET status = %L%s WHERE r.%I = (SELECT max(l.%I) FROM aims.%I AS l WHERE %s)',
                  record, status, ', ' || filled_in, key, key, record, replace(condition, 'r.', 'l.')) $$;
-- Evidence with the controls that it supports; valid for so many days, NULL: it does not expire
CREATE FUNCTION pg_temp.evidence(title text, kind text, refs text, days integer DEFAULT NULL, system text DEFAULT NULL,
                                 version text DEFAULT NULL, vendor text DEFAULT NULL, framework text DEFAULT 'iso42001') RETURNS text LANGUAGE sql AS $$
    SELECT format('WITH e AS (INSERT INTO aims.evidence (title, kind, system, version, vendor, uri, content_sha256, valid_until) '
                  'VALUES (%L, %L, %L, %L, %L, %L, sha256(%L), aims.today() + %L::integer) RETURNING evidence_id) '
                  'INSERT INTO aims.evidence_link (evidence_id, framework, ref) SELECT e.evidence_id, %L, r FROM e, unnest(%L::aims.control_ref[]) AS r',
                  title, kind, system, version, vendor, 'https://dms.threerivers.example/' || md5(title), title, days, framework, refs) $$;
-- The same evidence again, for another period
CREATE FUNCTION pg_temp.renew(title text, days integer, content text) RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT aims.revise_evidence((SELECT max(e.evidence_id) FROM aims.evidence AS e WHERE e.title = %L), '
                  'content_sha256 => sha256(%L), valid_until => aims.today() + %s)', title, content, days) $$;
