-- Two years of Three Rivers Health. The files of this directory write down who did
-- what on which day, concern by concern; here the days are played in their order.
\set ECHO errors
\ir roles.sql

CREATE TEMPORARY TABLE act (
    act       integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    day       integer NOT NULL,     -- days since the first
    person    text,                 -- whose session: role rivers_<person>; NULL: the superuser's
    statement text    NOT NULL      -- one statement, in a transaction of its own
);
\ir words.sql
\ir people.sql
\ir documents.sql
\ir competence.sql
\ir inventory.sql
\ir vendors.sql
\ir controls.sql
\ir wards.sql
\ir lifecycle.sql
\ir monitors.sql
\ir risks.sql
\ir incidents.sql
\ir audits.sql
\ir reviews.sql
\ir imports.sql

-- The last day has a seal, too
INSERT INTO act (day, statement) VALUES (730, 'SELECT aims.today()');

\if :{?keep_daily}
CREATE SCHEMA kept;
CREATE TABLE kept.soa (at timestamptz, row jsonb);
CREATE TABLE kept.risk_register (at timestamptz, row jsonb);
CREATE TABLE kept.day (at timestamptz);
CREATE TEMPORARY TABLE kept_daily AS SELECT true;
\else
CREATE TEMPORARY TABLE kept_daily AS SELECT true WHERE false;
\endif

-- An act is done by the person whose it is; at the end of a day the ledger is
-- sealed, and the clock goes to the next day on which somebody acts.
SELECT command.statement
  FROM (SELECT a.day, a.act, step.n,
               CASE step.n WHEN 1 THEN coalesce('SET SESSION AUTHORIZATION rivers_' || a.person, 'RESET SESSION AUTHORIZATION')
                           ELSE a.statement END
          FROM act AS a
         CROSS JOIN generate_series(1, 2) AS step (n)
         UNION ALL
        SELECT d.day, NULL, step.n, step.statement
          FROM (SELECT a.day, lead(a.day) OVER (ORDER BY a.day) AS next_day FROM act AS a GROUP BY a.day) AS d
         CROSS JOIN LATERAL (VALUES
            (1, 'RESET SESSION AUTHORIZATION'),
            (2, 'SELECT aims.seal()'),
            (3, 'INSERT INTO kept.soa SELECT clock_timestamp(), to_jsonb(s) FROM aims.soa AS s'),
            (4, 'INSERT INTO kept.risk_register SELECT clock_timestamp(), to_jsonb(r) FROM aims.risk_register AS r'),
            (5, 'INSERT INTO kept.day SELECT clock_timestamp()'),
            -- whole at once: whoever reads half a line of the file ends. The shell leaves what libfaketime made for it in
            -- /dev/shm, where it would stop a later process of its number
            (6, format('COPY (SELECT %L) TO PROGRAM %L', to_char(:'first'::date + d.next_day, '@YYYY-MM-DD 09:00:00'),
                       format('cat >"%1$s.new" && mv "%1$s.new" "%1$s" && rm -f /dev/shm/faketime_shm_$$ /dev/shm/sem.faketime_sem_$$', :'clock')))) AS step (n, statement)
         WHERE step.statement IS NOT NULL
           AND (step.n NOT BETWEEN 3 AND 5 OR EXISTS (SELECT FROM kept_daily))
           AND (step.n <> 6 OR d.next_day IS NOT NULL)) AS command (day, act, n, statement)
 ORDER BY command.day, command.act NULLS LAST, command.n \gexec

\if :{?keep_last}
CREATE SCHEMA shown;
CREATE TABLE shown.answer (view text, row jsonb);
CREATE TABLE shown.size (relation text, rows bigint);
SELECT format('INSERT INTO shown.answer SELECT %1$L, to_jsonb(v) FROM aims.%1$I AS v', name)
  FROM unnest('{soa,risk_register,vendor_coverage,certification_readiness,next_action}'::text[]) AS v (name) \gexec
SELECT format('INSERT INTO shown.size SELECT %1$L, count(*) FROM aims.%1$I', relname)
  FROM pg_class WHERE relnamespace = 'aims'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname \gexec
\endif
