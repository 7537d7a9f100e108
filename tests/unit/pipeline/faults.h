// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Diagnostics as one short text, so that a table can name what it expects.
#ifndef PORTRAIT_TESTS_PIPELINE_FAULTS_H
#define PORTRAIT_TESTS_PIPELINE_FAULTS_H

#include "diag.h"

// "P0103 2:5 `did you mean..`" of each diagnostic, sorted, one a line, into `out`; a hint stands
// behind the position. Nothing wrong = "".
void faults_text(struct diags *diags, char *out, size_t size);

#endif
