// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What the tests of the built plugin share: one file of bytes in, rows and rejects out as one text.
#ifndef MONGO_BENCH_H
#define MONGO_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "source_harness.h"

static inline struct harness *bench_new(const char *data, size_t size)
{
    struct harness *h = harness_new("mongodb-export");
    harness_bytes(h, "path", "a.json", data, size);
    return h;
}

static inline void bench_read(struct harness *h, struct harness_table *t)
{
    const struct harness_options options = {.threads = 1};
    if (harness_read(h, &options, t) != PT_OK) {
        fail_msg("%s", harness_message(h));
    }
    assert_int_equal(t->records, t->n_rows + t->n_rejects);
}

static inline void bench_free(struct harness *h)
{
    assert_int_equal(harness_live_blocks(h), 0);
    harness_free(h);
}

// Rows joined by `;`, then of each reject ` !column reason@line`, read with the harness as it is.
static inline void bench_text(struct harness *h, char *out, size_t capacity)
{
    struct harness_table t;
    size_t n = 0;
    bench_read(h, &t);
    out[0] = '\0';
    for (uint64_t i = 0; i < t.n_rows; i++) {
        n += (size_t)snprintf(out + n, capacity - n, "%s%s", i == 0 ? "" : ";", t.rows[i]);
    }
    for (uint64_t i = 0; i < t.n_rejects; i++) {
        const struct harness_reject *r = &t.rejects[i];
        n += (size_t)snprintf(out + n, capacity - n, " !%s %s@%llu",
                              r->column_name == NULL ? "-" : r->column_name, r->reason,
                              (unsigned long long)r->line);
    }
    harness_table_release(&t);
}

static inline void bench_check(struct harness *h, const char *wanted)
{
    char is[8192];
    bench_text(h, is, sizeof is);
    assert_string_equal(is, wanted);
    bench_free(h);
}

// Reading fails with the status, and the message says `part`.
static inline void bench_refused(struct harness *h, pt_status status, const char *option,
                                 const char *part)
{
    struct harness_table t;
    const struct harness_options options = {.threads = 1};
    assert_int_equal(harness_read(h, &options, &t), status);
    if (strstr(harness_message(h), part) == NULL) {
        fail_msg("`%s` does not say `%s`", harness_message(h), part);
    }
    if (option != NULL) {
        assert_string_equal(harness_option_at_fault(h), option);
    }
    bench_free(h);
}

#endif
