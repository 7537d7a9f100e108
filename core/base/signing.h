// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Signing: what the files of signed plugins need of libcrypto: Ed25519 (RFC 8032), BLAKE2b-512
// (RFC 7693) and scrypt (RFC 7914).
#ifndef PORTRAIT_BASE_SIGNING_H
#define PORTRAIT_BASE_SIGNING_H

#include "error.h"
#include "text.h"

#define ED25519_SEED_BYTES 32
#define ED25519_KEY_BYTES 32
#define ED25519_SIGNATURE_BYTES 64
#define BLAKE2B512_BYTES 64

// The public key that belongs to a seed.
pt_status ed25519_public(const uint8_t seed[ED25519_SEED_BYTES], uint8_t out[ED25519_KEY_BYTES],
                         struct pt_error *err);
pt_status ed25519_sign(const uint8_t seed[ED25519_SEED_BYTES], struct text data,
                       uint8_t out[ED25519_SIGNATURE_BYTES], struct pt_error *err);
// PT_E_DENIED when the signature is not the key's over these bytes.
pt_status ed25519_verify(const uint8_t key[ED25519_KEY_BYTES],
                         const uint8_t signature[ED25519_SIGNATURE_BYTES], struct text data,
                         struct pt_error *err);

pt_status blake2b512_of(struct text data, uint8_t out[BLAKE2B512_BYTES], struct pt_error *err);

// scrypt's cost is N (a power of two), r and p; it takes about 128 * N * r bytes of memory.
struct scrypt_request {
    struct text password;
    struct text salt;
    uint64_t n;
    uint32_t r;
    uint32_t p;
    uint64_t memory_bytes; // at most
};

// Fills `out` with bytes derived from a password. PT_E_LIMIT when the cost is beyond memory_bytes
// or no cost at all.
pt_status scrypt_fill(const struct scrypt_request *request, uint8_t *out, size_t size,
                      struct pt_error *err);

#endif
