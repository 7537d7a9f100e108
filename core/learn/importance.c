// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "importance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"
#include "mem.h"
#include "metric.h"
#include "philox.h"

#define FIGURES 3
#define STREAM ((uint64_t)0x70657269 << 32)

// The judged table with one column that is ours to permute.
struct shuffle {
    struct evaluate_rows rows;  // its table is `table`
    struct table table;         // columns[] is ours, what they point to is not
    struct column own;          // storage of the permuted column
    const struct column *whole; // the column as it is
    size_t *order;              // place of row i's new value within the judged rows
};

struct loss {
    double auc, log_loss, accuracy;
};

static pt_status judge(const struct evaluate_rows *rows, struct loss *out, struct pt_error *err)
{
    if (rows->trained->instance.needs.task == PT_TASK_CLASSES) {
        struct class_evaluation e = {0};
        TRY(judge_classes(rows, &e, err));
        *out = (struct loss){e.auc, e.log_loss, e.accuracy};
        class_evaluation_release(&e);
        return PT_OK;
    }
    struct ranked r = {0};
    TRY(evaluate_rows_ranked(rows, &r, err));
    *out = (struct loss){metric_auc(&r), metric_log_loss(&r), (double)NAN};
    ranked_release(&r);
    return PT_OK;
}

static size_t row_at(const struct shuffle *s, size_t i)
{
    return s->rows.from.rows == NULL ? i : s->rows.from.rows[i];
}

// Fisher and Yates, by counter.
static void deal(struct shuffle *s, uint64_t seed, uint64_t stream)
{
    size_t n = s->rows.from.n;
    for (size_t i = 0; i < n; i++) {
        s->order[i] = i;
    }
    for (size_t i = n; i > 1; i--) {
        uint64_t bits = philox_bits(seed, stream, i);
        size_t j = (size_t)(((unsigned __int128)bits * i) >> 64);
        size_t swap = s->order[i - 1];
        s->order[i - 1] = s->order[j];
        s->order[j] = swap;
    }
}

static size_t width_of(enum vec_type type)
{
    switch (type) {
    case VEC_BOOL:
        return sizeof(uint8_t);
    case VEC_STR:
        return sizeof(struct text);
    default:
        return 8;
    }
}

static void *values_of(const struct column *c)
{
    switch (c->type) {
    case VEC_BOOL:
        return c->b;
    case VEC_F64:
        return c->f;
    case VEC_STR:
        return c->s;
    default:
        return c->i;
    }
}

static void permute(struct shuffle *s)
{
    size_t width = width_of(s->whole->type);
    const char *from = values_of(s->whole);
    char *to = values_of(&s->own);
    for (size_t i = 0; i < s->rows.from.n; i++) {
        size_t target = row_at(s, i);
        size_t source = row_at(s, s->order[i]);
        memcpy(to + target * width, from + source * width, width);
        if (s->own.valid != NULL) {
            s->own.valid[target] = s->whole->valid[source];
        }
    }
}

// A column of the same type and length in memory of its own.
static pt_status own_column(struct shuffle *s, struct pt_error *err)
{
    size_t n = s->table.n_rows;
    void *values = mem_zero(n, width_of(s->whole->type));
    uint8_t *valid = s->whole->valid == NULL ? NULL : mem_zero(n, 1);
    if (values == NULL || (s->whole->valid != NULL && valid == NULL)) {
        mem_free(values);
        mem_free(valid);
        FAIL(err, PT_E_NO_MEMORY, "no memory to permute column `%s`", s->whole->name);
    }
    s->own = (struct column){.name = s->whole->name, .type = s->whole->type, .valid = valid};
    switch (s->own.type) {
    case VEC_BOOL:
        s->own.b = values;
        break;
    case VEC_F64:
        s->own.f = values;
        break;
    case VEC_STR:
        s->own.s = values;
        break;
    default:
        s->own.i = values;
    }
    return PT_OK;
}

static double deviation(double sum, double squares, uint32_t n)
{
    double mean = sum / n;
    return n < 2 ? 0 : sqrt(fmax(squares - n * mean * mean, 0) / (n - 1));
}

