// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Judging: a learnt model's scores of some rows against their labels, by classes or by numbers.
#ifndef PORTRAIT_LEARN_JUDGE_H
#define PORTRAIT_LEARN_JUDGE_H

#include "evaluate_bootstrap_classes.h"
#include "evaluate_classes.h"
#include "evaluate_regress.h"
#include "evaluate_rows.h"

pt_status judge_classes(const struct evaluate_rows *e, struct class_evaluation *out,
                        struct pt_error *err);
// Of scores that are there already, all outputs: the figures, and how far they could be off.
pt_status judge_votes(const struct evaluate_rows *e, const double *scores,
                      struct class_evaluation *out, struct pt_error *err);
pt_status judge_intervals(const struct evaluate_rows *e, const double *scores, uint32_t resamples,
                          uint64_t seed, struct class_bootstrap *out, struct pt_error *err);
pt_status judge_regress(const struct evaluate_rows *e, struct regress_evaluation *out,
                        struct pt_error *err);

#endif
