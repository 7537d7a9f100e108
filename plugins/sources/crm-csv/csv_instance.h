// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A source instance: the options, what was found out, and what was asked for. Nothing in it changes
// once splits are open.
#ifndef CSV_INSTANCE_H
#define CSV_INSTANCE_H

#include <portrait/source.h>

#include "csv_config.h"
#include "csv_cursor.h"
#include "csv_layout.h"
#include "csv_text.h"

struct csv_instance {
    const pt_host *host;
    const struct csv_config *config;
    struct csv_nulls nulls;
    struct csv_numbers numbers;
    struct csv_layout layout;
    uint32_t n_bound;
    uint32_t *bound;         // indices into layout.columns
    struct pt_field *fields; // of the bound columns
};

// Finds out dialect, columns and types of the files and tells the host.
pt_status csv_discover(struct csv_instance *in, const pt_discovery *out, pt_error *err);
// Emits splits that begin where records begin.
pt_status csv_plan(const struct csv_instance *in, const pt_plan_request *request, pt_error *err);
// Opens a split as an Arrow stream.
pt_status csv_reader_open(const struct csv_instance *in, const struct pt_range *range,
                          const pt_split_run *run, struct ArrowArrayStream *out, pt_error *err);

#endif
