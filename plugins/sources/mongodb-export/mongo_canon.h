// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Canonical Extended JSON (v2) of any value, without blanks: members in the order they have,
// strings with only the escapes they need, every number in its type wrapper.
#ifndef MONGO_CANON_H
#define MONGO_CANON_H

#include "mongo_text.h"
#include "mongo_value.h"

// Adds the value's canonical text. NULL = good, else what is wrong with the value; running out of
// memory shows in t->failed.
const char *mongo_canon_add(struct mongo_text *t, const struct mongo_raw *raw);
// Adds a double as JSON text that reads back the same: 1.0, 1.5E+300, NaN, Infinity.
void mongo_canon_double(struct mongo_text *t, double value);
// Adds an ISO 8601 time in UTC with three digits of milliseconds when there are any.
void mongo_canon_time(struct mongo_text *t, int64_t ms);

#endif
