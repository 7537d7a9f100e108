// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Lengths stand before texts so that ("ab", "c") and ("a", "bc") differ.
#include "delivery_id.h"

#include "digest.h"

static pt_status add_text(struct sha256 *h, struct text part, struct pt_error *err)
{
    uint8_t length[8];
    for (size_t i = 0; i < 8; i++) {
        length[i] = (uint8_t)((uint64_t)part.n >> (56 - 8 * i));
    }
    TRY(sha256_add(h, length, sizeof length, err));
    return part.n == 0 ? PT_OK : sha256_add(h, part.p, part.n, err);
}

static pt_status finish_id(struct sha256 *h, char out[DELIVERY_ID_CHARS], struct pt_error *err)
{
    uint8_t digest[SHA256_BYTES];
    TRY(sha256_finish(h, digest, err));
    digest_hex(digest, (DELIVERY_ID_CHARS - 1) / 2, out);
    return PT_OK;
}

static pt_status add_texts(struct sha256 *h, const struct text *parts, size_t n,
                           struct pt_error *err)
{
    for (size_t i = 0; i < n; i++) {
        TRY(add_text(h, parts[i], err));
    }
    return PT_OK;
}

pt_status delivery_id(const struct delivery_key *key, struct text profile,
                      char out[DELIVERY_ID_CHARS], struct pt_error *err)
{
    const struct text parts[] = {text_of(key->pipeline), text_of(key->audience), text_of(key->sink),
                                 text_of(key->wave), profile};
    struct sha256 *h = NULL;
    TRY(sha256_new(&h, err));
    pt_status status = add_texts(h, parts, sizeof parts / sizeof parts[0], err);
    if (status == PT_OK) {
        status = finish_id(h, out, err);
    }
    sha256_free(h);
    return status;
}

pt_status delivery_body_id(const char *const *ids, size_t n, char out[DELIVERY_ID_CHARS],
                           struct pt_error *err)
{
    struct sha256 *h = NULL;
    TRY(sha256_new(&h, err));
    pt_status status = PT_OK;
    for (size_t i = 0; status == PT_OK && i < n; i++) {
        status = add_text(h, text_of(ids[i]), err);
    }
    if (status == PT_OK) {
        status = finish_id(h, out, err);
    }
    sha256_free(h);
    return status;
}
