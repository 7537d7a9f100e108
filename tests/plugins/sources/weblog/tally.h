// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Counts over the rows of a harness table.
#ifndef WEBLOG_TALLY_H
#define WEBLOG_TALLY_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source_harness.h"

// Rows whose column has the value; `length` 0 = the whole value, else its first bytes.
static inline uint64_t tally_rows(const struct harness_table *t, uint32_t column, const char *value,
                                  size_t length)
{
    uint64_t n = 0;
    for (uint64_t i = 0; i < t->n_rows; i++) {
        char *is = harness_value(t, i, column);
        n += (length == 0 ? strcmp(is, value) : strncmp(is, value, length)) == 0 ? 1 : 0;
        free(is);
    }
    return n;
}

static inline double tally_sum(const struct harness_table *t, uint32_t column)
{
    double sum = 0;
    for (uint64_t i = 0; i < t->n_rows; i++) {
        char *is = harness_value(t, i, column);
        sum += is[0] == '\\' ? 0 : strtod(is, NULL);
        free(is);
    }
    return sum;
}

static inline int tally_order(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

// Distinct values, NULL counted as one.
static inline uint64_t tally_distinct(const struct harness_table *t, uint32_t column)
{
    char **values = calloc(t->n_rows + 1, sizeof *values);
    uint64_t n = 0;
    for (uint64_t i = 0; i < t->n_rows; i++) {
        values[i] = harness_value(t, i, column);
    }
    qsort(values, t->n_rows, sizeof *values, tally_order);
    for (uint64_t i = 0; i < t->n_rows; i++) {
        n += i == 0 || strcmp(values[i], values[i - 1]) != 0 ? 1 : 0;
    }
    for (uint64_t i = 0; i < t->n_rows; i++) {
        free(values[i]);
    }
    free(values);
    return n;
}

static inline const char *tally_path(const char *name)
{
    static char path[4096];
    const char *data = getenv("PORTRAIT_DATA");
    snprintf(path, sizeof path, "%s/%s", data == NULL ? "." : data, name);
    return path;
}

#endif
