-- Every cause of a refusal, from every way to write, into every kind of governed
-- table, partitioned or not, through the parent or a partition. The cases are
-- made by joining these lists; each is run in a transaction of its own.
\i test/setup_database.sql
SET synchronous_commit = off;

CREATE ROLE refusal_owner;
CREATE ROLE refusal_etl LOGIN;
CREATE ROLE refusal_bound;
INSERT INTO aims.person (person, full_name, db_role) VALUES ('anna', 'Anna Officer', session_user);
SET session_replication_role = replica;
INSERT INTO aims.duty (person, duty) VALUES ('anna', 'ai_officer');
INSERT INTO aims.ai_system (system, title, owner, purpose, stage) VALUES
    ('early', 'Early', 'anna', 'Is not there yet', 'inception'), ('off', 'Off', 'anna', 'Is switched off', 'deployment'),
    ('bound', 'Bound', 'anna', 'Has a role', 'operation_monitoring'), ('elsewhere', 'Elsewhere', 'anna', 'Writes elsewhere', 're_evaluation');
RESET session_replication_role;
SELECT * FROM aims.switch_off('off', 'Test') \g /dev/null
SELECT aims.bind_role('bound', 'refusal_bound') IS NULL AS done \gset

CREATE SCHEMA m;
GRANT ALL ON SCHEMA m TO refusal_owner, refusal_etl;
CREATE TABLE m.cause (state text PRIMARY KEY, cause text, value text);
INSERT INTO m.cause VALUES
    ('MS001', 'stage', 'early'), ('MS002', 'system_unknown', 'shadow'), ('MS003', 'switched_off', 'off'),
    ('MS004', 'role_not_bound', 'bound'), ('MS005', 'table_not_intended', 'elsewhere');
-- mark: what says whose output a row is; conditional: only rows of kind 32880 are
CREATE TABLE m.governing (governing text PRIMARY KEY, mark text, conditional boolean);
INSERT INTO m.governing VALUES
    ('column', 'column', false), ('column when', 'column', true), ('system', 'system', false), ('system when', 'system', true),
    ('expression', 'expression', false), ('session when', 'session', true);

-- %1$s: table written to, %2$L: value of the system column, %3$s: view of the
-- table, %4$s: function that inserts. Rows 1, 3 and 4 are there: 1 is no output
-- (but where every row is), 3 meets the condition, 4 is output from before.
CREATE TABLE m.way (nr integer, way text, command text, parent_only boolean DEFAULT false,
                    legs text[] DEFAULT '{enforce,observe,session}');
