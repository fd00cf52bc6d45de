-- Two years of Three Rivers Health: the file that plays the others in order.
\if :{?keep_daily}
CREATE SCHEMA kept;
CREATE TABLE kept.soa (at timestamptz, row jsonb);
CREATE TABLE kept.day (at timestamptz);
\endif
CREATE EXTENSION aims;
\ir roles.sql
\ir people.sql
\ir inventory.sql
