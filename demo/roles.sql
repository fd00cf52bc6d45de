-- Who logs in: the people of the story, and the nightly load of the warehouse.
\set ON_ERROR_STOP on
CREATE ROLE vogel LOGIN;
CREATE ROLE okafor LOGIN;
CREATE ROLE fischer LOGIN;
CREATE ROLE patel LOGIN;
CREATE ROLE park LOGIN;
CREATE ROLE etl LOGIN;
GRANT USAGE ON SCHEMA omop, cdw TO vogel, okafor, fischer, patel, park, etl;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA omop, cdw TO etl;