INSERT INTO m.way (nr, way, command) VALUES
    (1, 'INSERT', 'INSERT INTO %1$s VALUES (10, %2$L, 32880, ''n'')'),
    (2, 'INSERT ... SELECT', 'INSERT INTO %1$s SELECT n, %2$L, 32880, ''n'' FROM generate_series(10, 12) AS n'),
    (3, 'COPY', 'COPY %1$s FROM PROGRAM ''echo 10,%2$s,32880,n'' (FORMAT csv)'),
    (4, 'MERGE that inserts', 'MERGE INTO %1$s AS t USING (VALUES (10)) AS v (id) ON t.id = v.id
                               WHEN NOT MATCHED THEN INSERT VALUES (10, %2$L, 32880, ''n'')'),
    (5, 'MERGE that updates', 'MERGE INTO %1$s AS t USING (VALUES (1)) AS v (id) ON t.id = v.id
                               WHEN MATCHED THEN UPDATE SET system = %2$L, kind = 32880'),
    (6, 'ON CONFLICT', 'INSERT INTO %1$s VALUES (1, NULL, 1, ''n'') ON CONFLICT (id) DO UPDATE SET system = %2$L, kind = 32880'),
    (7, 'UPDATE into the condition', 'UPDATE %1$s SET system = %2$L, kind = 32880 WHERE id = 1'),
    (8, 'UPDATE of the system column', 'UPDATE %1$s SET system = %2$L WHERE id = 3'),
    (10, 'WITH', 'WITH w AS (INSERT INTO %1$s VALUES (10, %2$L, 32880, ''n'') RETURNING id) SELECT count(*) FROM w'),
    (11, 'an SQL function', 'SELECT %4$s()'),
    (12, 'a PL/pgSQL function', 'SELECT m.run($q$INSERT INTO %1$s VALUES (10, %2$L, 32880, ''n'')$q$)'),
    (13, 'a SECURITY DEFINER function', 'SELECT m.run_definer($q$INSERT INTO %1$s VALUES (10, %2$L, 32880, ''n'')$q$)'),
    (14, 'a view', 'INSERT INTO %3$s VALUES (10, %2$L, 32880, ''n'')'),
    (15, 'UPDATE of a view', 'UPDATE %3$s SET system = %2$L, kind = 32880 WHERE id = 1'),
    (16, 'a deferred constraint trigger', 'INSERT INTO m.later VALUES ($q$INSERT INTO %1$s VALUES (10, %2$L, 32880, ''n'')$q$);
                                           SET CONSTRAINTS ALL IMMEDIATE'),
    (17, 'a BEFORE trigger that rewrites', 'INSERT INTO %1$s VALUES (10, NULL, 1, ''rewrite'')'),
    (18, 'a BEFORE trigger, at UPDATE', 'UPDATE %1$s SET note = ''rewrite'' WHERE id = 1'),
    (19, 'a rule', 'INSERT INTO m.ruled VALUES ($q$INSERT INTO %1$s VALUES (10, %2$L, 32880, ''n'')$q$)'),
    (20, 'SET ROLE', 'SET LOCAL ROLE refusal_owner; INSERT INTO %1$s VALUES (10, %2$L, 32880, ''n'')'),
    (21, 'a savepoint', 'DO $d$BEGIN BEGIN INSERT INTO %1$s VALUES (10, %2$L, 32880, ''n''); EXCEPTION WHEN division_by_zero THEN NULL; END; END$d$'),
    (24, 'UPDATE of output', 'UPDATE %1$s SET note = ''n'' WHERE id = 4'),
    (25, 'UPDATE out of the condition', 'UPDATE %1$s SET kind = 1 WHERE id = 4'),
    (26, 'UPDATE that takes the system away', 'UPDATE %1$s SET system = NULL WHERE id = 4'),
    (22, 'deferred constraints', 'SET CONSTRAINTS ALL DEFERRED; INSERT INTO %1$s VALUES (10, %2$L, 32880, ''n'')');
INSERT INTO m.way VALUES
    (9, 'UPDATE to another partition', 'UPDATE %1$s SET id = 150, system = %2$L, kind = 32880 WHERE id = 1', true, DEFAULT),
    -- of a superuser it would be a restore
    (23, 'a replica session', 'SELECT m.run_replica($q$INSERT INTO %1$s VALUES (10, %2$L, 32880, ''n'')$q$)', DEFAULT, '{session}');

CREATE FUNCTION m.run(command text) RETURNS void LANGUAGE plpgsql AS 'BEGIN EXECUTE command; END';
CREATE FUNCTION m.run_definer(command text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN EXECUTE command; END';
ALTER FUNCTION m.run_definer(text) OWNER TO refusal_owner;
CREATE FUNCTION m.run_replica(command text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET session_replication_role = replica
    AS 'BEGIN EXECUTE command; END';
CREATE FUNCTION m.run_new() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN EXECUTE NEW.command; RETURN NULL; END';
CREATE TABLE m.later (command text);
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON m.later INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION m.run_new();
CREATE TABLE m.ruled (command text);
CREATE RULE runs AS ON INSERT TO m.ruled DO INSTEAD SELECT m.run(NEW.command);
CREATE FUNCTION m.rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.note = 'rewrite' THEN
        NEW.system := TG_ARGV[0];
        NEW.kind := 32880;
    END IF;
    RETURN NEW;
END $$;

-- The tables: one for each cause and kind of governing, plain and partitioned
CREATE TABLE m.governed AS
SELECT format('m.t_%s_%s_%s', lower(c.state), replace(g.governing, ' ', '_'), CASE WHEN p THEN 'parted' ELSE 'plain' END) AS name,
       c.*, g.*, p AS parted
  FROM m.cause AS c, m.governing AS g, (VALUES (true), (false)) AS v (p)
 -- a fixed system is one of the inventory
 WHERE NOT (g.mark = 'system' AND c.state = 'MS002');
CREATE FUNCTION m.fill(name text, value text) RETURNS void LANGUAGE plpgsql SET session_replication_role = replica AS $$
BEGIN
    EXECUTE format('DELETE FROM %s', name);
    EXECUTE format('INSERT INTO %s VALUES (1, NULL, 1, ''there''), (3, NULL, 32880, ''there''), (4, %L, 32880, ''there'')', name, value);
END $$;
CREATE FUNCTION m.make(t m.governed) RETURNS void LANGUAGE plpgsql SET client_min_messages = warning AS $$
BEGIN
    EXECUTE format('CREATE TABLE %s (id integer PRIMARY KEY, system text, kind integer, note text) %s', t.name,
                   CASE WHEN t.parted THEN 'PARTITION BY RANGE (id)' END);
    IF t.parted THEN
        EXECUTE format('CREATE TABLE %1$s_1 PARTITION OF %1$s FOR VALUES FROM (0) TO (100)', t.name);
        EXECUTE format('CREATE TABLE %1$s_2 PARTITION OF %1$s FOR VALUES FROM (100) TO (200)', t.name);
        EXECUTE format('CREATE VIEW %1$s_1_v AS SELECT * FROM %1$s_1', t.name);
        EXECUTE format('CREATE FUNCTION %1$s_1_f() RETURNS void LANGUAGE sql AS $f$INSERT INTO %1$s_1 VALUES (10, %2$L, 32880, ''n'')$f$', t.name, t.value);
    END IF;
    EXECUTE format('CREATE VIEW %1$s_v AS SELECT * FROM %1$s', t.name);
    EXECUTE format('CREATE FUNCTION %1$s_f() RETURNS void LANGUAGE sql AS $f$INSERT INTO %1$s VALUES (10, %2$L, 32880, ''n'')$f$', t.name, t.value);
    EXECUTE format('CREATE TRIGGER rewrite BEFORE INSERT OR UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION m.rewrite(%L)', t.name, t.value);
    PERFORM m.fill(t.name, t.value);
    PERFORM aims.govern(t.name::regclass, system => CASE t.mark WHEN 'system' THEN t.value END, system_column => CASE t.mark WHEN 'column' THEN 'system' END,
                        system_expression => CASE t.mark WHEN 'expression' THEN 'btrim(system)' END,
                        system_when => CASE WHEN t.conditional THEN 'kind = 32880' END);
    IF t.state = 'MS005' THEN
        DELETE FROM aims.intended_table WHERE relation = t.name::regclass;
    ELSIF t.mark <> 'system' AND t.state <> 'MS002' THEN
        INSERT INTO aims.intended_table VALUES (t.value, t.name);
    END IF;
END $$;
SELECT count(m.make(t)) FROM m.governed AS t \g /dev/null
GRANT ALL ON ALL TABLES IN SCHEMA m TO refusal_owner, refusal_etl;
GRANT refusal_owner, pg_execute_server_program TO refusal_etl;

-- The cases
CREATE TABLE m.try AS
SELECT row_number() OVER (ORDER BY w.nr, t.state, t.governing, t.name, target) AS id, w.nr, w.way, w.legs, t.name, t.state, t.cause, t.value, t.governing, t.mark, target,
       format(w.command, target, t.value, target || '_v', target || '_f') AS command
  FROM m.way AS w, m.governed AS t,
       LATERAL (SELECT t.name UNION ALL SELECT t.name || '_1' WHERE t.parted AND NOT w.parent_only) AS x (target)
 WHERE t.parted OR NOT w.parent_only;
CREATE TABLE m.outcome (id bigint, leg text, state text, written boolean, violations bigint, right_violation boolean);
GRANT ALL ON ALL TABLES IN SCHEMA m TO refusal_etl;

CREATE FUNCTION m.content(name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    content text;
BEGIN
    EXECUTE format('SELECT string_agg(t::text, '' '' ORDER BY id) FROM %s AS t', name) INTO content;
    RETURN content;
END $$;
CREATE PROCEDURE m.attempt(leg text) LANGUAGE plpgsql AS $$
DECLARE
    t      m.try;
    before text;
    after  text;
    newest bigint;
    state  text;
BEGIN
    FOR t IN SELECT * FROM m.try AS c WHERE leg = ANY (c.legs) ORDER BY c.id LOOP
        before := m.content(t.name);
        newest := (SELECT coalesce(max(violation_id), 0) FROM aims.violation);
        state := '00000';
        PERFORM set_config('aims.system', CASE t.mark WHEN 'session' THEN t.value ELSE '' END, true);
        BEGIN
            EXECUTE t.command;
        EXCEPTION WHEN OTHERS THEN
            state := SQLSTATE;
        END;
        COMMIT;
        after := m.content(t.name);
        INSERT INTO m.outcome
        SELECT t.id, leg, state, after IS DISTINCT FROM before, count(*), bool_and(v.relation = t.name::regclass
                   AND v.system = t.value AND v.cause = t.cause AND v.sqlstate = t.state AND v.rows > 0 AND v.mode = 'observe')
          FROM aims.violation AS v WHERE v.violation_id > newest;
        IF after IS DISTINCT FROM before THEN
            PERFORM m.fill(t.name, t.value);
        END IF;
        COMMIT;
    END LOOP;
END $$;

-- What is wrong with an outcome; NULL: it is as it should be
CREATE VIEW m.judged AS
SELECT t.*, o.leg,
       CASE WHEN o.leg = 'observe' AND t.state <> 'MS003'
            THEN CASE WHEN o.state <> '00000' THEN 'refused: ' || o.state
                      WHEN NOT o.written THEN 'not written'
                      WHEN o.violations <> 1 THEN 'violations: ' || o.violations
                      WHEN NOT o.right_violation THEN 'another violation' END
            ELSE CASE WHEN o.state <> t.state THEN 'state ' || o.state
                      WHEN o.written THEN 'written'
                      WHEN o.violations > 0 THEN 'recorded' END END AS wrong
  FROM m.outcome AS o JOIN m.try AS t USING (id);
GRANT SELECT ON m.judged TO refusal_etl;

-- In the session that governed, in another one of a role without rights, and in
-- mode observe
CALL m.attempt('enforce');
GRANT USAGE ON SCHEMA aims TO refusal_etl;
GRANT SELECT ON aims.violation TO refusal_etl;
SELECT session_user AS boss \gset
\connect - refusal_etl
SET synchronous_commit = off;
CALL m.attempt('session');
\connect - :boss
SET synchronous_commit = off;
SELECT count(aims.set_mode(name::regclass, 'observe')) FROM m.governed \g /dev/null
CALL m.attempt('observe');

SET search_path = public, tap;
SELECT plan(381);
SELECT is(string_agg(format('%s: %s', target, wrong), E'\n' ORDER BY id) FILTER (WHERE wrong IS NOT NULL), NULL,
          format('%s: %s by %s, %s times', leg, state, way, count(*)))
  FROM m.judged GROUP BY leg, state, nr, way ORDER BY leg, state, nr;
SELECT set_eq('SELECT leg, id FROM m.outcome', 'SELECT unnest(legs), id FROM m.try', 'each case was tried');

SELECT * FROM finish();
DROP OWNED BY refusal_owner, refusal_etl CASCADE;
DROP ROLE refusal_owner, refusal_etl, refusal_bound;
\i test/drop_database.sql
