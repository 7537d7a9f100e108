// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// JSON text of a webhook body (RFC 8259), appended to a growing buffer.
#ifndef WEBHOOK_BODY_H
#define WEBHOOK_BODY_H

#include "pt_cells.h"

// {.host = host} is empty. After a failed append `failed` is set and the rest does nothing.
struct webhook_body {
    const pt_host *host;
    char *text;
    uint64_t n;
    uint64_t capacity;
    bool failed;
};

void webhook_body_reset(struct webhook_body *b);
void webhook_body_release(struct webhook_body *b);
void webhook_body_raw(struct webhook_body *b, const char *json, uint64_t n);
void webhook_body_text(struct webhook_body *b, const char *text, uint64_t n); // quoted, escaped
void webhook_body_name(struct webhook_body *b, const char *text);             // as text, with `:`
// Typed: numbers and truth values bare, dates and times as text, missing as null.
void webhook_body_cell(struct webhook_body *b, const struct pt_cell_view *v, int64_t row);

#endif
