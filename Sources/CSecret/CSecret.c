#include "CSecret.h"

#include <dlfcn.h>
#include <string.h>

/* POSIX makes a function pointer from dlsym's void * well defined; ISO C needs the detour through memory. */
const char *secret_functions_load(void *library, struct secret_functions *table) {
    void *symbol;
    memset(table, 0, sizeof *table);
#define PIPECTL_SECRET_TAKE(result, name, parameters)                                                                  \
    symbol = dlsym(library, #name);                                                                                    \
    if (!symbol) return #name;                                                                                         \
    memcpy(&table->name, &symbol, sizeof symbol);
    PIPECTL_SECRET_FUNCTIONS(PIPECTL_SECRET_TAKE)
    return 0;
}
