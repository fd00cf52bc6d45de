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
SHLIB_LINK  += -lsodium $(filter -lcrypto,$(LIBS))

# pg_regress takes queries from test/sql, isolation tests from test/specs, and
# both compare with expected/. TAP tests start servers of their own, which
# root may not, and need IPC::Run (libipc-run-perl). Assigned with := since
# PGXS asks by ifdef, for which an unexpanded value is a value.
REGRESS       := $(basename $(notdir $(sort $(wildcard test/sql/*.sql))))
REGRESS_OPTS   = --inputdir=test
ISOLATION     := $(basename $(notdir $(sort $(wildcard test/specs/*.spec))))
ISOLATION_OPTS = --inputdir=test --outputdir=.
PROVE_TESTS   := $(sort $(wildcard test/t/*.pl))
TAP_TESTS     := $(and $(PROVE_TESTS),$(shell perl -MIPC::Run -e 'print $$> != 0 || ""' 2>&-))

all:

.PHONY: demo test bench unit
demo test bench:
	@test/cluster $@

unit:
	$(MAKE) -C test/unit check

ifneq ($(filter-out demo test bench,$(or $(MAKECMDGOALS),all)),)
PG_CONFIG   ?= pg_config
PGXS        := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)
endif

$(SCRIPT): $(sort $(wildcard sql/[0-9]*.sql))
	cat $^ > $@

$(OBJS) $(OBJS:.o=.bc): $(wildcard src/*.h)
