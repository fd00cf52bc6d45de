-- Who logs in: the people of the story, the owner of the vendor's tables, who is nobody's person, the nightly load of
-- the warehouse, and dashboards.
\set ON_ERROR_STOP on
CREATE ROLE vogel LOGIN;
CREATE ROLE okafor LOGIN;
CREATE ROLE fischer LOGIN;
CREATE ROLE patel LOGIN;
CREATE ROLE park LOGIN;
CREATE ROLE carter LOGIN;
CREATE ROLE etl LOGIN;
CREATE ROLE bi LOGIN;
ALTER SCHEMA cdw OWNER TO carter;
ALTER TABLE cdw.sepsis_score OWNER TO carter;
GRANT USAGE ON SCHEMA omop, cdw TO vogel, okafor, fischer, patel, park, etl, bi;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA omop, cdw TO etl;
GRANT SELECT, UPDATE ON cdw.sepsis_score TO park;
