// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Segments: which number each cluster gets, so that a rule can name a segment before training.
#ifndef PORTRAIT_LEARN_SEGMENTS_H
#define PORTRAIT_LEARN_SEGMENTS_H

#include "learned.h"

// The column whose mean orders segments: the spec's, else the plugin's COLUMN option `order_by`;
// NULL = by size.
const char *segments_order_by(const struct component_info *plugin, const void *config,
                              const char *wanted);
// Numbers the clusters of a fitted instance by falling mean of `order_by` (NULL: falling size) over
// `from`; ties by size, then by the model's own number. segment[i] of the i-th row of `from` is
// rewritten. A plugin that cannot renumber keeps its numbers.
pt_status segments_number(struct instance *m, const struct prepare_rows *from, const char *order_by,
                          uint32_t *segment, struct pt_error *err);

#endif
