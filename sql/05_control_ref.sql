-- Keys that people read: slugs, and the numbers of clauses and controls.

-- No collation of its own: rows that hold slugs could not be compared with rows
-- of plain text (record_eq). Ranges in a pattern go by code point anyway.
CREATE DOMAIN aims.slug AS text
    CONSTRAINT slug_form CHECK (VALUE ~ '^[a-z0-9][a-z0-9_.-]{0,62}$');
COMMENT ON DOMAIN aims.slug IS
    'Readable key: 1 to 63 lower-case ASCII letters, digits, "_", "." or "-", beginning with a letter or digit';
COMMENT ON CONSTRAINT slug_form ON DOMAIN aims.slug IS
    'Lower-case ASCII letters, digits, "_", "." and "-"; begins with a letter or digit; at most 63 characters';

CREATE TYPE aims.control_ref;

CREATE FUNCTION aims.control_ref_in(cstring) RETURNS aims.control_ref
    AS 'MODULE_PATHNAME', 'aims_control_ref_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.control_ref_in(cstring) IS
    'Text input of control_ref; 22P02 where the form is wrong, 22001 above 126 bytes';

CREATE FUNCTION aims.control_ref_out(aims.control_ref) RETURNS cstring
    AS 'MODULE_PATHNAME', 'aims_control_ref_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.control_ref_out(aims.control_ref) IS
    'Text output of control_ref: the spelling that was put in';

CREATE FUNCTION aims.control_ref_recv(internal) RETURNS aims.control_ref
    AS 'MODULE_PATHNAME', 'aims_control_ref_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.control_ref_recv(internal) IS
    'Binary input of control_ref: a byte of format version (1), then the text; 22P03 for another version';

CREATE FUNCTION aims.control_ref_send(aims.control_ref) RETURNS bytea
    AS 'MODULE_PATHNAME', 'aims_control_ref_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.control_ref_send(aims.control_ref) IS
    'Binary output of control_ref: a byte of format version (1), then the text';

CREATE TYPE aims.control_ref (
    INPUT          = aims.control_ref_in,
    OUTPUT         = aims.control_ref_out,
    RECEIVE        = aims.control_ref_recv,
    SEND           = aims.control_ref_send,
    INTERNALLENGTH = VARIABLE,
    STORAGE        = extended
);
COMMENT ON TYPE aims.control_ref IS
    'Number of a clause, objective or control in its framework: dot-separated segments of ASCII letters, digits and "-", at most 126 bytes (A.6.2.4, 164.308.a.1.ii.D). Equal when spelled the same; sorted by segment, numeric segments by value';

-- Leakproof, as the comparisons of text are: no value makes them fail.
CREATE FUNCTION aims.control_ref_eq(aims.control_ref, aims.control_ref) RETURNS boolean
    AS 'MODULE_PATHNAME', 'aims_control_ref_eq' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION aims.control_ref_eq(aims.control_ref, aims.control_ref) IS
    'Implementation of the operator =';

CREATE FUNCTION aims.control_ref_ne(aims.control_ref, aims.control_ref) RETURNS boolean
    AS 'MODULE_PATHNAME', 'aims_control_ref_ne' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION aims.control_ref_ne(aims.control_ref, aims.control_ref) IS
    'Implementation of the operator <>';

CREATE FUNCTION aims.control_ref_lt(aims.control_ref, aims.control_ref) RETURNS boolean
    AS 'MODULE_PATHNAME', 'aims_control_ref_lt' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION aims.control_ref_lt(aims.control_ref, aims.control_ref) IS
    'Implementation of the operator <';

CREATE FUNCTION aims.control_ref_le(aims.control_ref, aims.control_ref) RETURNS boolean
    AS 'MODULE_PATHNAME', 'aims_control_ref_le' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION aims.control_ref_le(aims.control_ref, aims.control_ref) IS
    'Implementation of the operator <=';

CREATE FUNCTION aims.control_ref_gt(aims.control_ref, aims.control_ref) RETURNS boolean
    AS 'MODULE_PATHNAME', 'aims_control_ref_gt' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION aims.control_ref_gt(aims.control_ref, aims.control_ref) IS
    'Implementation of the operator >';

CREATE FUNCTION aims.control_ref_ge(aims.control_ref, aims.control_ref) RETURNS boolean
    AS 'MODULE_PATHNAME', 'aims_control_ref_ge' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION aims.control_ref_ge(aims.control_ref, aims.control_ref) IS
    'Implementation of the operator >=';

