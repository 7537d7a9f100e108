// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Signatures as Standard Webhooks 1.0.0 has them (https://www.standardwebhooks.com): HMAC-SHA256
// over "<id>.<timestamp>.<body>", base64, behind "v1,".
#ifndef WEBHOOK_SIGN_H
#define WEBHOOK_SIGN_H

#include <stdbool.h>
#include <stdint.h>

#define WEBHOOK_KEY_MAX 512        // bytes of a key
#define WEBHOOK_SIGNATURE_BYTES 64 // "v1,", 44 of base64, NUL

struct webhook_key {
    uint8_t bytes[WEBHOOK_KEY_MAX];
    uint32_t n;
};

// The key behind a secret: what follows `whsec_` decoded from base64, any other text as it stands.
// False when it is empty, too long or no base64.
bool webhook_sign_key(const uint8_t *secret, uint64_t n, struct webhook_key *out);
void webhook_sign_wipe(struct webhook_key *key);
// False when libcrypto fails.
bool webhook_sign(const struct webhook_key *key, const char *id, int64_t timestamp,
                  const uint8_t *body, uint64_t n, char out[WEBHOOK_SIGNATURE_BYTES]);

#endif
