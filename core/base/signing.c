// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "signing.h"

#include <openssl/evp.h>

static const void *bytes_of(struct text data)
{
    return data.n == 0 ? "" : data.p;
}

static EVP_PKEY *key_of_seed(const uint8_t seed[ED25519_SEED_BYTES], struct pt_error *err)
{
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, ED25519_SEED_BYTES);
    if (key == NULL) {
        error_set(err, PT_E_INTERNAL, "libcrypto takes no Ed25519 key");
    }
    return key;
}

pt_status ed25519_public(const uint8_t seed[ED25519_SEED_BYTES], uint8_t out[ED25519_KEY_BYTES],
                         struct pt_error *err)
{
    size_t n = ED25519_KEY_BYTES;
    EVP_PKEY *key = key_of_seed(seed, err);
    if (key == NULL) {
        return PT_E_INTERNAL;
    }
    bool is_done = EVP_PKEY_get_raw_public_key(key, out, &n) == 1 && n == ED25519_KEY_BYTES;
    EVP_PKEY_free(key);
    if (!is_done) {
        FAIL(err, PT_E_INTERNAL, "libcrypto gives no Ed25519 public key");
    }
    return PT_OK;
}

pt_status ed25519_sign(const uint8_t seed[ED25519_SEED_BYTES], struct text data,
                       uint8_t out[ED25519_SIGNATURE_BYTES], struct pt_error *err)
{
    size_t n = ED25519_SIGNATURE_BYTES;
    EVP_PKEY *key = key_of_seed(seed, err);
    if (key == NULL) {
        return PT_E_INTERNAL;
    }
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool is_done = context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
                   EVP_DigestSign(context, out, &n, bytes_of(data), data.n) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    if (!is_done || n != ED25519_SIGNATURE_BYTES) {
        FAIL(err, PT_E_INTERNAL, "libcrypto cannot sign by Ed25519");
    }
    return PT_OK;
}

pt_status ed25519_verify(const uint8_t key[ED25519_KEY_BYTES],
                         const uint8_t signature[ED25519_SIGNATURE_BYTES], struct text data,
                         struct pt_error *err)
{
    EVP_PKEY *public = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, ED25519_KEY_BYTES);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool is_ready = public != NULL && context != NULL &&
                    EVP_DigestVerifyInit(context, NULL, NULL, NULL, public) == 1;
    bool is_good = is_ready && EVP_DigestVerify(context, signature, ED25519_SIGNATURE_BYTES,
                                                bytes_of(data), data.n) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(public);
    if (!is_ready) {
        FAIL(err, PT_E_INTERNAL, "libcrypto cannot verify by Ed25519");
    }
    if (!is_good) {
        FAIL(err, PT_E_DENIED, "the signature does not hold");
    }
    return PT_OK;
}

pt_status blake2b512_of(struct text data, uint8_t out[BLAKE2B512_BYTES], struct pt_error *err)
{
    if (EVP_Digest(bytes_of(data), data.n, out, NULL, EVP_blake2b512(), NULL) != 1) {
        FAIL(err, PT_E_INTERNAL, "libcrypto cannot make a BLAKE2b-512");
    }
    return PT_OK;
}

pt_status scrypt_fill(const struct scrypt_request *request, uint8_t *out, size_t size,
                      struct pt_error *err)
{
    const char *password = bytes_of(request->password);
    const uint8_t *salt = bytes_of(request->salt);
    if (EVP_PBE_scrypt(password, request->password.n, salt, request->salt.n, request->n, request->r,
                       request->p, request->memory_bytes, out, size) != 1) {
        FAIL(err, PT_E_LIMIT, "scrypt with N = %llu, r = %u, p = %u is not possible",
             (unsigned long long)request->n, request->r, request->p);
    }
    return PT_OK;
}
