-- Peer: supa_audit, where the server has it: a row trigger in plpgsql that
-- keeps both images as jsonb, under a key made of the primary key.

CREATE EXTENSION supa_audit CASCADE;
CREATE TABLE bench.score_supa (LIKE bench.source, PRIMARY KEY (score_id));
SELECT audit.enable_tracking('bench.score_supa');
