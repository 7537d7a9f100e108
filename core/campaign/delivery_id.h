// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Delivery ids: the same for a person in a rerun of the same wave, so that a receiver that keeps
// ids takes each delivery once.
#ifndef PORTRAIT_CAMPAIGN_DELIVERY_ID_H
#define PORTRAIT_CAMPAIGN_DELIVERY_ID_H

#include "error.h"
#include "text.h"

#define DELIVERY_ID_CHARS 33 // 32 hex digits and NUL

// A delivery id is the first 32 hex digits of SHA-256 over the five texts, each behind its length
// as 8 bytes, big-endian.
struct delivery_key {
    const char *pipeline;
    const char *audience; // NULL reads as ""
    const char *sink;
    const char *wave;
};

pt_status delivery_id(const struct delivery_key *key, struct text profile,
                      char out[DELIVERY_ID_CHARS], struct pt_error *err);
// A body's id (webhook-id): likewise over the delivery ids it carries, in order.
pt_status delivery_body_id(const char *const *ids, size_t n, char out[DELIVERY_ID_CHARS],
                           struct pt_error *err);

#endif
