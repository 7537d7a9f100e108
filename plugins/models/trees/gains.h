// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// How much each column's splits gained, as shares of all, for explain().
#ifndef TREES_GAINS_H
#define TREES_GAINS_H

#include "ensemble.h"
#include "pt_json.h"

// The key "importances" and its array of {name, share}, highest first, columns without gain left
// out.
pt_status gains_put(const struct ensemble *e, const struct pt_columns *columns, const pt_host *host,
                    struct pt_json *j, pt_error *err);

#endif
