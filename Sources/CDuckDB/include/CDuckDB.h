/*
 * The part of DuckDB's C API (https://duckdb.org/docs/stable/clients/c/api, version 1.5) that pipectl calls, as a
 * table of function pointers that is filled from a library opened at run time. Nothing links against DuckDB.
 */
#ifndef PIPECTL_CDUCKDB_H
#define PIPECTL_CDUCKDB_H

#include <stdbool.h>
#include <stdint.h>

typedef uint64_t duckdb_idx;
typedef int32_t duckdb_state; /* 0 is success */

enum {
    DUCKDB_TYPE_INVALID = 0,
    DUCKDB_TYPE_BOOLEAN = 1,
    DUCKDB_TYPE_TINYINT = 2,
    DUCKDB_TYPE_SMALLINT = 3,
    DUCKDB_TYPE_INTEGER = 4,
    DUCKDB_TYPE_BIGINT = 5,
    DUCKDB_TYPE_UTINYINT = 6,
    DUCKDB_TYPE_USMALLINT = 7,
    DUCKDB_TYPE_UINTEGER = 8,
    DUCKDB_TYPE_UBIGINT = 9,
    DUCKDB_TYPE_FLOAT = 10,
    DUCKDB_TYPE_DOUBLE = 11,
    DUCKDB_TYPE_TIMESTAMP = 12,
    DUCKDB_TYPE_DATE = 13,
    DUCKDB_TYPE_TIME = 14,
    DUCKDB_TYPE_INTERVAL = 15,
    DUCKDB_TYPE_HUGEINT = 16,
    DUCKDB_TYPE_VARCHAR = 17,
    DUCKDB_TYPE_BLOB = 18,
    DUCKDB_TYPE_DECIMAL = 19,
    DUCKDB_TYPE_TIMESTAMP_S = 20,
    DUCKDB_TYPE_TIMESTAMP_MS = 21,
    DUCKDB_TYPE_TIMESTAMP_NS = 22,
    DUCKDB_TYPE_ENUM = 23,
    DUCKDB_TYPE_LIST = 24,
    DUCKDB_TYPE_STRUCT = 25,
    DUCKDB_TYPE_MAP = 26,
    DUCKDB_TYPE_UUID = 27,
    DUCKDB_TYPE_UNION = 28,
    DUCKDB_TYPE_BIT = 29,
    DUCKDB_TYPE_TIME_TZ = 30,
    DUCKDB_TYPE_TIMESTAMP_TZ = 31,
    DUCKDB_TYPE_UHUGEINT = 32,
    DUCKDB_TYPE_ARRAY = 33,
    DUCKDB_TYPE_ANY = 34,
    DUCKDB_TYPE_BIGNUM = 35,
    DUCKDB_TYPE_SQLNULL = 36,
    DUCKDB_TYPE_TIME_NS = 39,
    DUCKDB_TYPE_GEOMETRY = 40,
    DUCKDB_TYPE_VARIANT = 41
};
typedef int32_t duckdb_type_id;

enum { DUCKDB_STATEMENT_TYPE_SELECT = 1, DUCKDB_STATEMENT_TYPE_CALL = 16 };

typedef struct duckdb_database_handle *duckdb_database;
typedef struct duckdb_connection_handle *duckdb_connection;
typedef struct duckdb_config_handle *duckdb_config;
typedef struct duckdb_extracted_handle *duckdb_extracted_statements;
typedef struct duckdb_prepared_handle *duckdb_prepared_statement;
typedef struct duckdb_chunk_handle *duckdb_data_chunk;
typedef struct duckdb_vector_handle *duckdb_vector;
typedef struct duckdb_logical_type_handle *duckdb_logical_type;
typedef struct duckdb_value_handle *duckdb_value;
typedef struct duckdb_table_function_handle *duckdb_table_function;
/* What a callback is handed; valid while it runs. */
typedef struct duckdb_replacement_handle *duckdb_replacement_scan_info;
typedef struct duckdb_bind_handle *duckdb_bind_info;
typedef struct duckdb_init_handle *duckdb_init_info;
typedef struct duckdb_function_handle *duckdb_function_info;