CREATE FUNCTION aims.control_ref_contains(aims.control_ref, aims.control_ref) RETURNS boolean
    AS 'MODULE_PATHNAME', 'aims_control_ref_contains' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION aims.control_ref_contains(aims.control_ref, aims.control_ref) IS
    'Implementation of the operator @>';

CREATE FUNCTION aims.control_ref_contained(aims.control_ref, aims.control_ref) RETURNS boolean
    AS 'MODULE_PATHNAME', 'aims_control_ref_contained' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION aims.control_ref_contained(aims.control_ref, aims.control_ref) IS
    'Implementation of the operator <@';

CREATE FUNCTION aims.control_ref_cmp(aims.control_ref, aims.control_ref) RETURNS integer
    AS 'MODULE_PATHNAME', 'aims_control_ref_cmp' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION aims.control_ref_cmp(aims.control_ref, aims.control_ref) IS
    'Btree support: negative, zero or positive as the first sorts before, with or after the second';

CREATE FUNCTION aims.control_ref_sortsupport(internal) RETURNS void
    AS 'MODULE_PATHNAME', 'aims_control_ref_sortsupport' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.control_ref_sortsupport(internal) IS
    'Btree support: comparison for sorts';

CREATE FUNCTION aims.control_ref_hash(aims.control_ref) RETURNS integer
    AS 'MODULE_PATHNAME', 'aims_control_ref_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.control_ref_hash(aims.control_ref) IS
    'Hash support: equal references hash alike';

