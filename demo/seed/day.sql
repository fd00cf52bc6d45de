-- The day ends: it is sealed. The next one, :n days after the first, begins.
RESET SESSION AUTHORIZATION;
SELECT aims.seal() \g /dev/null
\if :{?keep_daily}
INSERT INTO kept.soa SELECT clock_timestamp(), to_jsonb(s) FROM aims.soa AS s;
INSERT INTO kept.day SELECT clock_timestamp();
\endif
SELECT :'first'::date + :n AS day \gset
\o :clock
\qecho @:day 09:00:00
\o
