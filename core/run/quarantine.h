// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Quarantine: rejected records, kept with file, line and reason. Readers of splits write parts at
// once; at the end of a source the parts become one file of JSON lines with global line numbers:
//
//     {"file":"crm.csv","line":18231,"offset":1048810,"column":7,"name":"birth",
//      "reason":"not a date","record":"..."}
//
// `record` is the record's bytes as text; bytes that are no UTF-8 stand in base64 in `record_b64`.
#ifndef PORTRAIT_RUN_QUARANTINE_H
#define PORTRAIT_RUN_QUARANTINE_H

#include <portrait/source.h>

#include "error.h"
#include "text.h"

struct quarantine;      // of one source
struct quarantine_part; // of one split

struct quarantine_reason {
    char *text; // reason and column name
    uint64_t rows;
};

// `folder` is made when the first record is rejected; NULL keeps only counts. Borrowed.
pt_status quarantine_new(const char *folder, const char *source, uint32_t n_splits,
                         struct quarantine **out, struct pt_error *err);
// The part of split `ordinal`, whose records stand in `file`. One thread a part.
struct quarantine_part *quarantine_part_of(struct quarantine *q, uint32_t ordinal);
void quarantine_part_file(struct quarantine_part *p, const char *file);
pt_status quarantine_reject(struct quarantine_part *p, const pt_reject *reject,
                            struct pt_error *err);
// Lines the split passed: what later splits of the same file count from.
void quarantine_part_lines(struct quarantine_part *p, uint64_t lines);
uint64_t quarantine_part_rows(const struct quarantine_part *p);
// After all splits: merges the parts into <folder>/<source>.ndjson (nothing when no record was
// rejected) and sums the reasons.
pt_status quarantine_finish(struct quarantine *q, struct pt_error *err);
uint64_t quarantine_rows(const struct quarantine *q);
// Reasons by rows, most first; valid after quarantine_finish.
const struct quarantine_reason *quarantine_reasons(const struct quarantine *q, size_t *n);
// Place of the first rejected record; false when there is none.
bool quarantine_first(const struct quarantine *q, const char **file, uint64_t *line);
void quarantine_free(struct quarantine *q); // NULL is fine; parts not merged are removed

#endif
