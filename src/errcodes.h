/*
 * errcodes.h
 *		SQLSTATEs of our own, class MS ("management system").
 *
 * The list with cause and remedy is doc/sqlstates.md.
 */
#ifndef AIMS_ERRCODES_H
#define AIMS_ERRCODES_H

#include "utils/elog.h"

/* The warehouse refuses output of an AI system */
#define ERRCODE_MS_STAGE_DOES_NOT_ALLOW_OUTPUT	MAKE_SQLSTATE('M','S','0','0','1')
#define ERRCODE_MS_SYSTEM_UNKNOWN				MAKE_SQLSTATE('M','S','0','0','2')
#define ERRCODE_MS_SYSTEM_SWITCHED_OFF			MAKE_SQLSTATE('M','S','0','0','3')
#define ERRCODE_MS_ROLE_NOT_BOUND				MAKE_SQLSTATE('M','S','0','0','4')
#define ERRCODE_MS_TABLE_NOT_INTENDED			MAKE_SQLSTATE('M','S','0','0','5')
#define ERRCODE_MS_PHI_READ_NOT_ALLOWED			MAKE_SQLSTATE('M','S','0','0','6')
#define ERRCODE_MS_PHI_READ						MAKE_SQLSTATE('M','S','0','0','7')

/* Lifecycle and people */
#define ERRCODE_MS_GATE_NOT_MET					MAKE_SQLSTATE('M','S','0','1','0')
#define ERRCODE_MS_TRANSITION_NOT_ALLOWED		MAKE_SQLSTATE('M','S','0','1','1')
#define ERRCODE_MS_FOUR_EYES					MAKE_SQLSTATE('M','S','0','1','2')
#define ERRCODE_MS_DUTY_MISSING					MAKE_SQLSTATE('M','S','0','1','3')
#define ERRCODE_MS_PERSON_UNKNOWN				MAKE_SQLSTATE('M','S','0','1','4')
#define ERRCODE_MS_REQUEST_NOT_OPEN				MAKE_SQLSTATE('M','S','0','1','5')
#define ERRCODE_MS_SHIPPED_ROW_IMMUTABLE		MAKE_SQLSTATE('M','S','0','1','6')
#define ERRCODE_MS_RECORD_UNKNOWN				MAKE_SQLSTATE('M','S','0','1','7')
#define ERRCODE_MS_REASON_MISSING				MAKE_SQLSTATE('M','S','0','1','8')
#define ERRCODE_MS_RECORD_SUPERSEDED			MAKE_SQLSTATE('M','S','0','1','9')

/* Ledger */
#define ERRCODE_MS_LEDGER_APPEND_ONLY			MAKE_SQLSTATE('M','S','0','2','0')
#define ERRCODE_MS_CANNOT_SEAL_HERE				MAKE_SQLSTATE('M','S','0','2','1')
#define ERRCODE_MS_CHECKPOINTS_WITHHELD			MAKE_SQLSTATE('M','S','0','2','2')
#define ERRCODE_MS_SIGNING_KEY_UNAVAILABLE		MAKE_SQLSTATE('M','S','0','2','3')
#define ERRCODE_MS_ENTRY_NOT_SEALED				MAKE_SQLSTATE('M','S','0','2','4')
#define ERRCODE_MS_CHECKPOINT_INVALID			MAKE_SQLSTATE('M','S','0','2','5')
#define ERRCODE_MS_RESTORE_NEEDS_REPLICA_ROLE	MAKE_SQLSTATE('M','S','0','2','6')
#define ERRCODE_MS_LEDGER_CORRUPT				MAKE_SQLSTATE('M','S','0','2','7')
#define ERRCODE_MS_ENTRY_REDACTED				MAKE_SQLSTATE('M','S','0','2','8')
#define ERRCODE_MS_STATE_NOT_KNOWN				MAKE_SQLSTATE('M','S','0','2','9')

/* Governing tables */
#define ERRCODE_MS_GOVERNANCE_PROTECTED			MAKE_SQLSTATE('M','S','0','3','0')
#define ERRCODE_MS_CANNOT_GOVERN				MAKE_SQLSTATE('M','S','0','3','1')
#define ERRCODE_MS_CONDITION_NOT_ACCEPTED		MAKE_SQLSTATE('M','S','0','3','2')
#define ERRCODE_MS_NOT_REGISTERED				MAKE_SQLSTATE('M','S','0','3','3')

/* Acts and records of the management system */
#define ERRCODE_MS_CANNOT_ACT_HERE				MAKE_SQLSTATE('M','S','0','4','0')
#define ERRCODE_MS_RECORD_IMMUTABLE				MAKE_SQLSTATE('M','S','0','4','1')

#endif							/* AIMS_ERRCODES_H */
