// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Values into columns: what a column of a type takes from a value of a kind, exactly or not at all.
#ifndef MONGO_CELL_H
#define MONGO_CELL_H

#include "mongo_config.h"
#include "mongo_text.h"
#include "mongo_value.h"
#include "pt_batch.h"

// Appends the value to the column. NULL = appended (NULL values too, and failures of memory, which
// the batch keeps); else what is wrong, and nothing was appended. *is_mismatch tells a good value
// of another type from a bad one.
const char *mongo_cell_put(struct pt_column *column, enum mongo_type type,
                           const struct mongo_raw *raw, struct mongo_text *scratch,
                           bool *is_mismatch);

#endif
