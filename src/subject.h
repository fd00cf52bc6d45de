/*
 * subject.h
 *		The relation that a question about rows is asked of: what the ledger
 *		calls it and called it, its shapes, and the tables that hold its rows.
 */
#ifndef AIMS_SUBJECT_H
#define AIMS_SUBJECT_H

#include "nodes/execnodes.h"
#include "storage/lockdefs.h"
#include "utils/hsearch.h"
#include "utils/snapshot.h"

#include "image.h"
#include "shape_text.h"

/* A table that holds rows: the relation itself, a partition, a child. */
typedef struct SubjectMember
{
	Relation	rel;
	char	   *physical;		/* as entries name it; NULL: the root */
	ImageWriter *writer;
	ShapeText  *shape;
	ExprState  *condition;		/* which rows are captured; NULL: all */
} SubjectMember;

/* A stored shape of the relation. */
typedef struct SubjectShape
{
	int32		shape_id;		/* hash key, first */
	ShapeText  *shape;
	bool		key_known;		/* its key is the one of today ... */
	int		   *key_place;		/* ... whose columns are at these places */
	int64		newest;			/* entry that names it, where that was read */
} SubjectShape;

typedef struct Subject
{
	Oid			relid;
	char	   *name;			/* qualified, of today */
	int32		registry_id;	/* 0: not governed today */
	bool		own;			/* a table of the extension */
	bool		former;			/* former numbers are for the user, too */
	uint64		governed_xid;	/* rows of later transactions are captured */
	List	   *names;			/* all that it was registered under */
	HTAB	   *shapes;			/* SubjectShape */
	bool		partitioned;
	bool		inherited;		/* it has children that are no partitions */
	int			nmembers;
	SubjectMember *members;
	EState	   *estate;			/* of the conditions */
} Subject;

/*
 * 42501 unless the current user may see row images of the relation: whoever
 * reads the ledger, or all of the table.
 */
extern void subject_require_reader(Oid relid);

/*
 * Open the relation and all that holds its rows. The caller has checked who
 * asks. Unless required, it need not be governed; else MS033.
 */
extern Subject *subject_open(Oid relid, LOCKMODE mode, bool required);
extern void subject_close(Subject *subject);

/* The nearest ancestor of a partition that is governed, or InvalidOid. */
extern Oid	subject_ancestor(Oid relid);

/* MS033 for a relation that is not governed: of a partition ask the parent. */
extern void subject_not_registered(Oid relid);

/* Read its shapes; after it nothing about names is looked up any more. */
extern void subject_read_shapes(Subject *subject, Snapshot snapshot);

/* One of its shapes, or NULL. */
extern SubjectShape *subject_shape(Subject *subject, int32 shape_id);

/* Was it ever registered under that name? */
extern bool subject_is_named(const Subject *subject, const char *name,
							 int length);

/* Is the row in the slot one that is captured? */
extern bool subject_captures(Subject *subject, SubjectMember *member,
							 TupleTableSlot *slot);

/* The relation argument of a question; 22004 where it is null. */
extern Oid	subject_argument(FunctionCallInfo fcinfo);

/*
 * The latest snapshot, of the ledger and the table alike, in which everything
 * is that this transaction has written so far. After the table was locked.
 */
extern Snapshot subject_snapshot(void);

#endif							/* AIMS_SUBJECT_H */
