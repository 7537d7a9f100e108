// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What the steps of one run share.
#ifndef PORTRAIT_RUN_RUN_STATE_H
#define PORTRAIT_RUN_RUN_STATE_H

#include <stdatomic.h>

#include "delivery.h"
#include "publish.h"
#include "run.h"

// Rows of one source, and what became of them.
struct run_source {
    uint64_t read; // good and rejected records
    uint64_t quarantined;
    struct profile_balance balance;
    struct quarantine *rejects;
    double seconds;
    uint32_t splits;
};

struct run_sink {
    struct publish *staged;
    uint64_t rows;
    uint64_t bytes;
    char sha256[65];
    bool is_committed;
    bool is_frozen;
    struct delivery_report report;
    bool has_report;
};

struct run {
    struct plan *plan;
    const struct run_options *options;
    struct run_folder folder;
    struct pool *pool;
    struct profile *profile;
    struct profile_spec spec;
    struct profile_source *sources;
    struct profile_cut *cuts;  // a cut-off
    struct table training;     // rows of all training cut-offs; unused without `train`
    struct table *train_table; // what models learn from
    struct table *score_table; // what is scored and published
    struct expr_fit **fits;    // a derived value; NULL = no column function
    struct learned **models;
    struct audience *audiences;
    struct run_source *read;
    struct run_sink *sinks;
    struct arena arena;
    const char *wave;
    const char *status; // RUNNING, DONE, FAILED, ...
    int exit_code;
    struct pt_error failure;
    int64_t started_us;
    double seconds_read, seconds_people, seconds_learn, seconds_publish, seconds_deliver;
    _Atomic uint64_t rows_seen;
    struct progress progress;
};

pt_status step_read(struct run *r, struct pt_error *err);
pt_status step_people(struct run *r, struct pt_error *err);
pt_status step_learn(struct run *r, struct pt_error *err);
pt_status step_audiences(struct run *r, struct pt_error *err);
pt_status step_publish(struct run *r, struct pt_error *err);
pt_status step_deliver(struct run *r, struct pt_error *err);

// Before anything is derived: edges of column functions that loaded models were learnt with.
pt_status step_learn_restore_fits(struct run *r, struct pt_error *err);

// Vectors of the plan's columns over a table; out[i] is zero for a column the table lacks.
void run_inputs(const struct plan *p, const struct table *t, struct vec *out);
bool run_is_cancelled(const struct run *r);

// Who is told while deliveries go out.
struct deliver_screen {
    const struct run_options *options;
    struct progress *progress;
};

// Sends what an earlier run left pending in a folder; what was exhausted is tried again.
pt_status step_deliver_folder(const char *folder, const struct component_info *component,
                              void *self, struct deliver_screen *screen,
                              struct delivery_report *report, struct pt_error *err);
// Says, also when quiet, what a sink could not deliver and why.
void step_deliver_tell(const struct run_options *options, const char *sink,
                       const struct delivery_report *report);
// Where the bodies of a sink are frozen; owned by the caller (mem_free).
char *run_delivery_folder(const struct run_folder *folder, const char *sink);

// run.json, the status line, the summary for people.
pt_status record_write(const struct run *r, struct pt_error *err);
void record_status_line(const struct run *r, FILE *out);
void record_summary(const struct run *r, FILE *out);
// Its first part alone: where the rows went. Nothing before all have a place.
void record_rows(const struct run *r, FILE *out);

#endif
