/*
 * The part of libgit2's C API (https://libgit2.org/docs/reference/v1.5, version 1.5) that pipectl calls, as a table of
 * function pointers that is filled from a library opened at run time. Nothing links against libgit2: starting it costs
 * more than most commands take.
 */
#ifndef PIPECTL_CGIT2_H
#define PIPECTL_CGIT2_H

#include <stddef.h>
#include <stdint.h>

enum {
    GIT_OK = 0,
    GIT_ENOTFOUND = -3,
    GIT_EEXISTS = -4,
    GIT_EAMBIGUOUS = -5,
    GIT_EBAREREPO = -8,
    GIT_EUNBORNBRANCH = -9,
    GIT_EINVALIDSPEC = -12,
    GIT_ELOCKED = -14,
    GIT_EMODIFIED = -15,
    GIT_EPEEL = -19,
    GIT_ITEROVER = -31,
    GIT_EOWNER = -36
};

enum { GIT_OBJECT_COMMIT = 1, GIT_OBJECT_TREE = 2, GIT_OBJECT_BLOB = 3, GIT_OBJECT_TAG = 4 };
enum { GIT_ODB_LOOKUP_NO_REFRESH = 1 << 0 };
enum { GIT_REFERENCE_DIRECT = 1, GIT_REFERENCE_SYMBOLIC = 2 };
enum { GIT_MERGE_FIND_RENAMES = 1 << 0, GIT_MERGE_SKIP_REUC = 1 << 2, GIT_MERGE_VIRTUAL_BASE = 1 << 4 };
enum { GIT_DELTA_DELETED = 2 };
enum { GIT_INDEX_ENTRY_INTENT_TO_ADD = 1 << 13, GIT_INDEX_ENTRY_SKIP_WORKTREE = 1 << 14 };

enum {
    GIT_DIFF_INCLUDE_UNTRACKED = 1 << 3,
    GIT_DIFF_RECURSE_UNTRACKED_DIRS = 1 << 4,
    GIT_DIFF_INCLUDE_TYPECHANGE = 1 << 6,
    GIT_DIFF_INCLUDE_TYPECHANGE_TREES = 1 << 7,
    GIT_DIFF_DISABLE_PATHSPEC_MATCH = 1 << 12,
    GIT_DIFF_SKIP_BINARY_CHECK = 1 << 13,
    GIT_DIFF_INCLUDE_UNREADABLE = 1 << 16
};

typedef struct git_repository_handle git_repository;
typedef struct git_object_handle git_object;
typedef struct git_commit_handle git_commit;
typedef struct git_tree_handle git_tree;
typedef struct git_index_handle git_index;
typedef struct git_diff_handle git_diff;
typedef struct git_config_handle git_config;
typedef struct git_config_iterator_handle git_config_iterator;
typedef struct git_odb_handle git_odb;
typedef struct git_odb_object_handle git_odb_object;
typedef struct git_odb_backend_handle git_odb_backend;
typedef struct git_packbuilder_handle git_packbuilder;
typedef struct git_reference_handle git_reference;
typedef struct git_reference_iterator_handle git_reference_iterator;
typedef struct git_remote_handle git_remote;

typedef struct { uint8_t id[20]; } git_oid;
typedef struct { char **strings; size_t count; } git_strarray;
typedef struct { git_oid *ids; size_t count; } git_oidarray;
typedef struct { char *message; int klass; } git_error;
typedef struct { char *text; size_t reserved; size_t size; } git_buf;
typedef struct { const char *name; const char *value; } git_config_entry; /* its beginning */

typedef struct {
    int32_t times[2][2];
    uint32_t device;
    uint32_t inode;
    uint32_t mode;
    uint32_t user;
    uint32_t group;
    uint32_t size;
    git_oid id;
    uint16_t flags;
    uint16_t flags_extended;
    const char *path;
} git_index_entry;

typedef struct {
    git_oid id;
    const char *path;
    uint64_t size;
    uint32_t flags;
    uint16_t mode;
    uint16_t id_abbrev;
} git_diff_file;

typedef struct {
    int status;
    uint32_t flags;
    uint16_t similarity;
    uint16_t nfiles;
    git_diff_file old_file;
    git_diff_file new_file;
} git_diff_delta;

typedef struct {
    unsigned int version;
    uint32_t flags;
    int ignore_submodules;
    git_strarray pathspec;
    void *notify_cb;
    void *progress_cb;
    void *payload;
    uint32_t context_lines;
    uint32_t interhunk_lines;
    uint16_t id_abbrev;
    int64_t max_size;
    const char *old_prefix;
    const char *new_prefix;
} git_diff_options;

typedef struct {
    unsigned int version;
    uint32_t flags;
    unsigned int rename_threshold;
    unsigned int target_limit;
    void *metric;
    unsigned int recursion_limit;
    const char *default_driver;
    int file_favor;
    uint32_t file_flags;
} git_merge_options;

typedef struct { char *ancestor; char *ours; char *theirs; } git_index_name_entry;

typedef struct {
    unsigned int automergeable;
    const char *path;
    unsigned int mode;
    const char *ptr;
    size_t len;
} git_merge_file_result;

_Static_assert(sizeof(git_merge_file_result) == 40 && offsetof(git_merge_file_result, ptr) == 24, "layout of git_merge_file_result");
_Static_assert(sizeof(git_merge_options) == 48 && offsetof(git_merge_options, default_driver) == 32, "layout of git_merge_options");
_Static_assert(sizeof(git_diff_options) == 96 && offsetof(git_diff_options, payload) == 48, "layout of git_diff_options");
_Static_assert(sizeof(git_diff_delta) == 112 && sizeof(git_diff_file) == 48, "layout of git_diff_delta");

_Static_assert(sizeof(git_index_entry) == 72 && offsetof(git_index_entry, flags) == 60 && offsetof(git_index_entry, mode) == 24, "layout of git_index_entry");

#include "CGit2Functions.h"

struct git_functions {
#define PIPECTL_GIT2_FIELD(result, name, parameters) result(*name) parameters;
    PIPECTL_GIT2_FUNCTIONS(PIPECTL_GIT2_FIELD)
#undef PIPECTL_GIT2_FIELD
};

/* Fills the table from a library opened with dlopen. Returns NULL, or the name of the first symbol it lacks. */
const char *git_functions_load(void *library, struct git_functions *table);

/*
 * Lets repositories be opened that use extensions which do not change how objects and files are read: the library knows
 * them and refuses them by default. To be called after libgit2_init. Returns 0, or an error of the library.
 */
int git_allow_extensions(void *library);

/* What is written below a repository's own folder is on the disk when the call returns, in all threads. */
int git_write_durably(void *library);

/* Whether repositories of other users are refused, in all threads. Returns 0, or an error of the library. */
int git_validate_owners(void *library, int validates);

#endif
