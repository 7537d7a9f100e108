// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Digests: SHA-256 (FIPS 180-4) and HMAC-SHA256 (RFC 2104) by libcrypto; hex and base64 (RFC 4648).
// Never on the ingest path: about 1 GB/s a core.
#ifndef PORTRAIT_BASE_DIGEST_H
#define PORTRAIT_BASE_DIGEST_H

#include "error.h"
#include "text.h"

#define SHA256_BYTES 32
#define SHA256_HEX 65 // with NUL

struct sha256; // a running hash

pt_status sha256_new(struct sha256 **out, struct pt_error *err);
pt_status sha256_add(struct sha256 *h, const void *data, size_t n, struct pt_error *err);
pt_status sha256_finish(struct sha256 *h, uint8_t out[SHA256_BYTES], struct pt_error *err);
void sha256_free(struct sha256 *h); // NULL is fine

pt_status sha256_of(const void *data, size_t n, uint8_t out[SHA256_BYTES], struct pt_error *err);
pt_status hmac_sha256(struct text key, struct text message, uint8_t out[SHA256_BYTES],
                      struct pt_error *err);
void digest_hex(const uint8_t *bytes, size_t n, char *out); // 2n + 1 chars
bool base64_encode(const uint8_t *bytes, size_t n, struct str *out);
bool base64_decode(struct text in, struct str *out);           // strict, padding required
uint32_t crc32_of(const void *data, size_t n);                 // ISO-HDLC, zlib's crc32
uint32_t crc32_more(uint32_t crc, const void *data, size_t n); // of what came before (0) and this

#endif
