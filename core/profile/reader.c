// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The life of a reader and the first steps of a batch: filter, time segments. A row is counted
// once: filtered, else outside, else unmatched or used; which of the last two is known only when
// people are, so these are counted by meeting.
#include "reader.h"

#include "mem.h"

pt_status profile_reader_open(struct profile *p, uint32_t source, uint32_t ordinal,
                              struct profile_reader **out, struct pt_error *err)
{
    if (p->is_closed) {
        FAIL(err, PT_E_STATE, "the profile is closed");
    }
    if (ordinal >= SPLITS_MAX) {
        FAIL(err, PT_E_LIMIT, "a source of more than %u splits", SPLITS_MAX);
    }
    struct profile_reader *r = mem_zero(1, sizeof *r);
    if (r == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for a reader");
    }
    r->profile = p;
    r->source = &p->spec->sources[source];
    r->layout = &p->layouts.items[source];
    r->split = (struct spool_split){.source = source, .ordinal = ordinal};
    r->scratch = expr_scratch_new();
    r->inputs = mem_zero(r->source->n_names, sizeof *r->inputs);
    r->evals = mem_zero(r->layout->n_evals, sizeof *r->evals);
    if (r->scratch == NULL || r->inputs == NULL || r->evals == NULL) {
        profile_reader_abort(r);
        FAIL(err, PT_E_NO_MEMORY, "out of memory for a reader");
    }
    pt_status status = spool_borrow(p->spool, &r->writer, err);
    if (status != PT_OK) {
        profile_reader_abort(r);
        return status;
    }
    *out = r;
    return PT_OK;
}

static void release_rows(struct profile_reader *r)
{
    mem_free(r->pick);
    mem_free(r->time);
    mem_free(r->segment);
    mem_free(r->codes);
    mem_free(r->meeting);
    mem_free(r->bits);
    mem_free(r->is_hit);
    mem_free(r->keys);
    mem_free(r->entries);
    mem_free(r->meeting_keys);
    mem_free(r->met_rows);
    mem_free(r->met_first);
    mem_free(r->met_slots);
    mem_free(r->numbers);
    mem_free(r->decimals);
}

void profile_reader_abort(struct profile_reader *r)
{
    if (r == NULL) {
        return;
    }
    if (r->writer != NULL) {
        spool_return(r->profile->spool, r->writer);
    }
    spool_split_release(&r->split);
    expr_scratch_free(r->scratch);
    release_rows(r);
    mem_free(r->inputs);
    mem_free(r->evals);
    mem_free(r);
}

static pt_status add_balance(struct profile *p, const struct spool_split *split,
                             const struct profile_balance *b, struct pt_error *err)
{
    struct profile_balance *to = &p->balances[split->source];
    pthread_mutex_lock(&p->lock);
    bool has_room =
        mem_reserve(&p->splits, &p->splits_capacity, p->n_splits + 1, sizeof *p->splits);
    if (has_room) {
        p->splits[p->n_splits++] = (struct split_rows){split->source, split->ordinal, b->read};
    }
    to->read += b->read;
    to->filtered += b->filtered;
    to->unmatched += b->unmatched;
    to->outside += b->outside;
    pthread_mutex_unlock(&p->lock);
    if (!has_room) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for a reader");
    }
    return PT_OK;
}

pt_status profile_reader_close(struct profile_reader *r, struct pt_error *err)
{
    const struct spool_split split = r->split;
    pt_status status = spool_commit(r->profile->spool, &r->split, err);
    if (status == PT_OK) {
        status = add_balance(r->profile, &split, &r->balance, err);
    }
    profile_reader_abort(r);
    return status;
}

static bool reserve_meetings(struct profile_reader *r, size_t n)
{
    r->met_shift = 63;
    while (((size_t)1 << (64 - r->met_shift)) < n) {
        r->met_shift--;
    }
    r->meeting_keys = mem_array(n + 1, (1 + r->source->n_ids) * sizeof *r->meeting_keys);
    r->met_rows = mem_array(n, sizeof *r->met_rows);
    r->met_first = mem_array(n, sizeof *r->met_first);
    r->met_slots = mem_array((size_t)1 << (64 - r->met_shift), sizeof *r->met_slots);
    return r->meeting_keys != NULL && r->met_rows != NULL && r->met_first != NULL &&
           r->met_slots != NULL;
}

pt_status reader_reserve(struct profile_reader *r, size_t n, struct pt_error *err)
{
    if (n <= r->capacity) {
        return PT_OK;
    }
    size_t n_ids = r->source->n_ids;
    size_t n_codes = n_ids > 1 ? n_ids : 1;
    release_rows(r);
    r->capacity = 0;
    r->pick = mem_array(n, sizeof *r->pick);
    r->time = mem_array(n, sizeof *r->time);
    r->segment = mem_array(n, sizeof *r->segment);
    r->codes = mem_array(n, n_codes * sizeof *r->codes);
    r->meeting = mem_array(n, sizeof *r->meeting);
    r->bits = mem_array(n, r->layout->n_words * sizeof *r->bits);
    r->is_hit = mem_array(n, sizeof *r->is_hit);
    r->keys = mem_array(n, sizeof *r->keys);
    r->entries = mem_array(n, sizeof(struct intern_entry *));
    r->numbers = mem_array(n, sizeof *r->numbers);
    r->decimals = mem_array(n, 20);
    if (r->pick == NULL || r->time == NULL || r->segment == NULL || r->codes == NULL ||
        r->meeting == NULL || r->bits == NULL || r->is_hit == NULL || r->keys == NULL ||
        r->entries == NULL || r->numbers == NULL || r->decimals == NULL ||
        !reserve_meetings(r, n)) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for a batch of %zu rows", n);
    }
    r->capacity = n;
    return PT_OK;
}

