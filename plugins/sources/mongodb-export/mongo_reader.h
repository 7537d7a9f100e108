// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// One open split: documents into batches of the bound columns, bad ones into rejects.
#ifndef MONGO_READER_H
#define MONGO_READER_H

#include "mongo_instance.h"
#include "pt_splits.h"

pt_status mongo_reader_open(const struct mongo_instance *instance, const struct pt_range *range,
                            const pt_split_run *run, struct ArrowArrayStream *out, pt_error *err);

#endif
