#include "CDuckDB.h"

#include <dlfcn.h>
#include <string.h>

/* POSIX makes a function pointer from dlsym's void * well defined; ISO C needs the detour through memory. */
const char *duckdb_functions_load(void *library, struct duckdb_functions *table) {
    void *symbol;
    memset(table, 0, sizeof *table);
#define PIPECTL_DUCKDB_TAKE(result, name, parameters)                                                                  \
    symbol = dlsym(library, "duckdb_" #name);                                                                          \
    memcpy(&table->name, &symbol, sizeof symbol);
#define PIPECTL_DUCKDB_NEED(result, name, parameters)                                                                  \
    PIPECTL_DUCKDB_TAKE(result, name, parameters)                                                                      \
    if (!symbol) return "duckdb_" #name;
    PIPECTL_DUCKDB_REQUIRED(PIPECTL_DUCKDB_NEED)
    PIPECTL_DUCKDB_OPTIONAL(PIPECTL_DUCKDB_TAKE)
    return 0;
}
