// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Learnt models in the formats of other programs.
#ifndef PORTRAIT_LEARN_EXPORT_MODEL_H
#define PORTRAIT_LEARN_EXPORT_MODEL_H

#include "learn.h"

// Appends the model as PT_EXPORT_PMML or PT_EXPORT_XGBOOST. PT_E_UNSUPPORTED when its plugin does
// not know the format, or when a name has characters the format cannot hold.
pt_status learned_export(const struct learned *m, const char *format, struct str *out,
                         struct pt_error *err);

#endif
