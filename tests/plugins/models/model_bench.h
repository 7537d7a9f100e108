// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Runs a built model plugin as the host does: loaded by the registry, configured from YAML text,
// fitted and scored through the learn room. A failure ends the process with a text.
#ifndef MODEL_BENCH_H
#define MODEL_BENCH_H

#include "config.h"
#include "host.h"
#include "learn.h"

struct model_bench {
    struct registry *registry;
    const struct component_info *component;
    pt_host host;
    struct arena arena;
    struct diags diags;
    struct config *config;
    struct pool *pool;
};

// `with` as YAML ("{k: 3}"); "" = defaults.
void bench_open(struct model_bench *b, const char *component, const char *with, uint32_t threads);
void bench_close(struct model_bench *b);
// The fault code ("P0106") config_fill gives for `with`, "" when it takes it. Static text.
const char *bench_fault(const char *component, const char *with);

// A spec over all columns of `t` but those listed (NULL-terminated); label NULL = none. Lives in
// the bench.
struct learn_spec bench_spec(struct model_bench *b, const struct table *t, const char *label,
                             const char *const *left_out);
struct learned *bench_fit(const struct learn_spec *spec, const struct table *t);
// The report, parsed; free with json_free.
struct json *bench_report(const struct learned *m);
// The number at a path of keys and indices: bench_number(r, "explain", "centres", "0", NULL).
double bench_number(const struct json *root, ...);
const char *bench_text(const struct json *root, ...);

// Reads a CSV: `delimiter`, quotes, the header in line `header` (1-based; 0 = none: c0, c1, ...).
// A column whose values are all numbers is f64; blank values there are missing.
struct csv_shape {
    char delimiter;
    uint32_t header;
    uint32_t skip; // lines before the data when there is no header
};

void bench_csv(const char *path, struct csv_shape shape, struct table *out);
// A column of doubles added to a table of n_rows rows.
double *bench_column(struct table *t, const char *name);
// Row i is test when i % 5 == 0. Lives in the bench.
uint8_t *bench_every_fifth(struct model_bench *b, size_t n);
// Path of a file of the data folder ($PORTRAIT_DATA). Lives in the bench.
const char *bench_data(struct model_bench *b, const char *name);
bool bench_near(double value, double wanted, double relative);

#endif
