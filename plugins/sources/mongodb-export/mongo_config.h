// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The plugin's options as the host fills them in; rows in mongo_options.c.
#ifndef MONGO_CONFIG_H
#define MONGO_CONFIG_H

#include <stdbool.h>

#include <portrait/host.h>
#include <portrait/option.h>

// What a column holds; the first seven are choices of the option `types`, in their order.
enum mongo_type {
    MONGO_STRING = 0,
    MONGO_I64,
    MONGO_F64,
    MONGO_BOOL,
    MONGO_TIME,
    MONGO_DATE,
    MONGO_JSON,
    MONGO_I32, // found only, never declared
};

enum mongo_mismatch { MONGO_MISMATCH_REJECT = 0, MONGO_MISMATCH_NULL };

// How documents lie in a file; choices of the option `format`, in their order.
enum mongo_layout {
    MONGO_AUTO = 0,
    MONGO_LINES,   // one a line
    MONGO_LIST,    // one array of them
    MONGO_PRETTY,  // one behind the other, over several lines
    MONGO_BSON,    // one behind the other, as mongodump writes a collection
    MONGO_ARCHIVE, // of mongodump: blocks of several collections
};

static inline bool mongo_layout_is_dump(enum mongo_layout layout)
{
    return layout == MONGO_BSON || layout == MONGO_ARCHIVE;
}

struct mongo_config {
    pt_input *path;
    pt_map fields; // column -> const char *path
    pt_map types;  // column -> int32_t mongo_type
    const char *collection;
    int64_t sample;
    int32_t format;
    int32_t on_mismatch;
};

// The option, "" when it is not there.
static inline const char *mongo_collection(const struct mongo_config *config)
{
    return config->collection == NULL ? "" : config->collection;
}

#define MONGO_N_OPTIONS 7u
extern const pt_option *const mongo_options[MONGO_N_OPTIONS];

#endif
