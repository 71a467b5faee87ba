/*
 * The part of libsecret (https://gnome.pages.gitlab.gnome.org/libsecret, version 0.20) and of the GLib below it that pipectl
 * calls, as a table of function pointers that is filled from a library opened at run time: few commands ask a keyring.
 */
#ifndef PIPECTL_CSECRET_H
#define PIPECTL_CSECRET_H

#include <stddef.h>
#include <stdint.h>

enum { G_BUS_TYPE_SESSION = 2 };
enum { SECRET_SERVICE_OPEN_SESSION = 1 << 1 };
enum { SECRET_COLLECTION_NONE = 0 };
/* Without SECRET_SEARCH_UNLOCK: nobody is asked for a password. */
enum { SECRET_SEARCH_ALL = 1 << 1, SECRET_SEARCH_LOAD_SECRETS = 1 << 3 };

/* Codes of errors, each in the domain whose name stands beside it. */
enum { G_IO_ERROR_CANCELLED = 19, G_IO_ERROR_TIMED_OUT = 24 };                               /* g-io-error-quark */
enum { G_DBUS_ERROR_SERVICE_UNKNOWN = 2, G_DBUS_ERROR_NAME_HAS_NO_OWNER = 3, G_DBUS_ERROR_NO_REPLY = 4 }; /* g-dbus-error-quark */
enum { SECRET_ERROR_IS_LOCKED = 2 };                                                         /* secret-error */

typedef struct g_hash_table_handle GHashTable;
typedef struct g_cancellable_handle GCancellable;
typedef struct g_dbus_connection_handle GDBusConnection;
typedef struct secret_service_handle SecretService;
typedef struct secret_collection_handle SecretCollection;
typedef struct secret_value_handle SecretValue;

typedef struct {
    uint32_t domain;
    int code;
    char *message;
} GError;

typedef struct g_list {
    void *data;
    struct g_list *next;
    struct g_list *previous;
} GList;

/* Result, name, parameters. Booleans are int. What a function gives out, the caller frees, except where said. */
#define PIPECTL_SECRET_FUNCTIONS(X)                                                                                    \
    X(void, g_free, (void *memory))                                                                                    \
    X(char *, g_strdup, (const char *text))                                                                            \
    X(void, g_error_free, (GError * error))                                                                            \
    X(const char *, g_quark_to_string, (uint32_t quark)) /* not to be freed */                                         \
    X(void, g_object_unref, (void *object))                                                                            \
    X(void, g_list_free, (GList * list)) /* not what it holds */                                                       \
    X(unsigned int, g_str_hash, (const void *text))                                                                    \
    X(int, g_str_equal, (const void *one, const void *two))                                                            \
    X(GHashTable *, g_hash_table_new_full,                                                                             \
      (unsigned int (*hash)(const void *), int (*equal)(const void *, const void *), void (*free_key)(void *),         \
       void (*free_value)(void *)))                                                                                    \
    X(int, g_hash_table_insert, (GHashTable * table, void *key, void *value)) /* takes key and value over */           \
    X(void, g_hash_table_unref, (GHashTable * table))                                                                  \
    X(GCancellable *, g_cancellable_new, (void))                                                                       \
    X(void, g_cancellable_cancel, (GCancellable * cancellable)) /* from any thread */                                  \
    X(GDBusConnection *, g_bus_get_sync, (int type, GCancellable *cancellable, GError **error))                        \
    X(void, g_dbus_connection_set_exit_on_close, (GDBusConnection * connection, int exits))                            \
    X(SecretService *, secret_service_get_sync, (int flags, GCancellable *cancellable, GError **error))                \
    X(GList *, secret_service_search_sync,                                                                             \
      (SecretService * service, const void *schema, GHashTable *attributes, int flags, GCancellable *cancellable,      \
       GError **error))                                                                                                \
    X(int, secret_service_store_sync,                                                                                  \
      (SecretService * service, const void *schema, GHashTable *attributes, const char *collection,                    \
       const char *label, SecretValue *value, GCancellable *cancellable, GError **error))                              \
    X(int, secret_service_clear_sync,                                                                                  \
      (SecretService * service, const void *schema, GHashTable *attributes, GCancellable *cancellable, GError **error)) \
    X(SecretCollection *, secret_collection_for_alias_sync,                                                            \
      (SecretService * service, const char *alias, int flags, GCancellable *cancellable, GError **error))              \
    X(int, secret_collection_get_locked, (SecretCollection * collection))                                              \
    X(int, secret_item_get_locked, (void *item))                                                                       \
    X(SecretValue *, secret_item_get_secret, (void *item)) /* NULL where it was not loaded */                          \
    X(SecretValue *, secret_value_new, (const char *secret, intptr_t count, const char *content_type))                 \
    X(const char *, secret_value_get, (SecretValue * value, size_t *count)) /* not to be freed */                      \
    X(void, secret_value_unref, (void *value)) /* the last owner clears the memory, which is kept out of swap */

struct secret_functions {
#define PIPECTL_SECRET_FIELD(result, name, parameters) result(*name) parameters;
    PIPECTL_SECRET_FUNCTIONS(PIPECTL_SECRET_FIELD)
#undef PIPECTL_SECRET_FIELD
};

/* Fills the table from a library opened with dlopen, and those it needs. Returns NULL, or the name of the first symbol they lack. */
const char *secret_functions_load(void *library, struct secret_functions *table);

#endif
