-- Signing keys, checkpoints (C2SP tlog-checkpoint) and proofs. The secret half
-- of a key is a file outside the data directory (setting
-- aims.signing_key_file), never a row. Byte formats: doc/formats.md.

CREATE TABLE aims.signing_key (
    signing_key  integer     PRIMARY KEY,
    origin       text        NOT NULL,
    algorithm    text        NOT NULL,
    public_key   bytea       NOT NULL,
    verifier_key text        NOT NULL,
    valid_from   timestamptz NOT NULL,
    valid_until  timestamptz,
    tree_size    bigint      NOT NULL,
    CONSTRAINT signing_key_verifier_key_key UNIQUE (verifier_key),
    CONSTRAINT signing_key_current_key UNIQUE NULLS NOT DISTINCT (valid_until),
    CONSTRAINT signing_key_algorithm CHECK (algorithm = 'ed25519'),
    CONSTRAINT signing_key_size CHECK (length(public_key) = 32),
    CONSTRAINT signing_key_validity CHECK (valid_until >= valid_from)
);
SELECT pg_catalog.pg_extension_config_dump('aims.signing_key', '');
COMMENT ON TABLE aims.signing_key IS
    'Public halves of the keys that have signed checkpoints, former ones too (ISO/IEC 42001 7.5.3; 21 CFR 11.70)';
COMMENT ON COLUMN aims.signing_key.signing_key IS 'Counts from 1; named by checkpoint.signing_key';
COMMENT ON COLUMN aims.signing_key.origin IS
    'Name of the log and of the key: the prefix given to create_signing_key, "/" and a random log id';
COMMENT ON COLUMN aims.signing_key.algorithm IS 'Kind of key: ed25519';
COMMENT ON COLUMN aims.signing_key.public_key IS 'Public key, 32 bytes (RFC 8032)';
COMMENT ON COLUMN aims.signing_key.verifier_key IS
    'What checkers need: name+id+base64(type || public key) (C2SP signed-note)';
COMMENT ON COLUMN aims.signing_key.valid_from IS 'When the key was created';
COMMENT ON COLUMN aims.signing_key.valid_until IS 'When another key took its place; NULL for the current one';
COMMENT ON COLUMN aims.signing_key.tree_size IS
    'Leaves of the newest head when the key was created: the key before signs no larger head';
COMMENT ON CONSTRAINT signing_key_current_key ON aims.signing_key IS 'One current key at most';
COMMENT ON CONSTRAINT signing_key_algorithm ON aims.signing_key IS 'Kinds of key that this version signs with';
COMMENT ON CONSTRAINT signing_key_size ON aims.signing_key IS 'Size of an Ed25519 public key';
COMMENT ON CONSTRAINT signing_key_validity ON aims.signing_key IS 'A key ends after it began';

CREATE TABLE aims.checkpoint (
    tree_size   bigint      NOT NULL,
    signing_key integer     NOT NULL,
    note        text        NOT NULL,
    signed_at   timestamptz NOT NULL,
    CONSTRAINT checkpoint_pkey PRIMARY KEY (tree_size, signing_key),
    CONSTRAINT checkpoint_signing_key_fkey FOREIGN KEY (signing_key) REFERENCES aims.signing_key (signing_key)
);
SELECT pg_catalog.pg_extension_config_dump('aims.checkpoint', '');
COMMENT ON TABLE aims.checkpoint IS
    'Checkpoints that have been signed. A cache: signing the same head again gives the same note';
COMMENT ON COLUMN aims.checkpoint.tree_size IS 'Leaves of the tree whose head is signed (aims.seal)';
COMMENT ON COLUMN aims.checkpoint.signing_key IS 'Key that signed';
COMMENT ON COLUMN aims.checkpoint.note IS 'The signed note, as it was handed out';
COMMENT ON COLUMN aims.checkpoint.signed_at IS 'Server clock when it was signed';

CREATE FUNCTION aims.create_signing_key(prefix text) RETURNS text
    AS 'MODULE_PATHNAME', 'aims_create_signing_key' LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE;
COMMENT ON FUNCTION aims.create_signing_key(text) IS
    'Creates the key that signs checkpoints and returns its verifier key. The secret goes to the file aims.signing_key_file, which must not exist; the origin is prefix/random log id, kept when the current key is replaced under the same prefix. While checkpoints are withheld it begins a new origin and ends that. 22004 for NULL, 22023 for a prefix that cannot be in a key name, MS022 where a seal has to come first, MS023 for a file that cannot be made';

