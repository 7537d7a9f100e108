// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// One configured source: its columns and those that are bound.
#ifndef MONGO_INSTANCE_H
#define MONGO_INSTANCE_H

#include <portrait/source.h>

#include "mongo_path.h"
#include "mongo_table.h"

struct mongo_instance {
    const pt_host *host;
    const struct mongo_config *config;
    struct mongo_table table;
    uint32_t n_bound;
    uint32_t *bound;         // columns of the table
    uint32_t *slots;         // of the paths, by bound column
    struct pt_field *fields; // by bound column
    struct mongo_paths paths;
};

#endif
