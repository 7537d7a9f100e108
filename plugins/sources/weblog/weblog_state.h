// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What discovery found, as bytes that travel to every reader.
#ifndef WEBLOG_STATE_H
#define WEBLOG_STATE_H

#include "weblog_format.h"

#define WEBLOG_STATE_BYTES 32768u

struct weblog_state {
    uint32_t n;
    char bytes[WEBLOG_STATE_BYTES];
};

// `text` = the format text of a template (ignored for the other kinds).
bool weblog_state_save(const struct weblog_format *f, const char *text, struct weblog_state *out);
bool weblog_state_load(const uint8_t *p, uint64_t n, struct weblog_format *out);

#endif