/* `table` is the last part of a name that is no table of the catalog. */
typedef void (*duckdb_replacement_callback)(duckdb_replacement_scan_info info, const char *table, void *data);
typedef void (*duckdb_bind_callback)(duckdb_bind_info info);
typedef void (*duckdb_init_callback)(duckdb_init_info info);
typedef void (*duckdb_function_callback)(duckdb_function_info info, duckdb_data_chunk output);
typedef void (*duckdb_delete_callback)(void *data);

/* The library's own layout; only `internal` is used, by the library itself. */
typedef struct {
    duckdb_idx unused_counts[3];
    void *unused_pointers[2];
    void *internal;
} duckdb_result;

typedef struct { double percentage; uint64_t rows_processed; uint64_t total_rows; } duckdb_progress;
typedef struct { int32_t days; } duckdb_date;
typedef struct { int64_t microseconds; } duckdb_time;
typedef struct { int64_t microseconds; } duckdb_timestamp;
typedef struct { int32_t months; int32_t days; int64_t microseconds; } duckdb_interval;
typedef struct { uint64_t lower; int64_t upper; } duckdb_hugeint;
typedef struct { uint64_t lower; uint64_t upper; } duckdb_uhugeint;
typedef struct { uint8_t width; uint8_t scale; duckdb_hugeint value; } duckdb_decimal;