pt_status reader_eval(struct profile_reader *r, const struct expr *e, int32_t cutoff,
                      struct vec *out, struct pt_error *err)
{
    static const uint8_t absent = 0;
    struct vec *as_of = &r->inputs[r->source->n_names - 1];
    const int64_t *at = cutoff < 0 ? NULL : &r->profile->spec->cutoffs_us[cutoff];
    bool is_there = at != NULL && *at != INT64_MAX;
    static const int64_t nothing = 0;
    *as_of = (struct vec){.type = VEC_TIME, .n = r->n_rows, .is_const = true};
    as_of->i = is_there ? at : &nothing;
    as_of->valid = is_there ? NULL : &absent;
    return expr_eval(e, &(struct expr_rows){.inputs = r->inputs, .n = r->n_rows}, r->scratch, out,
                     err);
}

static void bind_inputs(struct profile_reader *r, const struct vec *columns)
{
    size_t n_columns = r->source->n_names - 2;
    memcpy(r->inputs, columns, n_columns * sizeof *columns);
    if (r->layout->needs_row) {
        for (size_t i = 0; i < r->n_rows; i++) {
            r->numbers[i] = (int64_t)(r->first_row + i);
        }
    }
    r->inputs[n_columns] = (struct vec){.type = VEC_I64, .n = r->n_rows, .i = r->numbers};
}

static pt_status filter_rows(struct profile_reader *r, struct pt_error *err)
{
    size_t n = 0;
    if (r->source->where == NULL) {
        for (size_t i = 0; i < r->n_rows; i++) {
            r->pick[i] = (uint32_t)i;
        }
        n = r->n_rows;
    } else {
        struct vec v = {0};
        TRY(reader_eval(r, r->source->where, -1, &v, err));
        size_t step = v.is_const ? 0 : 1;
        for (size_t i = 0; i < r->n_rows; i++) {
            r->pick[n] = (uint32_t)i;
            n += v.b[i * step] != 0 && (v.valid == NULL || v.valid[i * step] != 0);
        }
    }
    r->n = n;
    r->balance.read += r->n_rows;
    r->balance.filtered += r->n_rows - n;
    return PT_OK;
}

// Times of the rows left, in microseconds; TIME_NONE for NULL.
static pt_status read_times(struct profile_reader *r, struct pt_error *err)
{
    const struct vec *v = &r->inputs[r->source->time];
    if (v->type != VEC_TIME && v->type != VEC_DATE) {
        FAIL(err, PT_E_DATA, "the time column of source `%s` is %s, not time", r->source->name,
             vec_type_name(v->type));
    }
    size_t step = v->is_const ? 0 : 1;
    for (size_t j = 0; j < r->n; j++) {
        size_t i = r->pick[j] * step;
        int64_t t = v->i[i];
        if (v->type == VEC_DATE && __builtin_mul_overflow(t, US_PER_DAY, &t)) {
            t = v->i[i] < 0 ? TIME_NONE + 1 : INT64_MAX;
        }
        t = t == TIME_NONE ? TIME_NONE + 1 : t;
        r->time[j] = v->valid != NULL && v->valid[i] == 0 ? TIME_NONE : t;
    }
    return PT_OK;
}

static void find_segments(struct profile_reader *r, const struct segments *segments)
{
    uint16_t first = (uint16_t)r->profile->first_segment[r->split.source];
    for (size_t j = 0; j < r->n; j++) {
        r->segment[j] = first;
    }
    for (size_t s = 1; s < segments->n; s++) {
        int64_t from = segments->items[s].from;
        for (size_t j = 0; j < r->n; j++) {
            r->segment[j] = (uint16_t)(r->segment[j] + (r->time[j] >= from));
        }
    }
}

// Drops rows that can change nothing. A row without a time of a timed source lies in no window and
// before no cut-off.
static void drop_outside(struct profile_reader *r)
{
    const struct profile *p = r->profile;
    bool is_timed = r->layout->is_timed;
    size_t n = 0;
    for (size_t j = 0; j < r->n; j++) {
        const struct segment *s = &p->all_segments[r->segment[j]];
        bool is_nowhere = is_timed && r->time[j] == TIME_NONE;
        r->balance.outside += is_nowhere || !s->is_inside;
        r->pick[n] = r->pick[j];
        r->time[n] = r->time[j];
        r->segment[n] = r->segment[j];
        n += !is_nowhere && segment_matters(s, p->spec->n_cutoffs);
    }
    r->n = n;
}

static pt_status place_rows(struct profile_reader *r, struct pt_error *err)
{
    if (r->layout->is_timed) {
        TRY(read_times(r, err));
    } else {
        for (size_t j = 0; j < r->n; j++) {
            r->time[j] = TIME_NONE;
        }
    }
    find_segments(r, &r->profile->segments[r->split.source]);
    drop_outside(r);
    return PT_OK;
}

pt_status profile_reader_add(struct profile_reader *r, const struct vec *columns, size_t n_rows,
                             uint64_t first_row, struct pt_error *err)
{
    if (n_rows > UINT32_MAX / 2) {
        FAIL(err, PT_E_LIMIT, "a batch of %zu rows is too large", n_rows);
    }
    TRY(reader_reserve(r, n_rows, err));
    expr_scratch_reset(r->scratch);
    r->n_rows = n_rows;
    r->first_row = first_row;
    r->rows_before = r->balance.read;
    bind_inputs(r, columns);
    TRY(filter_rows(r, err));
    TRY(place_rows(r, err));
    TRY(reader_meet(r, err));
    return reader_record(r, err);
}
