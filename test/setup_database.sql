\set ECHO none
-- First line of a test file that commits: it works in a database of its own,
-- aims_test, that the next such file replaces and drop_database.sql removes:
--
--     \i test/setup_database.sql
--     SELECT plan(2);
--     ...
--     SELECT * FROM finish();
--     \i test/drop_database.sql
--
-- It is copied from a template, since installing the extension takes longer. The
-- template's name is the digest of what was installed: another build makes
-- another one, and removes the former.
\set QUIET on
\set ON_ERROR_STOP on
\set home_database :DBNAME
SET client_min_messages = warning;
SELECT 'aims_template_' || md5(string_agg(pg_read_binary_file(file), '' ORDER BY file)) AS template
  FROM (SELECT format('%s/%s', directory, pg_ls_dir(directory)) AS file
          FROM (SELECT setting || '/extension' AS directory FROM pg_config WHERE name = 'SHAREDIR') AS shared
         UNION ALL
        SELECT setting || '/aims.so' FROM pg_config WHERE name = 'PKGLIBDIR') AS installed
 WHERE file ~ '/aims[^/]*$' \gset
DROP DATABASE IF EXISTS aims_test WITH (FORCE);
SELECT NOT EXISTS (SELECT FROM pg_database WHERE datname = :'template') AS missing \gset
\if :missing
    SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database WHERE datname ~ '^aims_template_' \gexec
    CREATE DATABASE aims_test TEMPLATE template0;
    \connect aims_test
    \i test/setup.sql
    \connect :home_database
    ALTER DATABASE aims_test RENAME TO :template;
\endif
CREATE DATABASE aims_test TEMPLATE :template;
\connect aims_test
\i test/setup.sql
