// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Suppression lists: CSV files (RFC 4180) of people who must not be reached. The header names
// namespaces; every value below it is an identifier. A list that cannot be read in full is an
// error, never a shorter list.
#ifndef PORTRAIT_CAMPAIGN_SUPPRESSION_H
#define PORTRAIT_CAMPAIGN_SUPPRESSION_H

#include "error.h"
#include "input.h"
#include "text.h"

#define SUPPRESSION_RECORD_MAX (1u << 20) // bytes of one record

// Normalises values[0..n) of a namespace in place, as the pipeline normalises identifiers. An empty
// text matches nobody. What the texts point to must live until the next call.
typedef pt_status (*suppression_normalize)(void *ctx, size_t namespace_, struct text *values,
                                           size_t n, struct pt_error *err);

struct suppression_spec {
    const char *const *namespaces; // names a header may hold
    size_t n_namespaces;
    suppression_normalize normalize; // NULL = values as they stand, blanks at both ends cut
    void *ctx;
};

struct suppression; // immutable after reading: shared by threads

// Reads all files of `in` (one set). PT_E_DATA with file and line for a header column that names no
// namespace, a row with more fields than the header, an open quote, NUL or bad UTF-8.
pt_status suppression_read(const struct input *in, const struct suppression_spec *spec,
                           struct suppression **out, struct pt_error *err);
// Only the headers of its files: what would be wrong with every row below them.
pt_status suppression_check(const struct input *in, const struct suppression_spec *spec,
                            struct pt_error *err);
// Does the list hold this (normalised) value of namespaces[namespace_]?
bool suppression_has(const struct suppression *s, size_t namespace_, struct text value);
// Does any header name this namespace?
bool suppression_covers(const struct suppression *s, size_t namespace_);
size_t suppression_count(const struct suppression *s); // distinct identifiers
void suppression_free(struct suppression *s);          // NULL is fine

#endif
