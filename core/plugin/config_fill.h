// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The walk that fills a config: rows (config.c) and values (config_value.c). Private to
// core/plugin.
#ifndef PORTRAIT_PLUGIN_CONFIG_FILL_H
#define PORTRAIT_PLUGIN_CONFIG_FILL_H

#include "config.h"

// A secret kept as text, to be wiped.
struct secret_text {
    char *p;
    size_t n;
    struct secret_text *next;
};

struct config {
    struct arena arena;
    void *values; // the component's struct
    struct secret_text *secrets;
};

struct filler {
    const struct config_request *request;
    const struct config_services *services; // never NULL
    struct diags *diags;
    struct config *config;
    bool are_defaults_only; // nothing is missing
    bool out_of_memory;
};

struct option_rows {
    const struct option_row *rows;
    uint32_t n;
};

// One value to fill: its row, path ("fields.ts"), where to report, where to store.
struct slot {
    const struct option_row *row;
    const char *path; // NULL for the whole config
    struct position at;
    void *place;
};

// Reports `err` about a slot; running out of memory is noted, not reported.
void filler_report(struct filler *f, const char *code, const struct slot *slot,
                   const struct pt_error *err);
// A path in the config's arena; in `format` P stands for `path` and N for `name`.
const char *filler_path(struct filler *f, const char *format, const char *path, const char *name);
// P0109 for every key of a map that occurred before.
void filler_duplicates(struct filler *f, const struct node *map);
// Fills rows of the struct at object->place from a map, or with defaults when it is NULL.
void filler_rows(struct filler *f, const struct option_rows *rows, const struct slot *object,
                 const struct node *map);
// Stores the value of a node.
void filler_value(struct filler *f, const struct slot *slot, const struct node *node);

#endif
