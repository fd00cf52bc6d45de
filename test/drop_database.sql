-- Last line of a test file that began with test/setup_database.sql.
\connect :home_database
DROP DATABASE aims_test WITH (FORCE);
