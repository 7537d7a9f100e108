// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// JSON documents of the core: run records, model envelopes, explain output. Not for event lines.
// Reading is cJSON's behind stricter checks (UTF-8, depth <= 64, no trailing text, no NUL).
#ifndef PORTRAIT_BASE_JSON_H
#define PORTRAIT_BASE_JSON_H

#include "error.h"
#include "text.h"

struct json; // a parsed value

// Parses a whole document; free with json_free. Owned by the caller.
pt_status json_parse(struct text text, struct json **out, struct pt_error *err);
void json_free(struct json *root);
// Borrowed from the root. NULL root is fine and gives NULL.
const struct json *json_get(const struct json *object, const char *key);
const struct json *json_at(const struct json *array, size_t i);
size_t json_count(const struct json *array_or_object);
const struct json *json_member(const struct json *object, size_t i, const char **key);
// NULL / false when it is something else.
const char *json_text(const struct json *value);
bool json_f64(const struct json *value, double *out);
bool json_i64(const struct json *value, int64_t *out); // exact whole numbers up to 2^53
bool json_bool(const struct json *value, bool *out);
bool json_is_array(const struct json *value);
bool json_is_object(const struct json *value);
bool json_is_null(const struct json *value);

// Writer: appends to a string, commas and escapes by itself, two-space indent when `pretty`.
// Failures stick in out->failed. Non-finite numbers are written as null.
struct json_writer {
    struct str *out;
    bool pretty;
    uint32_t depth;
    bool has_item[64];
    bool after_key;
};

struct json_writer json_writer_of(struct str *out, bool pretty);
void json_begin_object(struct json_writer *w);
void json_end_object(struct json_writer *w);
void json_begin_array(struct json_writer *w);
void json_end_array(struct json_writer *w);
void json_key(struct json_writer *w, const char *key);
void json_put_text(struct json_writer *w, struct text value); // bad UTF-8 becomes U+FFFD
void json_put_str(struct json_writer *w, const char *value);  // NULL = null
void json_put_i64(struct json_writer *w, int64_t value);
void json_put_u64(struct json_writer *w, uint64_t value);
void json_put_f64(struct json_writer *w, double value); // shortest that reads back
void json_put_bool(struct json_writer *w, bool value);
void json_put_null(struct json_writer *w);
void json_put_value(struct json_writer *w, const struct json *value); // NULL = null
void json_put_raw(struct json_writer *w, const char *json);           // already JSON

#endif
