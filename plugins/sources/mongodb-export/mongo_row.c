// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "mongo_row.h"

#include "mongo_cell.h"

pt_status mongo_rows_init(struct mongo_rows *r, const struct mongo_instance *instance,
                          uint32_t batch_rows)
{
    const pt_host *host = instance->host;
    uint32_t n = instance->n_bound;
    *r = (struct mongo_rows){.instance = instance, .scratch.host = host};
    r->views = pt_mem_array(host, (uint64_t)n * MONGO_ROW_VIEWS, sizeof *r->views);
    r->n_views = pt_mem_zero(host, n, sizeof *r->n_views);
    r->types = pt_mem_array(host, n, sizeof *r->types);
    for (uint32_t i = 0; r->types != NULL && i < n; i++) {
        r->types[i] = instance->table.columns[instance->bound[i]].type;
    }
    pt_status status = r->views == NULL || r->n_views == NULL || r->types == NULL
                           ? PT_E_NO_MEMORY
                           : pt_batch_init(&r->batch, host, instance->fields, n, batch_rows);
    if (status != PT_OK) {
        mongo_rows_release(r);
    }
    return status;
}

void mongo_rows_release(struct mongo_rows *r)
{
    if (r->instance != NULL) {
        pt_mem_free(r->instance->host, r->views);
        pt_mem_free(r->instance->host, r->n_views);
        pt_mem_free(r->instance->host, r->types);
    }
    mongo_text_release(&r->scratch);
    pt_batch_release(&r->batch);
    *r = (struct mongo_rows){0};
}

static void column_settle(struct mongo_rows *r, uint32_t bound)
{
    struct pt_column *column = &r->batch.columns[bound];
    const pt_bytes *views = r->views + (uint64_t)bound * MONGO_ROW_VIEWS;
    uint32_t n = r->n_views[bound];
    int32_t codes[MONGO_ROW_VIEWS];
    r->n_views[bound] = 0;
    if (n > 0 && !pt_dict_intern_all(&column->dict, views, n, codes)) {
        pt_column_code(column, -1);
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (views[i].data == NULL) {
            pt_column_null(column);
        } else {
            pt_column_code(column, codes[i]);
        }
    }
}

void mongo_rows_settle(struct mongo_rows *r)
{
    for (uint32_t i = 0; i < r->batch.n_columns; i++) {
        column_settle(r, i);
    }
}

static void view_add(struct mongo_rows *r, uint32_t bound, const uint8_t *p, uint64_t n)
{
    if (r->n_views[bound] == MONGO_ROW_VIEWS) {
        column_settle(r, bound);
    }
    r->views[(uint64_t)bound * MONGO_ROW_VIEWS + r->n_views[bound]++] = (pt_bytes){p, n};
}

// Numbers and booleans as most are written; false = not so, nothing was done.
static bool scalar_quick(struct pt_column *column, enum mongo_type type,
                         const struct mongo_raw *raw, enum mongo_guess_form form)
{
    int64_t integer = 0;
    double real = 0;
    bool is_text = form == MONGO_FORM_INT || form == MONGO_FORM_LONG || form == MONGO_FORM_DOUBLE;
    if (raw->is_escaped || (!is_text && raw->token != MONGO_NUMBER)) {
        return false;
    }
    if (type == MONGO_F64 && mongo_quick_f64(raw->p, raw->n, &real)) {
        pt_column_f64(column, real);
        return true;
    }
    if (form == MONGO_FORM_DOUBLE || !mongo_quick_i64(raw->p, raw->n, &integer) ||
        (form == MONGO_FORM_INT && integer > INT32_MAX)) {
        return false;
    }
    if (type == MONGO_I64) {
        pt_column_i64(column, integer);
        return true;
    }
    if (type == MONGO_I32 && integer <= INT32_MAX) {
        pt_column_i32(column, (int32_t)integer);
        return true;
    }
    return false;
}

static bool time_quick(struct mongo_rows *r, struct pt_column *column, const struct mongo_raw *raw,
                       enum mongo_guess_form form)
{
    int64_t us = 0;
    bool is_good = form == MONGO_FORM_DATE ? mongo_quick_date(&r->day, raw->p, raw->n, &us)
                                           : mongo_quick_i64(raw->p, raw->n, &us) &&
                                                 !__builtin_mul_overflow(us, INT64_C(1000), &us);
    if (is_good && !raw->is_escaped) {
        pt_column_i64(column, us);
    }
    return is_good && !raw->is_escaped;
}

// Appends a value that is written as most are; false = it is not, nothing was done.
static bool cell_quick(struct mongo_rows *r, const struct mongo_guess *guess, uint32_t bound,
                       const struct mongo_guess_place *place)
{
    struct pt_column *column = &r->batch.columns[bound];
    enum mongo_type type = r->types[bound];
    bool is_dict = column->cell == PT_CELL_DICT;
    if (place->form == MONGO_FORM_ABSENT) {
        if (is_dict) {
            view_add(r, bound, NULL, 0);
        } else {
            pt_column_null(column);
        }
        return true;
    }
    if (place->form == MONGO_FORM_SPAN) {
        return false;
    }
    struct mongo_raw raw = mongo_guess_value(guess, place);
    switch (place->form) {
    case MONGO_FORM_TEXT:
        if (type != MONGO_STRING || raw.is_escaped) {
            return false;
        }
        if (is_dict) {
            view_add(r, bound, raw.p, raw.n);
        } else {
            pt_column_text(column, raw.p, raw.n);
        }
        return true;
    case MONGO_FORM_DATE:
    case MONGO_FORM_DATE_LONG:
        return type == MONGO_TIME && time_quick(r, column, &raw, place->form);
    case MONGO_FORM_SCALAR:
    case MONGO_FORM_INT:
    case MONGO_FORM_LONG:
    case MONGO_FORM_DOUBLE:
        return scalar_quick(column, type, &raw, place->form);
    default:
        return false;
    }
}

// Appends the value with care.
static const char *cell_put(struct mongo_rows *r, uint32_t bound, const struct mongo_raw *raw)
{
    struct pt_column *column = &r->batch.columns[bound];
    bool is_mismatch = false;
    column_settle(r, bound);
    const char *fault = mongo_cell_put(column, r->types[bound], raw, &r->scratch, &is_mismatch);
    if (fault != NULL && is_mismatch && r->instance->config->on_mismatch == MONGO_MISMATCH_NULL) {
        pt_column_null(column);
        return NULL;
    }
    return fault;
}

const char *mongo_rows_add(struct mongo_rows *r, const struct mongo_guess *guess,
                           const struct mongo_doc *doc, uint32_t *bound)
{
    const uint32_t *slots = r->instance->slots;
    const struct mongo_guess_place *places = guess == NULL ? NULL : mongo_guess_places(guess);
    for (uint32_t i = 0; i < r->batch.n_columns; i++) {
        if (guess != NULL && cell_quick(r, guess, i, &places[slots[i]])) {
            continue;
        }
        struct mongo_raw raw =
            guess == NULL ? doc->slots[slots[i]] : mongo_guess_raw(guess, &places[slots[i]]);
        const char *fault = cell_put(r, i, &raw);
        if (fault != NULL) {
            mongo_rows_settle(r);
            pt_batch_truncate(&r->batch, r->n);
            *bound = i;
            return fault;
        }
    }
    r->n++;
    return NULL;
}