/* X(result type, name without the prefix duckdb_, parameters) */
#define PIPECTL_DUCKDB_REQUIRED(X)                                                                                     \
    X(const char *, library_version, (void))                                                                           \
    X(duckdb_state, create_config, (duckdb_config * out))                                                              \
    X(duckdb_state, set_config, (duckdb_config config, const char *name, const char *value))                           \
    X(void, destroy_config, (duckdb_config * config))                                                                  \
    X(duckdb_state, open_ext, (const char *path, duckdb_database *out, duckdb_config config, char **error))            \
    X(void, close, (duckdb_database * database))                                                                       \
    X(duckdb_state, connect, (duckdb_database database, duckdb_connection *out))                                       \
    X(void, disconnect, (duckdb_connection * connection))                                                              \
    X(void, interrupt, (duckdb_connection connection))                                                                 \
    X(void, free, (void *memory))                                                                                      \
    X(duckdb_idx, extract_statements, (duckdb_connection c, const char *sql, duckdb_extracted_statements *out))        \
    X(const char *, extract_statements_error, (duckdb_extracted_statements statements))                                \
    X(void, destroy_extracted, (duckdb_extracted_statements * statements))                                             \
    X(duckdb_state, prepare_extracted_statement,                                                                       \
      (duckdb_connection c, duckdb_extracted_statements statements, duckdb_idx index, duckdb_prepared_statement *out)) \
    X(const char *, prepare_error, (duckdb_prepared_statement statement))                                              \
    X(void, destroy_prepare, (duckdb_prepared_statement * statement))                                                  \
    X(duckdb_idx, nparams, (duckdb_prepared_statement statement))                                                      \
    X(int32_t, prepared_statement_type, (duckdb_prepared_statement statement))                                         \
    X(duckdb_idx, prepared_statement_column_count, (duckdb_prepared_statement statement))                              \
    X(const char *, prepared_statement_column_name, (duckdb_prepared_statement statement, duckdb_idx column))          \
    X(duckdb_logical_type, prepared_statement_column_logical_type, (duckdb_prepared_statement s, duckdb_idx column))   \
    X(duckdb_state, bind_value, (duckdb_prepared_statement statement, duckdb_idx index, duckdb_value value))           \
    X(duckdb_state, execute_prepared, (duckdb_prepared_statement statement, duckdb_result *out))                       \
    X(duckdb_state, execute_prepared_streaming, (duckdb_prepared_statement statement, duckdb_result *out))             \
    X(void, destroy_result, (duckdb_result * result))                                                                  \
    X(const char *, result_error, (duckdb_result * result))                                                            \
    X(duckdb_idx, column_count, (duckdb_result * result))                                                              \
    X(const char *, column_name, (duckdb_result * result, duckdb_idx column))                                          \
    X(duckdb_logical_type, column_logical_type, (duckdb_result * result, duckdb_idx column))                           \
    X(duckdb_idx, rows_changed, (duckdb_result * result))                                                              \
    X(duckdb_data_chunk, fetch_chunk, (duckdb_result result))                                                          \
    X(void, destroy_data_chunk, (duckdb_data_chunk * chunk))                                                           \
    X(duckdb_idx, data_chunk_get_size, (duckdb_data_chunk chunk))                                                      \
    X(duckdb_vector, data_chunk_get_vector, (duckdb_data_chunk chunk, duckdb_idx column))                              \
    X(void *, vector_get_data, (duckdb_vector vector))                                                                 \
    X(uint64_t *, vector_get_validity, (duckdb_vector vector))                                                         \
    X(duckdb_vector, list_vector_get_child, (duckdb_vector vector))                                                    \
    X(duckdb_idx, list_vector_get_size, (duckdb_vector vector))                                                        \
    X(duckdb_vector, struct_vector_get_child, (duckdb_vector vector, duckdb_idx index))                                \
    X(duckdb_vector, array_vector_get_child, (duckdb_vector vector))                                                   \
    X(duckdb_type_id, get_type_id, (duckdb_logical_type type))                                                         \
    X(void, destroy_logical_type, (duckdb_logical_type * type))                                                        \
    X(uint8_t, decimal_width, (duckdb_logical_type type))                                                              \
    X(uint8_t, decimal_scale, (duckdb_logical_type type))                                                              \
    X(uint32_t, enum_dictionary_size, (duckdb_logical_type type))                                                      \
    X(char *, enum_dictionary_value, (duckdb_logical_type type, duckdb_idx index))                                     \
    X(duckdb_logical_type, list_type_child_type, (duckdb_logical_type type))                                           \
    X(duckdb_logical_type, array_type_child_type, (duckdb_logical_type type))                                          \
    X(duckdb_idx, array_type_array_size, (duckdb_logical_type type))                                                   \
    X(duckdb_logical_type, map_type_key_type, (duckdb_logical_type type))                                              \
    X(duckdb_logical_type, map_type_value_type, (duckdb_logical_type type))                                            \
    X(duckdb_idx, struct_type_child_count, (duckdb_logical_type type))                                                 \
    X(char *, struct_type_child_name, (duckdb_logical_type type, duckdb_idx index))                                    \
    X(duckdb_logical_type, struct_type_child_type, (duckdb_logical_type type, duckdb_idx index))                       \
    X(duckdb_idx, union_type_member_count, (duckdb_logical_type type))                                                 \
    X(char *, union_type_member_name, (duckdb_logical_type type, duckdb_idx index))                                    \
    X(duckdb_logical_type, union_type_member_type, (duckdb_logical_type type, duckdb_idx index))                       \
    X(duckdb_logical_type, create_logical_type, (duckdb_type_id id))                                                   \
    X(duckdb_logical_type, create_struct_type, (duckdb_logical_type * types, const char **names, duckdb_idx count))    \
    X(duckdb_logical_type, create_map_type, (duckdb_logical_type key, duckdb_logical_type value))                      \
    X(duckdb_logical_type, get_value_type, (duckdb_value value)) /* owned by the value */                              \
    X(void, destroy_value, (duckdb_value * value))                                                                     \
    X(duckdb_value, create_null_value, (void))                                                                         \
    X(duckdb_value, create_bool, (bool value))                                                                         \
    X(duckdb_value, create_int64, (int64_t value))                                                                     \
    X(duckdb_value, create_double, (double value))                                                                     \
    X(duckdb_value, create_hugeint, (duckdb_hugeint value))                                                            \
    X(duckdb_value, create_uhugeint, (duckdb_uhugeint value))                                                          \
    X(duckdb_value, create_decimal, (duckdb_decimal value))                                                            \
    X(duckdb_value, create_varchar_length, (const char *text, duckdb_idx length))                                      \
    X(duckdb_value, create_blob, (const uint8_t *bytes, duckdb_idx length))                                            \
    X(duckdb_value, create_date, (duckdb_date value))                                                                  \
    X(duckdb_value, create_time, (duckdb_time value))                                                                  \
    X(duckdb_value, create_timestamp, (duckdb_timestamp value))                                                        \
    X(duckdb_value, create_timestamp_tz, (duckdb_timestamp value))                                                     \
    X(duckdb_value, create_interval, (duckdb_interval value))                                                          \
    X(duckdb_value, create_list_value, (duckdb_logical_type element, duckdb_value *values, duckdb_idx count))          \
    X(duckdb_value, create_struct_value, (duckdb_logical_type type, duckdb_value *values))                             \
    X(duckdb_value, create_map_value,                                                                                  \
      (duckdb_logical_type type, duckdb_value *keys, duckdb_value *values, duckdb_idx count))                          \
    X(char *, get_varchar, (duckdb_value value))                                                                       \
    X(duckdb_logical_type, create_decimal_type, (uint8_t width, uint8_t scale))                                        \
    X(void, data_chunk_set_size, (duckdb_data_chunk chunk, duckdb_idx size))                                           \
    X(void, add_replacement_scan,                                                                                      \
      (duckdb_database database, duckdb_replacement_callback scan, void *data, duckdb_delete_callback destroy))        \
    X(void, replacement_scan_set_function_name, (duckdb_replacement_scan_info info, const char *function))             \
    X(void, replacement_scan_add_parameter, (duckdb_replacement_scan_info info, duckdb_value value))                   \
    X(duckdb_table_function, create_table_function, (void))                                                            \
    X(void, destroy_table_function, (duckdb_table_function * function))                                                \
    X(void, table_function_set_name, (duckdb_table_function function, const char *name))                               \
    X(void, table_function_add_parameter, (duckdb_table_function function, duckdb_logical_type type))                  \
    X(void, table_function_set_bind, (duckdb_table_function function, duckdb_bind_callback bind))                      \
    X(void, table_function_set_init, (duckdb_table_function function, duckdb_init_callback init))                      \
    X(void, table_function_set_function, (duckdb_table_function function, duckdb_function_callback body))              \
    X(duckdb_state, register_table_function, (duckdb_connection connection, duckdb_table_function function))           \
    X(duckdb_value, bind_get_parameter, (duckdb_bind_info info, duckdb_idx index))                                     \
    X(void, bind_add_result_column, (duckdb_bind_info info, const char *name, duckdb_logical_type type))               \
    X(void, bind_set_error, (duckdb_bind_info info, const char *message))

/* Absent ones stay NULL. */
#define PIPECTL_DUCKDB_OPTIONAL(X) X(duckdb_progress, query_progress, (duckdb_connection connection))

struct duckdb_functions {
#define PIPECTL_DUCKDB_FIELD(result, name, parameters) result(*name) parameters;
    PIPECTL_DUCKDB_REQUIRED(PIPECTL_DUCKDB_FIELD)
    PIPECTL_DUCKDB_OPTIONAL(PIPECTL_DUCKDB_FIELD)
#undef PIPECTL_DUCKDB_FIELD
};

/* Fills the table from a library opened with dlopen. Returns NULL, or the name of the first required symbol it lacks. */
const char *duckdb_functions_load(void *library, struct duckdb_functions *table);

#endif
