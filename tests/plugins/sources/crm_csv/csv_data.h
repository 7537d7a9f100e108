// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Small helps of the CSV tests: where test data lies, reading with a text on failure.
#ifndef CSV_DATA_H
#define CSV_DATA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "source_harness.h"

// Path below $PORTRAIT_DATA; valid until the next call.
static inline const char *csv_data_path(const char *name)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", getenv("PORTRAIT_DATA"), name);
    return path;
}

// A harness over bytes as one file.
static inline struct harness *csv_harness(const char *text)
{
    struct harness *h = harness_new("crm-csv");
    harness_bytes(h, "path", "a.csv", text, strlen(text));
    return h;
}

static inline void csv_read(struct harness *h, struct harness_table *t)
{
    const struct harness_options options = {.threads = 1};
    if (harness_read(h, &options, t) != PT_OK) {
        fail_msg("%s", harness_message(h));
    }
}

static inline void csv_done(struct harness *h, struct harness_table *t)
{
    harness_table_release(t);
    assert_int_equal(harness_live_blocks(h), 0);
    harness_free(h);
}

#endif
