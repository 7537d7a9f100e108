// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "webhook_sign.h"

#include <stddef.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "pt_format.h"

#define MAC_BYTES 32

static int32_t sextet(uint8_t c)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c == '\0' ? NULL : strchr(alphabet, c);
    return at == NULL ? -1 : (int32_t)(at - alphabet);
}

// Padding may be missing, as in keys that some services hand out.
static bool decode_base64(const uint8_t *text, uint64_t n, struct webhook_key *out)
{
    uint32_t bits = 0;
    uint32_t n_bits = 0;
    while (n > 0 && text[n - 1] == '=') {
        n--;
    }
    for (uint64_t i = 0; i < n; i++) {
        int32_t value = sextet(text[i]);
        if (value < 0 || out->n == WEBHOOK_KEY_MAX) {
            return false;
        }
        bits = bits << 6 | (uint32_t)value;
        n_bits += 6;
        if (n_bits >= 8) {
            n_bits -= 8;
            out->bytes[out->n++] = (uint8_t)(bits >> n_bits);
        }
    }
    return n % 4 != 1 && out->n > 0;
}

bool webhook_sign_key(const uint8_t *secret, uint64_t n, struct webhook_key *out)
{
    static const char prefix[] = "whsec_";
    const uint64_t n_prefix = sizeof prefix - 1;
    memset(out, 0, sizeof *out);
    if (n >= n_prefix && memcmp(secret, prefix, n_prefix) == 0) {
        return decode_base64(secret + n_prefix, n - n_prefix, out);
    }
    if (n == 0 || n > WEBHOOK_KEY_MAX) {
        return false;
    }
    memcpy(out->bytes, secret, n);
    out->n = (uint32_t)n;
    return true;
}

void webhook_sign_wipe(struct webhook_key *key)
{
    OPENSSL_cleanse(key, sizeof *key);
}

static bool update(EVP_MAC_CTX *mac, const void *data, uint64_t n)
{
    return n == 0 || EVP_MAC_update(mac, data, n) == 1;
}

static bool mac_of(EVP_MAC_CTX *mac, const struct webhook_key *key, const char *head,
                   const uint8_t *body, uint64_t n, uint8_t out[MAC_BYTES])
{
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    size_t size = 0;
    return EVP_MAC_init(mac, key->bytes, key->n, params) == 1 && update(mac, head, strlen(head)) &&
           update(mac, body, n) && EVP_MAC_final(mac, out, &size, MAC_BYTES) == 1 &&
           size == MAC_BYTES;
}

bool webhook_sign(const struct webhook_key *key, const char *id, int64_t timestamp,
                  const uint8_t *body, uint64_t n, char out[WEBHOOK_SIGNATURE_BYTES])
{
    char head[256];
    uint8_t mac[MAC_BYTES];
    uint64_t n_id = strlen(id);
    if (n_id + PT_FORMAT_MAX + 3 > sizeof head) {
        return false;
    }
    memcpy(head, id, n_id);
    head[n_id++] = '.';
    n_id += pt_format_i64(timestamp, head + n_id);
    head[n_id++] = '.';
    head[n_id] = '\0';
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *ctx = hmac == NULL ? NULL : EVP_MAC_CTX_new(hmac);
    bool done = ctx != NULL && mac_of(ctx, key, head, body, n, mac);
    EVP_MAC_CTX_free(ctx);
    EVP_MAC_free(hmac);
    if (done) {
        memcpy(out, "v1,", 3);
        EVP_EncodeBlock((unsigned char *)out + 3, mac, MAC_BYTES);
    }
    return done;
}
