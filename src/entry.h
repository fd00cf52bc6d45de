/*
 * entry.h
 *		A ledger entry: the columns of aims.audit_entry, the bytes that its
 *		three digests commit to, and its leaf (doc/formats.md).
 */
#ifndef AIMS_ENTRY_H
#define AIMS_ENTRY_H

#include "datatype/timestamp.h"
#include "lib/stringinfo.h"

#include "hash.h"
#include "leaf.h"

/* Columns of aims.audit_entry */
enum
{
	Anum_entry_id = 1,
	Anum_entry_incarnation,
	Anum_entry_xid,
	Anum_entry_recorded_at,
	Anum_entry_session_user,
	Anum_entry_role,
	Anum_entry_person,
	Anum_entry_application,
	Anum_entry_client,
	Anum_entry_operation,
	Anum_entry_relation,
	Anum_entry_physical,
	Anum_entry_system,
	Anum_entry_key,
	Anum_entry_reason,
	Anum_entry_old_image,
	Anum_entry_new_image,
	Anum_entry_old_digest,
	Anum_entry_new_digest,
	Anum_entry_particulars_digest,
	Anum_entry_salt,
	Anum_entry_shape,
	Anum_entry_claim,
	Natts_entry = Anum_entry_claim
};

#define ENTRY_SALT_SIZE 16

/*
 * Append the particulars that a session's entries share, then the row's own:
 * its key, as jsonb prints it, and which images are stored beside their
 * digests (one that vanishes later is missed).
 */
extern void particulars_begin(StringInfo out, const Particulars *p);
extern void particulars_end(StringInfo out, const char *key, int key_length,
							bool has_old, bool has_new);

/* SHA-256(salt || tag || text in UTF-8); tag is 'p', 'o' or 'n'. */
extern void entry_digest(Hasher *hasher, const void *salt, char tag,
						 const char *text, int length, unsigned char *out);

/* Append the leaf's text; it is not longer than an entry bundle allows. */
extern void entry_leaf(StringInfo out, const EntryLeaf *leaf);

/* Append a time as leaves write it: 2026-01-31T23:59:59.123456Z. */
extern void leaf_time(StringInfo out, TimestampTz time);

/* Append bytes in hexadecimal. */
extern void leaf_hex(StringInfo out, const unsigned char *bytes, int length);

#endif							/* AIMS_ENTRY_H */
