\set ECHO none
-- First line of every test file: \i test/setup.sql
-- Output is bare TAP, an error ends the file, and the database has pgTAP (in
-- schema tap) and aims. A test works in BEGIN ... ROLLBACK; one that has to
-- commit includes test/setup_database.sql instead.
\set QUIET on
\set ON_ERROR_ROLLBACK off
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
\pset pager off
\pset null ''
SET client_min_messages = warning;
CREATE SCHEMA IF NOT EXISTS tap;
CREATE EXTENSION IF NOT EXISTS pgtap SCHEMA tap;
CREATE EXTENSION IF NOT EXISTS aims;
RESET client_min_messages;
SET search_path = public, tap;
