-- The log in the form that it is published in: tiles and entry bundles of C2SP
-- tlog-tiles. aims-export writes them to files; nothing of PHI is in them.

CREATE FUNCTION aims.hash_tile(level integer, tile_index bigint, width integer DEFAULT 256) RETURNS bytea
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_hash_tile';
COMMENT ON FUNCTION aims.hash_tile(integer, bigint, integer) IS
    'The first width hashes of a tile of the tree, 32 bytes each: the file tile/<level>/<tile_index> of C2SP tlog-tiles, or with a width below 256 its .p/<width>. MS024 where the tree has not that many yet, 22023 for what no tile can have';

CREATE FUNCTION aims.entry_bundle(tile_index bigint, width integer DEFAULT 256) RETURNS bytea
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_entry_bundle';
COMMENT ON FUNCTION aims.entry_bundle(bigint, integer) IS
    'The leaves under the first width hashes of a tile of level 0, of entries and of seals, each after its length in two bytes, the high one first: the file tile/entries/<tile_index> of C2SP tlog-tiles. MS024 where the tree has not that many yet, MS027 where an entry is gone, 22023 for what no tile can have';

CREATE FUNCTION aims.disclosure(entry_id bigint,
                                OUT leaf bytea, OUT salt bytea, OUT particulars bytea,
                                OUT old_image bytea, OUT new_image bytea)
    RETURNS record
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'aims_disclosure';
COMMENT ON FUNCTION aims.disclosure(bigint) IS
    'What somebody needs to check one record without the database: the leaf, and the salt and the bytes, in UTF-8, that its digests are made over (aims-verify --leaf). For the owner of the record, not to be published; granted to nobody. NULL: not stored, or redacted. MS024 where the entry is not sealed';