// One input: its column permuted, judged, `repeats` times.
static pt_status one_input(struct shuffle *s, const struct loss *as_is, uint32_t repeats,
                           uint64_t input_seed, struct importance *out, struct pt_error *err)
{
    double sums[FIGURES] = {0};
    double squares[FIGURES] = {0};
    for (uint32_t k = 0; k < repeats; k++) {
        struct loss l;
        deal(s, input_seed, STREAM + k);
        permute(s);
        TRY(judge(&s->rows, &l, err));
        double changes[FIGURES] = {as_is->auc - l.auc, l.log_loss - as_is->log_loss,
                                   as_is->accuracy - l.accuracy};
        for (int i = 0; i < FIGURES; i++) {
            sums[i] += changes[i];
            squares[i] += changes[i] * changes[i];
        }
    }
    out->auc_drop = sums[0] / repeats;
    out->log_loss_rise = sums[1] / repeats;
    out->auc_drop_sd = deviation(sums[0], squares[0], repeats);
    out->log_loss_rise_sd = deviation(sums[1], squares[1], repeats);
    out->accuracy_drop = sums[2] / repeats;
    out->accuracy_drop_sd = deviation(sums[2], squares[2], repeats);
    return PT_OK;
}

// The column of input `name` gives way to a permuted one while it is judged.
static pt_status shuffle_input(struct shuffle *s, const struct loss *as_is, uint32_t repeats,
                               uint64_t seed, struct importance *out, struct pt_error *err)
{
    ptrdiff_t at = table_find(&s->table, out->name);
    if (at < 0) {
        FAIL(err, PT_E_DATA, "column `%s` is not there", out->name);
    }
    struct column as_it_was = s->table.columns[at];
    s->whole = &as_it_was;
    TRY(own_column(s, err));
    s->table.columns[at] = s->own;
    // By name, so that an input's figure does not depend on where it stands.
    uint64_t input_seed = hash_bytes(out->name, strlen(out->name), seed);
    pt_status status = one_input(s, as_is, repeats, input_seed, out, err);
    s->table.columns[at] = as_it_was;
    mem_free(values_of(&s->own));
    mem_free(s->own.valid);
    return status;
}

static int by_drop(const void *a, const void *b)
{
    const struct importance *x = a;
    const struct importance *y = b;
    if (x->auc_drop != y->auc_drop && !isnan(x->auc_drop) && !isnan(y->auc_drop)) {
        return x->auc_drop > y->auc_drop ? -1 : 1;
    }
    return strcmp(x->name, y->name);
}

pt_status importance_run(const struct evaluate_rows *e, uint32_t repeats, uint64_t seed,
                         struct importance *items, struct pt_error *err)
{
    const struct prepare *p = &e->trained->prepare;
    struct shuffle s = {.rows = *e, .table = *e->from.table};
    struct loss as_is;
    TRY(judge(e, &as_is, err));
    s.rows.from.table = &s.table;
    s.table.columns = mem_array(s.table.n_columns, sizeof *s.table.columns);
    s.order = mem_array(e->from.n, sizeof *s.order);
    pt_status status = PT_OK;
    if (s.table.columns == NULL || s.order == NULL) {
        status = error_set(err, PT_E_NO_MEMORY, "no memory to permute %zu rows", e->from.n);
    } else {
        memcpy(s.table.columns, e->from.table->columns,
               s.table.n_columns * sizeof *s.table.columns);
    }
    for (size_t i = 0; status == PT_OK && i < p->n_inputs; i++) {
        items[i] = (struct importance){.name = p->inputs[i].name};
        status = shuffle_input(&s, &as_is, repeats, seed, &items[i], err);
    }
    if (status == PT_OK) {
        qsort(items, p->n_inputs, sizeof *items, by_drop);
    }
    mem_free(s.table.columns);
    mem_free(s.order);
    return status;
}

static void put_number(struct json_writer *w, const char *key, double value)
{
    json_key(w, key);
    json_put_f64(w, value);
}

void importance_json(const struct importance *items, size_t n, struct json_writer *w)
{
    json_begin_array(w);
    for (size_t i = 0; i < n; i++) {
        json_begin_object(w);
        json_key(w, "input");
        json_put_str(w, items[i].name);
        put_number(w, "auc_drop", items[i].auc_drop);
        put_number(w, "auc_drop_sd", items[i].auc_drop_sd);
        put_number(w, "log_loss_rise", items[i].log_loss_rise);
        put_number(w, "log_loss_rise_sd", items[i].log_loss_rise_sd);
        if (!isnan(items[i].accuracy_drop)) {
            put_number(w, "accuracy_drop", items[i].accuracy_drop);
            put_number(w, "accuracy_drop_sd", items[i].accuracy_drop_sd);
        }
        json_end_object(w);
    }
    json_end_array(w);
}
