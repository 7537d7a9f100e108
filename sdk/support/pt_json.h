// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// JSON text made in memory, then written at once: a model's explain(). Commas and escapes by
// itself; a failed allocation sticks and shows at the end.
#ifndef PT_JSON_H
#define PT_JSON_H

#include <stdbool.h>

#include "pt_mem.h"

PT_EXTERN_C_BEGIN

struct pt_json {
    const pt_host *host;
    char *text;
    uint64_t n;
    uint64_t capacity;
    bool failed;
    bool needs_comma;
};

// {host} is an empty text.
void pt_json_open(struct pt_json *j, char bracket);  // '{' or '['
void pt_json_close(struct pt_json *j, char bracket); // '}' or ']'
void pt_json_key(struct pt_json *j, const char *key);
void pt_json_text(struct pt_json *j, const char *value); // NULL = null; bad UTF-8 becomes '?'
void pt_json_f64(struct pt_json *j, double value);       // not finite = null
void pt_json_real(struct pt_json *j, double value);      // with a point or an exponent always
void pt_json_u64(struct pt_json *j, uint64_t value);
void pt_json_bool(struct pt_json *j, bool value);
// Writes the text and frees it; also frees after a failure.
pt_status pt_json_write(struct pt_json *j, pt_writer *writer, pt_error *err);
void pt_json_release(struct pt_json *j);

PT_EXTERN_C_END

#endif
