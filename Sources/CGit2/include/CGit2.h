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
    GIT_EAMBIGUOUS = -5,
    GIT_EBAREREPO = -8,
    GIT_EUNBORNBRANCH = -9,
    GIT_EINVALIDSPEC = -12,
    GIT_EPEEL = -19,
    GIT_EOWNER = -36
};

enum { GIT_OBJECT_COMMIT = 1 };
enum { GIT_DELTA_DELETED = 2 };
enum { GIT_INDEX_ENTRY_SKIP_WORKTREE = 1 << 14 };

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

typedef struct { uint8_t id[20]; } git_oid;
typedef struct { char **strings; size_t count; } git_strarray;
typedef struct { char *message; int klass; } git_error;
typedef struct { char *text; size_t reserved; size_t size; } git_buf;
typedef struct { const char *name; const char *value; } git_config_entry; /* its beginning */

typedef struct {
    int32_t times[2][2];
    uint32_t system_fields[6];
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

_Static_assert(sizeof(git_diff_options) == 96 && offsetof(git_diff_options, payload) == 48, "layout of git_diff_options");
_Static_assert(sizeof(git_diff_delta) == 112 && sizeof(git_diff_file) == 48, "layout of git_diff_delta");

_Static_assert(sizeof(git_index_entry) == 72 && offsetof(git_index_entry, flags) == 60, "layout of git_index_entry");

/* Result, name without `git_`, parameters. */
#define PIPECTL_GIT2_FUNCTIONS(X)                                                                                      \
    X(int, libgit2_init, (void))                                                                                       \
    X(int, libgit2_version, (int *major, int *minor, int *patch))                                                      \
    X(const git_error *, error_last, (void)) /* of this thread; owned by the library */                                \
    X(int, repository_open_ext, (git_repository * *out, const char *path, unsigned int flags, const char *ceilings))   \
    X(int, repository_is_shallow, (git_repository * repository))                                                       \
    X(int, repository_discover, (git_buf * out, const char *start, int across_file_systems, const char *ceilings))     \
    X(void, buf_dispose, (git_buf * buffer))                                                                           \
    X(int, config_open_default, (git_config * *out)) /* of the user and of the machine */                              \
    X(int, config_multivar_iterator_new,                                                                               \
      (git_config_iterator * *out, const git_config *config, const char *name, const char *pattern))                   \
    X(int, config_next, (git_config_entry * *out, git_config_iterator * iterator)) /* owned by the iterator */         \
    X(void, config_iterator_free, (git_config_iterator * iterator))                                                    \
    X(void, config_free, (git_config * config))                                                                        \
    X(void, repository_free, (git_repository * repository))                                                            \
    X(int, repository_is_bare, (git_repository * repository))                                                          \
    X(int, repository_head_unborn, (git_repository * repository))                                                      \
    X(const char *, repository_workdir, (git_repository * repository)) /* owned by the repository, ends with / */      \
    X(int, repository_index, (git_index * *out, git_repository * repository))                                          \
    X(void, index_free, (git_index * index))                                                                           \
    X(const git_index_entry *, index_get_bypath, (git_index * index, const char *path, int stage)) /* of the index */  \
    X(int, revparse_single, (git_object * *out, git_repository * repository, const char *text))                        \
    X(int, object_peel, (git_object * *out, const git_object *object, int type))                                       \
    X(const git_oid *, object_id, (const git_object *object)) /* owned by the object */                                \
    X(void, object_free, (git_object * object))                                                                        \
    X(int, merge_base, (git_oid * out, git_repository * repository, const git_oid *one, const git_oid *two))           \
    X(int, commit_lookup, (git_commit * *out, git_repository * repository, const git_oid *id))                         \
    X(int, commit_tree, (git_tree * *out, const git_commit *commit))                                                   \
    X(void, commit_free, (git_commit * commit))                                                                        \
    X(void, tree_free, (git_tree * tree))                                                                              \
    X(int, diff_options_init, (git_diff_options * options, unsigned int version))                                      \
    X(int, diff_tree_to_index,                                                                                         \
      (git_diff * *out, git_repository * repository, git_tree * tree, git_index * index, const git_diff_options *options)) \
    X(int, diff_index_to_workdir,                                                                                      \
      (git_diff * *out, git_repository * repository, git_index * index, const git_diff_options *options))              \
    X(size_t, diff_num_deltas, (const git_diff *diff))                                                                 \
    X(const git_diff_delta *, diff_get_delta, (const git_diff *diff, size_t index)) /* owned by the diff */            \
    X(void, diff_free, (git_diff * diff))                                                                              \
    X(int, reference_list, (git_strarray * out, git_repository * repository))                                          \
    X(void, strarray_dispose, (git_strarray * array))

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

/* Whether repositories of other users are refused, in all threads. Returns 0, or an error of the library. */
int git_validate_owners(void *library, int validates);

#endif
