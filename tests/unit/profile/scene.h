// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A scene: a small shop written down in text, run through the whole profile room, and the resulting
// tables as text again. Cells are separated by bars, ~ is NULL; times are seconds, dates are days.
#ifndef TEST_PROFILE_SCENE_H
#define TEST_PROFILE_SCENE_H

#include "profile.h"

struct scene;

struct scene *scene_new(void);
void scene_free(struct scene *s);

// columns: "id:str email:str at:time value:f64 n:i64 ok:bool born:date"; `time` NULL = untimed.
uint32_t scene_source(struct scene *s, const char *name, const char *columns, const char *time);
void scene_where(struct scene *s, uint32_t source, const char *where);
uint32_t scene_namespace(struct scene *s, const char *name, enum namespace_class class_);
struct profile_namespace *scene_namespace_at(struct scene *s, uint32_t namespace_);
void scene_normalize(struct scene *s, uint32_t namespace_, const char *expression); // over `value`
void scene_id(struct scene *s, uint32_t source, uint32_t namespace_, const char *expression);
void scene_row(struct scene *s, uint32_t source, const char *cells);
void scene_rowf(struct scene *s, uint32_t source, const char *format, ...) PT_PRINTF(3, 4);
void scene_clear_rows(struct scene *s);
// Puts the rows of every source in another order.
void scene_shuffle(struct scene *s, uint64_t seed);

void scene_cutoff(struct scene *s, int64_t seconds); // INT64_MAX = none

// Adds a feature over one source; the aggregate's own fields may be set in what is returned, which
// is valid until the next call. `where` may hold several conditions separated by " ; ".
struct profile_feature *scene_feature(struct scene *s, const char *name, enum aggregate aggregate,
                                      uint32_t source, const char *value, const char *where);
// One more source of rows for the feature added last.
void scene_from(struct scene *s, uint32_t source, const char *value, const char *where);
struct profile_spec *scene_spec(struct scene *s); // limits, shared_device, memory may be set

struct scene_run {
    size_t split_rows;     // rows of a split; 0 = all
    size_t batch_rows;     // rows of a batch; 0 = all
    uint32_t threads;      // 0 = no pool
    uint64_t memory;       // 0 = 64 MiB
    bool use_dictionaries; // text columns as codes
    bool last_split_first; // splits are read in the reverse order
    bool no_ids;           // leaves out the columns of identifiers
};

#define SCENE_SECOND ((int64_t)1000000)

// All tables, refusals and balances as text; free with free(). NULL and *status on failure.
char *scene_text(struct scene *s, const struct scene_run *run, pt_status *status);
// A closed profile with all rows in it; the caller's, to be freed before the scene.
struct profile *scene_profile(struct scene *s, const struct scene_run *run);
// The links of a cut-off as text.
char *scene_links(struct scene *s, size_t cutoff);
// Fails the test unless the tables are `expected`.
void scene_expect(struct scene *s, const struct scene_run *run, const char *expected);
uint64_t scene_spilled(const struct scene *s); // bytes of the last run

#endif