CREATE FUNCTION aims.public_key() RETURNS text
    AS 'MODULE_PATHNAME', 'aims_public_key' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.public_key() IS
    'Verifier key of the current signing key (C2SP signed-note): give it to whoever checks checkpoints; MS023 where there is none';

CREATE FUNCTION aims.checkpoint() RETURNS text
    AS 'MODULE_PATHNAME', 'aims_checkpoint' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION aims.checkpoint() IS
    'Signed note (C2SP tlog-checkpoint) of the newest committed head; a seal of the calling transaction is not one. The root is computed again from the leaves before it is signed. On a standby the newest one signed on the primary. MS022 while checkpoints are withheld, MS023 where the key is not available, MS024 before the first seal, MS027 where tree and head differ';

CREATE FUNCTION aims.checkpoint_obstacle() RETURNS text
    AS 'MODULE_PATHNAME', 'aims_checkpoint_obstacle' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.checkpoint_obstacle() IS
    'Why checkpoint() would not sign now: no key, or withheld after a restore; NULL where nothing is known to hinder it';

CREATE FUNCTION aims.resume(last_checkpoint text) RETURNS void
    AS 'MODULE_PATHNAME', 'aims_resume' LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE;
COMMENT ON FUNCTION aims.resume(text) IS
    'Allows checkpoints again after a restore, failover or copy, given the last checkpoint that was published. Where the ledger contains it the origin goes on; where not, the same key signs under a new origin from now on, with a WARNING. Recorded as an entry with that checkpoint. 22004 for NULL, MS022 where a seal has to come first, MS025 where the checkpoint is not ours or not the last';

CREATE FUNCTION aims.open_checkpoint(checkpoint text, verifier_key text,
                                     OUT origin text, OUT tree_size bigint, OUT root_hash bytea)
    RETURNS record
    AS 'MODULE_PATHNAME', 'aims_open_checkpoint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.open_checkpoint(text, text) IS
    'What a checkpoint says, once its signature by that key has been verified; MS025 otherwise. Reads no table';

CREATE FUNCTION aims.leaf_index(entry_id bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'aims_leaf_index' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.leaf_index(bigint) IS
    'Position of an entry''s leaf in the tree, from 0; NULL where it is not sealed';

CREATE FUNCTION aims.inclusion_proof(entry_id bigint, tree_size bigint DEFAULT NULL) RETURNS bytea[]
    AS 'MODULE_PATHNAME', 'aims_inclusion_proof' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION aims.inclusion_proof(bigint, bigint) IS
    'Proves that an entry is in the tree of that size (RFC 6962, 2.1.1), NULL = of the newest seal: hashes from the leaf''s sibling upwards. MS024 for an entry or a size that is not sealed, 22023 for a size below 1';

CREATE FUNCTION aims.consistency_proof(old_size bigint, new_size bigint DEFAULT NULL) RETURNS bytea[]
    AS 'MODULE_PATHNAME', 'aims_consistency_proof' LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE;
COMMENT ON FUNCTION aims.consistency_proof(bigint, bigint) IS
    'Proves that the tree of old_size leaves is the beginning of the one of new_size (RFC 6962, 2.1.2), NULL = of the newest seal. MS024 beyond the newest seal, 22023 unless 0 < old_size <= new_size';

CREATE FUNCTION aims.tlog_proof(entry_id bigint) RETURNS text
    AS 'MODULE_PATHNAME', 'aims_tlog_proof' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION aims.tlog_proof(bigint) IS
    'Text that proves one entry offline (C2SP tlog-proof): leaf index, inclusion proof, checkpoint(). To be kept with leaf(entry_id). Errors of checkpoint(); MS024 where the entry is not in its tree';

CREATE FUNCTION aims.verify_inclusion(leaf bytea, leaf_index bigint, tree_size bigint, proof bytea[], root_hash bytea)
    RETURNS boolean
    AS 'MODULE_PATHNAME', 'aims_verify_inclusion' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.verify_inclusion(bytea, bigint, bigint, bytea[], bytea) IS
    'Does the proof show that a leaf is at that index of the tree with that size and root? Reads no table; 22023 for hashes that are not of 32 bytes';

CREATE FUNCTION aims.verify_consistency(old_size bigint, new_size bigint, old_root bytea, new_root bytea, proof bytea[])
    RETURNS boolean
    AS 'MODULE_PATHNAME', 'aims_verify_consistency' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.verify_consistency(bigint, bigint, bytea, bytea, bytea[]) IS
    'Does the proof show that the tree with the old size and root is the beginning of the new one? Reads no table; 22023 for hashes that are not of 32 bytes';
