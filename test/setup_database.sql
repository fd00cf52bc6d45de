\set ECHO none
-- First line of a test file that commits: it works in a database of its own,
-- aims_test, that the next such file replaces and drop_database.sql removes:
--
--     \i test/setup_database.sql
--     SELECT plan(2);
--     ...
--     SELECT * FROM finish();
--     \i test/drop_database.sql
\set QUIET on
\set home_database :DBNAME
SET client_min_messages = warning;
DROP DATABASE IF EXISTS aims_test WITH (FORCE);
CREATE DATABASE aims_test TEMPLATE template0;
\connect aims_test
\i test/setup.sql
