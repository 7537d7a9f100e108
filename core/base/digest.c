// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <zlib.h>

#include "mem.h"

struct sha256 {
    EVP_MD_CTX *context;
    bool is_finished;
};

pt_status sha256_new(struct sha256 **out, struct pt_error *err)
{
    struct sha256 *h = mem_zero(1, sizeof *h);
    if (h == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a SHA-256");
    }
    h->context = EVP_MD_CTX_new();
    if (h->context == NULL || EVP_DigestInit_ex(h->context, EVP_sha256(), NULL) != 1) {
        sha256_free(h);
        FAIL(err, PT_E_INTERNAL, "libcrypto cannot begin a SHA-256");
    }
    *out = h;
    return PT_OK;
}

pt_status sha256_add(struct sha256 *h, const void *data, size_t n, struct pt_error *err)
{
    if (h->is_finished) {
        FAIL(err, PT_E_STATE, "this SHA-256 is finished");
    }
    if (n > 0 && EVP_DigestUpdate(h->context, data, n) != 1) {
        FAIL(err, PT_E_INTERNAL, "libcrypto cannot go on with a SHA-256");
    }
    return PT_OK;
}

pt_status sha256_finish(struct sha256 *h, uint8_t out[SHA256_BYTES], struct pt_error *err)
{
    if (h->is_finished) {
        FAIL(err, PT_E_STATE, "this SHA-256 is finished");
    }
    h->is_finished = true;
    if (EVP_DigestFinal_ex(h->context, out, NULL) != 1) {
        FAIL(err, PT_E_INTERNAL, "libcrypto cannot end a SHA-256");
    }
    return PT_OK;
}

void sha256_free(struct sha256 *h)
{
    if (h != NULL) {
        EVP_MD_CTX_free(h->context);
        mem_free(h);
    }
}

pt_status sha256_of(const void *data, size_t n, uint8_t out[SHA256_BYTES], struct pt_error *err)
{
    if (EVP_Digest(n == 0 ? "" : data, n, out, NULL, EVP_sha256(), NULL) != 1) {
        FAIL(err, PT_E_INTERNAL, "libcrypto cannot make a SHA-256");
    }
    return PT_OK;
}

pt_status hmac_sha256(struct text key, struct text message, uint8_t out[SHA256_BYTES],
                      struct pt_error *err)
{
    if (key.n > INT32_MAX) {
        FAIL(err, PT_E_LIMIT, "HMAC key of %zu bytes", key.n);
    }
    const void *key_bytes = key.n == 0 ? "" : key.p;
    const void *bytes = message.n == 0 ? "" : message.p;
    if (HMAC(EVP_sha256(), key_bytes, (int)key.n, bytes, message.n, out, NULL) == NULL) {
        FAIL(err, PT_E_INTERNAL, "libcrypto cannot make an HMAC-SHA256");
    }
    return PT_OK;
}

void digest_hex(const uint8_t *bytes, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * n] = '\0';
}

static const char base64_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool base64_encode(const uint8_t *bytes, size_t n, struct str *out)
{
    bool done = str_add_n(out, NULL, 0);
    for (size_t i = 0; done && i < n; i += 3) {
        size_t left = n - i;
        uint32_t group = (uint32_t)bytes[i] << 16;
        group |= left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        group |= left > 2 ? bytes[i + 2] : 0;
        char text[4];
        for (size_t k = 0; k < 4; k++) {
            text[k] = k > left ? '=' : base64_alphabet[group >> (18 - 6 * k) & 63];
        }
        done = str_add_n(out, text, sizeof text);
    }
    return done;
}

static int base64_value(char c)
{
    const char *found = c == '\0' ? NULL : strchr(base64_alphabet, c);
    return found == NULL ? -1 : (int)(found - base64_alphabet);
}

// Bytes of one group of four characters, 0 when it is none. Only the last may be padded.
static size_t base64_group(const char *p, bool is_last, char bytes[3])
{
    size_t padding = is_last && p[3] == '=' ? (p[2] == '=' ? 2 : 1) : 0;
    uint32_t group = 0;
    for (size_t k = 0; k < 4 - padding; k++) {
        int value = base64_value(p[k]);
        if (value < 0) {
            return 0;
        }
        group |= (uint32_t)value << (18 - 6 * k);
    }
    if (padding > 0 && (group & (padding == 2 ? 0xFFFFu : 0xFFu)) != 0) {
        return 0;
    }
    for (size_t k = 0; k < 3; k++) {
        bytes[k] = (char)(group >> (16 - 8 * k) & 0xFF);
    }
    return 3 - padding;
}

bool base64_decode(struct text in, struct str *out)
{
    size_t before = out->n;
    bool done = in.n % 4 == 0 && str_add_n(out, NULL, 0);
    for (size_t i = 0; done && i < in.n; i += 4) {
        char bytes[3];
        size_t n = base64_group(in.p + i, i + 4 == in.n, bytes);
        done = n > 0 && str_add_n(out, bytes, n);
    }
    if (!done && out->p != NULL) {
        out->n = before;
        out->p[before] = '\0';
    }
    return done;
}

uint32_t crc32_more(uint32_t crc, const void *data, size_t n)
{
    return n == 0 ? crc : (uint32_t)crc32_z(crc, data, n);
}

uint32_t crc32_of(const void *data, size_t n)
{
    return crc32_more(0, data, n);
}
