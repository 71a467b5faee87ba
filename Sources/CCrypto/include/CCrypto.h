/*
 * The part of OpenSSL's libcrypto (https://docs.openssl.org/3.0/man3, version 3) that pipectl calls, as a table of function
 * pointers that is filled from a library opened at run time. Nothing links against it: most commands meet no secret.
 */
#ifndef PIPECTL_CCRYPTO_H
#define PIPECTL_CCRYPTO_H

#include <stddef.h>
#include <stdint.h>

enum { EVP_PKEY_X25519 = 1034 };
enum { OPENSSL_INIT_NO_LOAD_CONFIG = 0x80 };
enum { EVP_CTRL_AEAD_SET_IVLEN = 0x9, EVP_CTRL_AEAD_GET_TAG = 0x10, EVP_CTRL_AEAD_SET_TAG = 0x11 };

typedef struct evp_md_handle EVP_MD;
typedef struct evp_md_ctx_handle EVP_MD_CTX;
typedef struct evp_cipher_handle EVP_CIPHER;
typedef struct evp_cipher_ctx_handle EVP_CIPHER_CTX;
typedef struct evp_pkey_handle EVP_PKEY;
typedef struct evp_pkey_ctx_handle EVP_PKEY_CTX;
typedef struct engine_handle ENGINE;

/* Result, name, parameters. Where nothing else is said, 1 is success. */
#define PIPECTL_CRYPTO_FUNCTIONS(X)                                                                                    \
    X(unsigned int, OPENSSL_version_major, (void))                                                                     \
    X(int, OPENSSL_init_crypto, (uint64_t options, const void *settings))                                              \
    X(unsigned long, ERR_get_error, (void)) /* takes the oldest error of this thread; 0 where there is none */         \
    X(void, ERR_error_string_n, (unsigned long code, char *text, size_t size))                                         \
    X(void, ERR_clear_error, (void))                                                                                   \
    X(int, RAND_priv_bytes, (unsigned char *out, int count))                                                           \
    X(int, CRYPTO_memcmp, (const void *one, const void *two, size_t count)) /* 0 where they are equal */               \
    X(const EVP_MD *, EVP_sha256, (void))                                                                              \
    X(const EVP_MD *, EVP_sha512, (void))                                                                              \
    X(int, EVP_Digest,                                                                                                 \
      (const void *data, size_t count, unsigned char *out, unsigned int *out_count, const EVP_MD *type, ENGINE *engine)) \
    X(EVP_MD_CTX *, EVP_MD_CTX_new, (void))                                                                            \
    X(void, EVP_MD_CTX_free, (EVP_MD_CTX * context)) /* clears what it held */                                         \
    X(int, EVP_DigestInit_ex, (EVP_MD_CTX * context, const EVP_MD *type, ENGINE *engine))                              \
    X(int, EVP_DigestUpdate, (EVP_MD_CTX * context, const void *data, size_t count))                                   \
    X(int, EVP_DigestFinal_ex, (EVP_MD_CTX * context, unsigned char *out, unsigned int *out_count))                    \
    X(unsigned char *, HMAC,                                                                                           \
      (const EVP_MD *type, const void *key, int key_count, const unsigned char *data, size_t count,                    \
       unsigned char *out, unsigned int *out_count)) /* NULL where it fails */                                         \
    X(int, PKCS5_PBKDF2_HMAC,                                                                                          \
      (const char *password, int password_count, const unsigned char *salt, int salt_count, int iterations,            \
       const EVP_MD *type, int key_count, unsigned char *key))                                                         \
    X(int, EVP_PBE_scrypt,                                                                                             \
      (const char *password, size_t password_count, const unsigned char *salt, size_t salt_count, uint64_t n,          \
       uint64_t r, uint64_t p, uint64_t memory_limit, unsigned char *key, size_t key_count))                           \
    X(const EVP_CIPHER *, EVP_aes_256_gcm, (void))                                                                     \
    X(const EVP_CIPHER *, EVP_chacha20_poly1305, (void))                                                               \
    X(EVP_CIPHER_CTX *, EVP_CIPHER_CTX_new, (void))                                                                    \
    X(void, EVP_CIPHER_CTX_free, (EVP_CIPHER_CTX * context)) /* clears what it held */                                 \
    X(int, EVP_CIPHER_CTX_ctrl, (EVP_CIPHER_CTX * context, int type, int argument, void *pointer))                     \
    X(int, EVP_CipherInit_ex,                                                                                          \
      (EVP_CIPHER_CTX * context, const EVP_CIPHER *type, ENGINE *engine, const unsigned char *key,                     \
       const unsigned char *nonce, int encrypts))                                                                      \
    X(int, EVP_CipherUpdate,                                                                                           \
      (EVP_CIPHER_CTX * context, unsigned char *out, int *out_count, const unsigned char *in, int count))              \
    X(int, EVP_CipherFinal_ex, (EVP_CIPHER_CTX * context, unsigned char *out, int *out_count))                         \
    X(EVP_PKEY *, EVP_PKEY_new_raw_private_key, (int type, ENGINE *engine, const unsigned char *key, size_t count))    \
    X(EVP_PKEY *, EVP_PKEY_new_raw_public_key, (int type, ENGINE *engine, const unsigned char *key, size_t count))     \
    X(int, EVP_PKEY_get_raw_public_key, (const EVP_PKEY *key, unsigned char *out, size_t *count))                      \
    X(void, EVP_PKEY_free, (EVP_PKEY * key))                                                                           \
    X(EVP_PKEY_CTX *, EVP_PKEY_CTX_new, (EVP_PKEY * key, ENGINE *engine))                                              \
    X(void, EVP_PKEY_CTX_free, (EVP_PKEY_CTX * context))                                                               \
    X(int, EVP_PKEY_derive_init, (EVP_PKEY_CTX * context))                                                             \
    X(int, EVP_PKEY_derive_set_peer, (EVP_PKEY_CTX * context, EVP_PKEY *peer))                                         \
    X(int, EVP_PKEY_derive, (EVP_PKEY_CTX * context, unsigned char *out, size_t *count))

struct crypto_functions {
#define PIPECTL_CRYPTO_FIELD(result, name, parameters) result(*name) parameters;
    PIPECTL_CRYPTO_FUNCTIONS(PIPECTL_CRYPTO_FIELD)
#undef PIPECTL_CRYPTO_FIELD
};

/* Fills the table from a library opened with dlopen. Returns NULL, or the name of the first symbol it lacks. */
const char *crypto_functions_load(void *library, struct crypto_functions *table);

#endif
