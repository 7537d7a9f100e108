// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// One split read: lines to records to batches of the bound columns. A reader belongs to one
// thread; what it shares with others (struct weblog_instance) does not change any more by then.
#ifndef WEBLOG_READER_H
#define WEBLOG_READER_H

#include <portrait/source.h>

#include "pt_lines.h"
#include "weblog_bot.h"
#include "weblog_column.h"
#include "weblog_config.h"
#include "weblog_goaccess.h"
#include "weblog_row.h"

// A source instance: the format found, and what was asked of it.
struct weblog_instance {
    const pt_host *host;
    const struct weblog_config *config;
    char wish[WEBLOG_GOACCESS_MAX]; // the format text of a GoAccess log-format; else empty
    int32_t offset_s;               // of times without a zone
    struct weblog_format format;
    struct weblog_pages pages;
    struct weblog_bots bots;
    struct weblog_columns columns; // all
    uint32_t n_bound;
    uint32_t *bound;         // indices into columns
    struct pt_field *fields; // of the bound columns
};

// Opens a split as an Arrow stream.
pt_status weblog_reader_open(const struct weblog_instance *instance, const struct pt_range *range,
                             const pt_split_run *run, struct ArrowArrayStream *out, pt_error *err);

#endif
