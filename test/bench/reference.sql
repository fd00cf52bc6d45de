-- The reference workload: a score table as vendors' warehouses have it, 14
-- columns of the usual types, and the rows that every variant is given.
-- :rows is set by the caller.

CREATE SCHEMA bench;

CREATE TABLE bench.source (
    score_id     bigint           NOT NULL,
    patient      integer          NOT NULL,
    encounter    integer          NOT NULL,
    model        text             NOT NULL,
    version      text             NOT NULL,
    site         smallint         NOT NULL,
    unit         varchar(20),
    probability  double precision NOT NULL,
    threshold    numeric(4,2)     NOT NULL,
    flag         boolean          NOT NULL,
    outcome      boolean,
    scored_on    date             NOT NULL,
    instant      timestamptz      NOT NULL,
    explanation  text
);

INSERT INTO bench.source
SELECT i, i % 30011, i / 3, 'sepsis-watch', '4.2', 1 + i % 3, 'ward ' || i % 40, (i * 7919 % 100003) / 100003.0, 0.60,
       i * 7919 % 100003 > 60000, CASE WHEN i % 5 > 0 THEN i % 17 = 0 END, date '2026-01-01' + (i / 800)::integer,
       timestamptz '2026-01-01 00:00:00Z' + i * interval '108.37 seconds',
       'lactate rising, respiratory rate ' || 12 + i % 19
FROM generate_series(1, :rows) AS i;
VACUUM ANALYZE bench.source;

-- What a clinical application adds one at a time.
CREATE SEQUENCE bench.score_id START 1000000000 CACHE 100;
