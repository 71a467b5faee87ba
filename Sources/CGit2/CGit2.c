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

enum { GIT_OPT_SET_EXTENSIONS = 34 };

/* The function takes a variable number of arguments, which Swift cannot pass. */
int git_allow_extensions(void *library) {
    /* Settings of a worktree of its own (sparse checkouts), and clones without old file contents (continuous integration). */
    static const char *extensions[] = {"worktreeconfig", "partialclone"};
    int (*options)(int, ...);
    void *symbol = dlsym(library, "git_libgit2_opts");
    if (!symbol) return -1;
    memcpy(&options, &symbol, sizeof symbol);
    return options(GIT_OPT_SET_EXTENSIONS, extensions, sizeof extensions / sizeof *extensions);
}
