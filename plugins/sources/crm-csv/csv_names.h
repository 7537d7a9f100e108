// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Names of columns: out of a header, out of the option, or made up.
#ifndef CSV_NAMES_H
#define CSV_NAMES_H

#include <portrait/source.h>

#include "csv_config.h"
#include "csv_text.h"

// {host} is empty.
struct csv_names {
    const pt_host *host;
    char **items;
    uint32_t n;
};

void csv_names_release(struct csv_names *names);
// The cells of a header as they stand there, empty and repeated ones too.
pt_status csv_names_read(struct csv_names *names, struct csv_text *text, const uint8_t *data,
                         const struct csv_record *record, pt_error *err);
// n empty names.
pt_status csv_names_empty(struct csv_names *names, uint32_t n, pt_error *err);
// Without the empty names at the end.
uint32_t csv_names_used(const struct csv_names *names);
// Makes them names of columns: the option's, if given; no unnamed ones behind the `n_used` columns
// that hold anything; none empty, none twice, which is told.
pt_status csv_names_finish(struct csv_names *names, const struct csv_config *config,
                           uint32_t n_used, const pt_discovery *out, pt_error *err);

#endif
