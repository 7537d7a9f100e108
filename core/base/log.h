// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Log: lines on stderr and, when set, events.ndjson of the run. Known secrets are masked in both.
#ifndef PORTRAIT_BASE_LOG_H
#define PORTRAIT_BASE_LOG_H

#include <stdio.h>

#include "error.h"
#include "text.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_field {
    const char *key;
    const char *value;
};

struct log; // safe for many threads

pt_status log_new(FILE *screen, enum log_level least, bool colour, struct log **out,
                  struct pt_error *err);
// Also writes every line (any level) as one JSON object to this descriptor; -1 stops. Not owned.
void log_set_events(struct log *l, int fd);
// This text is replaced by *** wherever it would be written. Copied.
pt_status log_add_secret(struct log *l, struct text secret, struct pt_error *err);
// Called around every line on the screen (true before, false after), so that something moving there
// can step aside. NULL = nothing does.
void log_set_guard(struct log *l, void (*guard)(void *ctx, bool is_before), void *ctx);
void log_write(struct log *l, enum log_level level, const struct log_field *fields, size_t n,
               const char *format, ...) PT_PRINTF(5, 6);
// Control and bidi characters of `in` escaped, secrets masked, appended to out.
bool log_clean(const struct log *l, struct text in, struct str *out);
// True when a line could not be written to the descriptor of log_set_events; *number is the first
// errno (may be NULL).
bool log_events_failed(const struct log *l, int *number);
void log_free(struct log *l); // NULL is fine

#endif
