# make, make install, make installcheck: as for any PGXS extension.
# make demo, make test, make bench: on a throwaway cluster of their own, with
# whatever Debian package they need (test/cluster); KEEP=1 keeps the cluster.

EXTENSION    = aims
EXTVERSION   = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" aims.control)
MODULE_big   = aims
OBJS         = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c)))
SCRIPT       = sql/aims--$(EXTVERSION).sql
DATA         = $(wildcard sql/upgrade/aims--*--*.sql)
DATA_built   = $(SCRIPT)
# Numbers are the same bits on every machine: no fused operations.
PG_CFLAGS    = -ffp-contract=off
SHLIB_LINK  += -Wl,-Bsymbolic -lsodium $(filter -lcrypto,$(LIBS))

# Programs: aims-export needs libpq, aims-verify libsodium alone; where there is
# no PostgreSQL, `make aims-verify` makes the latter. They share what knows
# nothing of the server, compiled once more: its objects are the library's.
# PGXS has no programs beside MODULE_big; it treats these like scripts.
SCRIPTS_built  = aims-export aims-verify
PURE           = $(addprefix src/,crypto.c merkle.c note.c tile_path.c)
PURE          += $(addprefix src/bin/,bundle.c common.c hasher.c keys.c tree.c)
EXPORT_SOURCES = $(addprefix src/bin/,aims-export.c ledger_client.c store.c) $(PURE)
VERIFY_SOURCES = $(addprefix src/bin/,aims-verify.c chain.c check_log.c check_record.c leaf_text.c proof_text.c tally.c) $(PURE)
BIN_FLAGS      = -D_GNU_SOURCE -Isrc -Isrc/bin -DAIMS_VERSION='"$(EXTVERSION)"'

# pg_regress takes queries from test/sql, isolation tests from test/specs, each
# permutation in a copy of a database with the extension (test/permutations);
# both compare with expected/. TAP tests start servers of their own, which
# root may not, and need IPC::Run (libipc-run-perl). Assigned with := since
# PGXS asks by ifdef, for which an unexpanded value is a value.
REGRESS       := $(basename $(notdir $(sort $(wildcard test/sql/*.sql))))
REGRESS_OPTS   = --inputdir=test
ISOLATION     := $(basename $(notdir $(sort $(wildcard test/specs/*.spec))))
ISOLATION_OPTS = --inputdir=test --outputdir=. --load-extension=aims --launcher=test/permutations
PROVE_TESTS   := $(sort $(wildcard test/t/*.pl))
TAP_TESTS     := $(and $(PROVE_TESTS),$(shell perl -MIPC::Run -e 'print $$> != 0 || ""' 2>&-))

all:

.PHONY: demo test bench unit fuzz dist
demo test bench:
	@test/cluster $@

unit:
	$(MAKE) -C test/unit check

# FUZZ_SECONDS or FUZZ_RUNS for each target; needs clang.
fuzz:
	test/packages clang libsodium-dev
	test/packages libclang-rt-$$(clang -dumpversion | cut -d. -f1)-dev
	$(MAKE) -C test/fuzz check

# The archive that is released: what is committed, as PGXN wants it.
dist:
	git archive --format=zip --prefix=$(EXTENSION)-$(EXTVERSION)/ \
		-o $(EXTENSION)-$(EXTVERSION).zip HEAD

ifneq ($(filter-out demo test bench unit fuzz dist aims-verify,$(or $(MAKECMDGOALS),all)),)
PG_CONFIG   ?= pg_config
PGXS        := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)
endif

$(SCRIPT): $(sort $(wildcard sql/[0-9]*.sql))
	cat $^ > $@

$(OBJS) $(OBJS:.o=.bc): $(wildcard src/*.h)
$(OBJS:.o=.bc): BITCODE_CFLAGS += $(PG_CFLAGS)
# Random words are made several at a time.
src/philox.o: CFLAGS += $(CFLAGS_UNROLL_LOOPS) $(CFLAGS_VECTORIZE)

aims-export: $(EXPORT_SOURCES) $(wildcard src/*.h src/bin/*.h)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(BIN_FLAGS) -I$(includedir) -o $@ $(EXPORT_SOURCES) $(LDFLAGS) -L$(libdir) -lpq -lsodium

aims-verify: $(VERIFY_SOURCES) $(wildcard src/*.h src/bin/*.h)
	$(CC) $(CPPFLAGS) $(or $(CFLAGS),-O2) $(BIN_FLAGS) -o $@ $(VERIFY_SOURCES) $(LDFLAGS) -lsodium