CREATE FUNCTION aims.control_ref_hash_extended(aims.control_ref, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'aims_control_ref_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.control_ref_hash_extended(aims.control_ref, bigint) IS
    'Hash support: 64 bits, with a seed';

CREATE OPERATOR aims.= (
    FUNCTION = aims.control_ref_eq, LEFTARG = aims.control_ref, RIGHTARG = aims.control_ref,
    COMMUTATOR = OPERATOR(aims.=),
    NEGATOR = OPERATOR(aims.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel,
    HASHES, MERGES
);
COMMENT ON OPERATOR aims.= (aims.control_ref, aims.control_ref) IS
    'Are the two the same reference, spelled the same?';

CREATE OPERATOR aims.<> (
    FUNCTION = aims.control_ref_ne, LEFTARG = aims.control_ref, RIGHTARG = aims.control_ref,
    COMMUTATOR = OPERATOR(aims.<>),
    NEGATOR = OPERATOR(aims.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR aims.<> (aims.control_ref, aims.control_ref) IS
    'Are the two different references?';

CREATE OPERATOR aims.< (
    FUNCTION = aims.control_ref_lt, LEFTARG = aims.control_ref, RIGHTARG = aims.control_ref,
    COMMUTATOR = OPERATOR(aims.>),
    NEGATOR = OPERATOR(aims.>=),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR aims.< (aims.control_ref, aims.control_ref) IS
    'Does the first sort before the second? A parent sorts before its children, numeric segments by value and before others';

CREATE OPERATOR aims.<= (
    FUNCTION = aims.control_ref_le, LEFTARG = aims.control_ref, RIGHTARG = aims.control_ref,
    COMMUTATOR = OPERATOR(aims.>=),
    NEGATOR = OPERATOR(aims.>),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR aims.<= (aims.control_ref, aims.control_ref) IS
    'Does the first sort before the second, or equal it?';

CREATE OPERATOR aims.> (
    FUNCTION = aims.control_ref_gt, LEFTARG = aims.control_ref, RIGHTARG = aims.control_ref,
    COMMUTATOR = OPERATOR(aims.<),
    NEGATOR = OPERATOR(aims.<=),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR aims.> (aims.control_ref, aims.control_ref) IS
    'Does the first sort after the second?';

CREATE OPERATOR aims.>= (
    FUNCTION = aims.control_ref_ge, LEFTARG = aims.control_ref, RIGHTARG = aims.control_ref,
    COMMUTATOR = OPERATOR(aims.<=),
    NEGATOR = OPERATOR(aims.<),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR aims.>= (aims.control_ref, aims.control_ref) IS
    'Does the first sort after the second, or equal it?';

CREATE OPERATOR aims.@> (
    FUNCTION = aims.control_ref_contains, LEFTARG = aims.control_ref, RIGHTARG = aims.control_ref,
    COMMUTATOR = OPERATOR(aims.<@),
    RESTRICT = matchingsel, JOIN = matchingjoinsel
);
COMMENT ON OPERATOR aims.@> (aims.control_ref, aims.control_ref) IS
    'Is the second the same as the first, or below it? A.6 contains A.6.2.4 and itself, not A.60';

CREATE OPERATOR aims.<@ (
    FUNCTION = aims.control_ref_contained, LEFTARG = aims.control_ref, RIGHTARG = aims.control_ref,
    COMMUTATOR = OPERATOR(aims.@>),
    RESTRICT = matchingsel, JOIN = matchingjoinsel
);
COMMENT ON OPERATOR aims.<@ (aims.control_ref, aims.control_ref) IS
    'Is the first the same as the second, or below it?';

-- Equal references are the same bytes, so indexes may be deduplicated.
CREATE OPERATOR CLASS aims.control_ref_ops
    DEFAULT FOR TYPE aims.control_ref USING btree AS
    OPERATOR 1 aims.<,
    OPERATOR 2 aims.<=,
    OPERATOR 3 aims.=,
    OPERATOR 4 aims.>=,
    OPERATOR 5 aims.>,
    FUNCTION 1 aims.control_ref_cmp(aims.control_ref, aims.control_ref),
    FUNCTION 2 aims.control_ref_sortsupport(internal),
    FUNCTION 4 btequalimage(oid);
COMMENT ON OPERATOR CLASS aims.control_ref_ops USING btree IS
    'Order of references: segment by segment, parents first, numeric segments by value';
COMMENT ON OPERATOR FAMILY aims.control_ref_ops USING btree IS 'Order of references';

CREATE FUNCTION aims.control_ref_smaller(aims.control_ref, aims.control_ref) RETURNS aims.control_ref
    AS 'MODULE_PATHNAME', 'aims_control_ref_smaller' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.control_ref_smaller(aims.control_ref, aims.control_ref) IS 'Transition of aims.min: the one that sorts first';

CREATE FUNCTION aims.control_ref_larger(aims.control_ref, aims.control_ref) RETURNS aims.control_ref
    AS 'MODULE_PATHNAME', 'aims_control_ref_larger' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.control_ref_larger(aims.control_ref, aims.control_ref) IS 'Transition of aims.max: the one that sorts last';

CREATE AGGREGATE aims.min(aims.control_ref) (
    SFUNC = aims.control_ref_smaller, STYPE = aims.control_ref, COMBINEFUNC = aims.control_ref_smaller,
    SORTOP = OPERATOR(aims.<), PARALLEL = SAFE
);
COMMENT ON AGGREGATE aims.min(aims.control_ref) IS
    'The reference that sorts first, A.6.2.4 before A.10; NULLs are left out, NULL of none. Named with its schema, or with aims in the search_path: pg_catalog.min sorts references as text';

CREATE AGGREGATE aims.max(aims.control_ref) (
    SFUNC = aims.control_ref_larger, STYPE = aims.control_ref, COMBINEFUNC = aims.control_ref_larger,
    SORTOP = OPERATOR(aims.>), PARALLEL = SAFE
);
COMMENT ON AGGREGATE aims.max(aims.control_ref) IS
    'The reference that sorts last, A.10 after A.6.2.4; as aims.min otherwise';

CREATE OPERATOR CLASS aims.control_ref_ops
    DEFAULT FOR TYPE aims.control_ref USING hash AS
    OPERATOR 1 aims.=,
    FUNCTION 1 aims.control_ref_hash(aims.control_ref),
    FUNCTION 2 aims.control_ref_hash_extended(aims.control_ref, bigint);
COMMENT ON OPERATOR CLASS aims.control_ref_ops USING hash IS
    'Equality of references';
COMMENT ON OPERATOR FAMILY aims.control_ref_ops USING hash IS 'Equality of references';

CREATE FUNCTION aims.control_ref(text) RETURNS aims.control_ref
    AS 'MODULE_PATHNAME', 'aims_control_ref' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION aims.control_ref(text) IS
    'Cast from text; 22P02 where the form is wrong, 22001 above 126 bytes';

CREATE CAST (text AS aims.control_ref) WITH FUNCTION aims.control_ref(text) AS ASSIGNMENT;
COMMENT ON CAST (text AS aims.control_ref) IS 'Checks the form';

-- Implicit, as from varchar and name: ref = 'A.6.2.4', LIKE and JOIN USING then
-- work for sessions without aims in their search_path, with the same answer.
CREATE CAST (aims.control_ref AS text) WITHOUT FUNCTION AS IMPLICIT;
COMMENT ON CAST (aims.control_ref AS text) IS 'The reference as it was spelled';
