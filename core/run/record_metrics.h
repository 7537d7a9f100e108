// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// metrics.prom: the figures of run.json in the Prometheus text exposition format, for
// node_exporter's textfile collector. Made from the record itself, so that the two cannot differ.
// docs/metrics.md lists the names.
#ifndef PORTRAIT_RUN_RECORD_METRICS_H
#define PORTRAIT_RUN_RECORD_METRICS_H

#include "error.h"
#include "json.h"

// Appends the whole text.
pt_status record_metrics_text(const struct json *record, struct str *out, struct pt_error *err);
// Writes <folder>/metrics.prom atomically; `record` is the text of its run.json.
pt_status record_metrics_write(const char *folder, struct text record, struct pt_error *err);

#endif
