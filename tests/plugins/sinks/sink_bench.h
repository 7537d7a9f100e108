// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A sink on the bench: its built file loaded as the host loads it, configured from YAML, fed from a
// table. Nothing of the plugin is linked into the test.
#ifndef PORTRAIT_TESTS_SINKS_SINK_BENCH_H
#define PORTRAIT_TESTS_SINKS_SINK_BENCH_H

#include "config.h"
#include "export.h"
#include "people.h"
#include "registry.h"

#define BENCH_SECRETS 4

struct sink_bench {
    struct registry *registry;
    const struct component_info *component;
    const pt_sink_vtable *sink;
    pt_host host;
    struct config *config;
    struct diags diags;
    struct arena arena;
    void *self;
    const char *secret_names[BENCH_SECRETS]; // ${secret:name} -> handle index + 1
    const char *secret_values[BENCH_SECRETS];
    char log[1024]; // messages and fields, a line each
    int64_t now_ms;
    const char *temp; // what the host gives as private folder
};

// Loads the plugin from the build's plugin folder; aborts the test when that fails.
void sink_bench_init(struct sink_bench *b, const char *plugin);
// Fills the config from YAML text. PT_E_CONFIG: the first fault is diags.items[0].
pt_status sink_bench_configure(struct sink_bench *b, const char *yaml);
// Configures (must work) and creates the instance.
void sink_bench_create(struct sink_bench *b, const char *yaml);
// Destroys the instance and forgets the config; the plugin stays loaded.
void sink_bench_reset(struct sink_bench *b);
void sink_bench_release(struct sink_bench *b);

// Every option of the plugin has a row in its README, with its default.
void sink_bench_check_readme(const struct sink_bench *b, const char *folder);

// A job over all columns of the people but those named in `skip` (NULL-terminated, may be NULL).
struct export_job sink_bench_job(struct sink_bench *b, const struct people *p,
                                 struct export_column *columns, const char *const *skip);
// Renders a file into `out`.
pt_status sink_bench_render(const struct export_job *job, struct str *out, struct pt_error *err);

#endif
