// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Header, columns and types out of the first records of every file.
#ifndef CSV_SAMPLE_H
#define CSV_SAMPLE_H

#include "csv_instance.h"

// Fills header and columns of in->layout, whose dialect is set. Tells `out` about names it made up.
pt_status csv_sample_files(struct csv_instance *in, const pt_discovery *out, pt_error *err);

#endif
