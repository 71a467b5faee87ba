/* The functions of libgit2 that are called; included by CGit2.h, after the types. */
#ifndef PIPECTL_CGIT2_FUNCTIONS_H
#define PIPECTL_CGIT2_FUNCTIONS_H

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
    X(int, reference_lookup, (git_reference * *out, git_repository * repository, const char *name))                    \
    X(int, reference_name_to_id, (git_oid * out, git_repository * repository, const char *name))                       \
    X(int, reference_type, (const git_reference *reference))                                                           \
    X(const git_oid *, reference_target, (const git_reference *reference)) /* owned by the reference */                \
    X(const char *, reference_symbolic_target, (const git_reference *reference)) /* owned by the reference */          \
    X(int, reference_create_matching,                                                                                  \
      (git_reference * *out, git_repository * repository, const char *name, const git_oid *id, int force,              \
       const git_oid *current, const char *message))                                                                   \
    X(int, reference_ensure_log, (git_repository * repository, const char *name))                                      \
    X(int, reference_name_is_valid, (int *valid, const char *name))                                                    \
    X(void, reference_free, (git_reference * reference))                                                               \
    X(int, branch_is_checked_out, (const git_reference *branch)) /* in any working tree of the repository */           \
    X(int, repository_set_ident, (git_repository * repository, const char *name, const char *email))                   \
    X(const char *, repository_path, (const git_repository *repository)) /* owned by the repository, ends with / */    \
    X(const char *, repository_commondir, (const git_repository *repository)) /* the same */                           \
    X(int, repository_config, (git_config * *out, git_repository * repository))                                        \
    X(int, repository_odb, (git_odb * *out, git_repository * repository))                                              \
    X(int, repository_hashfile,                                                                                        \
      (git_oid * out, git_repository * repository, const char *path, int type, const char *as_path))                   \
    X(int, config_open_ondisk, (git_config * *out, const char *path))                                                  \
    X(int, config_get_string_buf, (git_buf * out, const git_config *config, const char *name))                         \
    X(int, odb_open, (git_odb * *out, const char *objects))                                                            \
    X(void, odb_free, (git_odb * odb))                                                                                 \
    X(int, odb_exists, (git_odb * odb, const git_oid *id))                                                             \
    X(int, odb_exists_ext, (git_odb * odb, const git_oid *id, unsigned int flags))                                     \
    X(int, odb_read, (git_odb_object * *out, git_odb * odb, const git_oid *id))                                        \
    X(int, odb_read_header, (size_t * length, int *type, git_odb *odb, const git_oid *id))                             \
    X(const void *, odb_object_data, (git_odb_object * object)) /* owned by the object */                              \
    X(size_t, odb_object_size, (git_odb_object * object))                                                              \
    X(int, odb_object_type, (git_odb_object * object))                                                                 \
    X(void, odb_object_free, (git_odb_object * object))                                                                \
    X(int, odb_hash, (git_oid * out, const void *bytes, size_t length, int type))                                      \
    X(int, odb_write, (git_oid * out, git_odb * odb, const void *bytes, size_t length, int type))                      \
    X(int, odb_add_backend, (git_odb * odb, git_odb_backend * backend, int priority)) /* takes the backend */          \
    X(int, mempack_new, (git_odb_backend * *out))                                                                      \
    X(int, mempack_reset, (git_odb_backend * backend))                                                                 \
    X(int, packbuilder_new, (git_packbuilder * *out, git_repository * repository))                                     \
    X(int, packbuilder_insert, (git_packbuilder * builder, const git_oid *id, const char *name))                       \
    X(int, packbuilder_write,                                                                                          \
      (git_packbuilder * builder, const char *path, unsigned int mode, void *progress, void *payload))                 \
    X(void, packbuilder_free, (git_packbuilder * builder))                                                             \
    X(size_t, index_entrycount, (const git_index *index))                                                              \
    X(const git_index_entry *, index_get_byindex, (git_index * index, size_t position)) /* owned by the index */       \
    X(int, index_has_conflicts, (const git_index *index))                                                              \
    X(int, index_write_tree_to, (git_oid * out, git_index * index, git_repository * repository))                       \
    X(int, merge_options_init, (git_merge_options * options, unsigned int version))                                    \
    X(int, merge_bases,                                                                                                \
      (git_oidarray * out, git_repository *repository, const git_oid *one, const git_oid *other))                      \
    X(void, oidarray_dispose, (git_oidarray * array))                                                                  \
    X(int, merge_trees,                                                                                                \
      (git_index * *out, git_repository * repository, const git_tree *base, const git_tree *ours, const git_tree *theirs, \
       const git_merge_options *options))                                                                              \
    X(size_t, index_name_entrycount, (git_index * index)) /* files that a merge found renamed, and could not merge */  \
    X(const git_index_name_entry *, index_name_get_byindex, (git_index * index, size_t position)) /* of the index */   \
    X(int, merge_file_from_index,                                                                                      \
      (git_merge_file_result * out, git_repository *repository, const git_index_entry *base, const git_index_entry *ours, \
       const git_index_entry *theirs, const void *options))                                                            \
    X(void, merge_file_result_free, (git_merge_file_result * result))                                                  \
    X(int, index_add, (git_index * index, const git_index_entry *entry)) /* copies the entry */                        \
    X(int, index_remove, (git_index * index, const char *path, int stage))                                             \
    X(int, tree_lookup, (git_tree * *out, git_repository * repository, const git_oid *id))                             \
    X(int, graph_ahead_behind,                                                                                         \
      (size_t * ahead, size_t *behind, git_repository *repository, const git_oid *one, const git_oid *other))          \
    X(int, graph_descendant_of, (git_repository * repository, const git_oid *commit, const git_oid *ancestor))         \
    X(int, remote_list, (git_strarray * out, git_repository * repository))                                             \
    X(int, remote_lookup, (git_remote * *out, git_repository * repository, const char *name))                          \
    X(const char *, remote_url, (const git_remote *remote)) /* owned by the remote */                                  \
    X(const char *, remote_pushurl, (const git_remote *remote)) /* owned by the remote; NULL: that of fetches */       \
    X(void, remote_free, (git_remote * remote))                                                                        \
    X(void, strarray_dispose, (git_strarray * array))

#endif
