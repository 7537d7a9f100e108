// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fixture columns imported as a batch: what the tests of batch_import look at.
#ifndef PORTRAIT_TESTS_BATCH_IMPORTED_H
#define PORTRAIT_TESTS_BATCH_IMPORTED_H

#include "arrow_fixture.h"
#include "batch.h"

// A batch of fixture columns imported: what a test looks at.
struct imported {
    struct schema schema;
    struct batch batch;
    struct pt_error err;
    pt_status status;
};

struct imported import_checked(const struct fixture_batch *fixture, const struct zone *zone,
                               bool check);
struct imported import(const struct fixture_batch *fixture);
void release(struct imported *i);
void expect_refusal(const struct fixture_batch *fixture, const char *reason);
bool text_at(const struct vec *v, size_t row, const char *expected);

// Rows 0..3 of the columns; row 2 is null.
static const uint8_t row_2_is_null[] = {0x0b};

#endif
