EXTENSION    = aims
EXTVERSION   = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" aims.control)
MODULE_big   = aims
OBJS         = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c)))
SCRIPT       = sql/aims--$(EXTVERSION).sql
DATA_built   = $(SCRIPT)
SHLIB_LINK  += -lsodium
EXTRA_CLEAN  = $(SCRIPT) src/*.bc

PG_CONFIG   ?= pg_config
PGXS        := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

$(SCRIPT): $(sort $(wildcard sql/[0-9]*.sql))
	cat $^ > $@

$(OBJS): $(wildcard src/*.h)
