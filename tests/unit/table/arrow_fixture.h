// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Arrow schemas and arrays made by hand from rows of a table, with any fault a test wants.
#ifndef PORTRAIT_TEST_ARROW_FIXTURE_H
#define PORTRAIT_TEST_ARROW_FIXTURE_H

#include <portrait/arrow.h>

// One column: what schema and array say of it. Buffers are the test's.
struct fixture_column {
    const char *name;
    const char *format;
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    const void *buffers[3];
    struct fixture_column *dictionary;
};

// The struct around the columns.
struct fixture_batch {
    struct fixture_column *columns;
    int64_t n;
    int64_t length;
    int64_t null_count;
    int64_t offset;
    const void *validity;
    int *n_released; // counts releases of the whole array; may be NULL
};

void fixture_schema(const struct fixture_batch *batch, struct ArrowSchema *out);
void fixture_array(const struct fixture_batch *batch, struct ArrowArray *out);

#endif
