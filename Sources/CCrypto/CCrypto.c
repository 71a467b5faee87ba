#include "CCrypto.h"

#include <dlfcn.h>
#include <string.h>

/* POSIX makes a function pointer from dlsym's void * well defined; ISO C needs the detour through memory. */
const char *crypto_functions_load(void *library, struct crypto_functions *table) {
    void *symbol;
    memset(table, 0, sizeof *table);
#define PIPECTL_CRYPTO_TAKE(result, name, parameters)                                                                  \
    symbol = dlsym(library, #name);                                                                                    \
    if (!symbol) return #name;                                                                                         \
    memcpy(&table->name, &symbol, sizeof symbol);
    PIPECTL_CRYPTO_FUNCTIONS(PIPECTL_CRYPTO_TAKE)
    return 0;
}
