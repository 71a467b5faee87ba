#include "CGit2.h"

#include <dlfcn.h>
#include <string.h>

/* POSIX makes a function pointer from dlsym's void * well defined; ISO C needs the detour through memory. */
const char *git_functions_load(void *library, struct git_functions *table) {
    void *symbol;
    memset(table, 0, sizeof *table);
#define PIPECTL_GIT2_TAKE(result, name, parameters)                                                                    \
    symbol = dlsym(library, "git_" #name);                                                                             \
    if (!symbol) return "git_" #name;                                                                                  \
    memcpy(&table->name, &symbol, sizeof symbol);
    PIPECTL_GIT2_FUNCTIONS(PIPECTL_GIT2_TAKE)
    return 0;
}

enum { GIT_OPT_ENABLE_FSYNC_GITDIR = 19, GIT_OPT_SET_EXTENSIONS = 34, GIT_OPT_SET_OWNER_VALIDATION = 36 };

/* The function takes a variable number of arguments, which Swift cannot pass. */
typedef int (*options_function)(int option, ...);

static options_function options_of(void *library) {
    options_function options = 0;
    void *symbol = dlsym(library, "git_libgit2_opts");
    memcpy(&options, &symbol, sizeof symbol);
    return options;
}

int git_allow_extensions(void *library) {
    /* Settings of a worktree of its own (sparse checkouts), and clones without old file contents (continuous integration). */
    static const char *extensions[] = {"worktreeconfig", "partialclone"};
    options_function options = options_of(library);
    return !options ? -1 : options(GIT_OPT_SET_EXTENSIONS, extensions, sizeof extensions / sizeof *extensions);
}

int git_write_durably(void *library) {
    options_function options = options_of(library);
    return !options ? -1 : options(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
}

int git_validate_owners(void *library, int validates) {
    options_function options = options_of(library);
    return !options ? -1 : options(GIT_OPT_SET_OWNER_VALIDATION, validates);
}
