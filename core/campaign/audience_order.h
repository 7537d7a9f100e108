// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The order of an audience. Every sort key becomes one unsigned number a row that sorts as the
// value does, so that a comparison seldom looks further; only texts with a common beginning do.
#ifndef PORTRAIT_CAMPAIGN_AUDIENCE_ORDER_H
#define PORTRAIT_CAMPAIGN_AUDIENCE_ORDER_H

#include "audience.h"

// Sorts rows[0..n) by the spec's keys, then by profile name (bytes).
pt_status audience_order_sort(const struct audience_spec *spec,
                              const struct audience_people *people, size_t *rows, size_t n,
                              struct pt_error *err);

#endif
