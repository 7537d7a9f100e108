// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "label.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "gather.h"
#include "mem.h"

// A label under way: where it comes from and the names of its classes, as far as they are known.
struct reading {
    const struct learn_spec *spec;
    const struct column *column;
    size_t n_rows;
    struct text names[LABEL_CLASSES];
    uint32_t n_names;
    double *values;
};

// The names that the pipeline or the plugin's option `classes` give; none leaves them to the data.
static pt_status name_classes(struct reading *r, struct pt_error *err)
{
    const struct learn_spec *spec = r->spec;
    if (spec->classes[0] != NULL && spec->classes[1] != NULL) {
        r->names[0] = text_of(spec->classes[0]);
        r->names[1] = text_of(spec->classes[1]);
        r->n_names = 2;
        return PT_OK;
    }
    pt_list list = {0};
    for (uint32_t i = 0; i < spec->plugin->n_options; i++) {
        const struct option_row *o = &spec->plugin->options[i];
        if (o->type == PT_OPT_LIST && strcmp(o->name, "classes") == 0) {
            memcpy(&list, (const char *)spec->config + o->offset, sizeof list);
        }
    }
    if (list.n > LABEL_CLASSES) {
        FAIL(err, PT_E_LIMIT, "label `%s` has %u classes; %d are the most", spec->label, list.n,
             LABEL_CLASSES);
    }
    for (uint32_t i = 0; i < list.n; i++) {
        r->names[i] = text_of(((const char *const *)list.items)[i]);
    }
    r->n_names = list.n;
    return PT_OK;
}

// The two texts of the column, in byte order.
static pt_status find_two_texts(struct reading *r, struct pt_error *err)
{
    const struct column *c = r->column;
    struct text *found = r->names;
    size_t n_found = 0;
    for (size_t i = 0; i < r->n_rows; i++) {
        bool is_known = c->valid != NULL && c->valid[i] == 0;
        for (size_t j = 0; j < n_found; j++) {
            is_known = is_known || text_equal(found[j], c->s[i]);
        }
        if (is_known) {
            continue;
        }
        if (n_found == 2) {
            FAIL(err, PT_E_DATA, "label `%s` has more than two classes: `%.*s`, `%.*s`, `%.*s`",
                 r->spec->label, (int)found[0].n, found[0].p, (int)found[1].n, found[1].p,
                 (int)c->s[i].n, c->s[i].p);
        }
        found[n_found++] = c->s[i];
    }
    if (n_found < 2) {
        FAIL(err, PT_E_DATA, "label `%s` has %s; two classes are needed", r->spec->label,
             n_found == 0 ? "no values" : "one class only");
    }
    if (text_compare(found[0], found[1]) > 0) {
        struct text swap = found[0];
        found[0] = found[1];
        found[1] = swap;
    }
    r->n_names = 2;
    return PT_OK;
}

// "`a`, `b` and `c`"
static bool put_names(const struct reading *r, struct str *out)
{
    for (uint32_t i = 0; i < r->n_names; i++) {
        const char *before = i == 0 ? "" : i + 1 == r->n_names ? " and " : ", ";
        str_addf(out, "%s`%.*s`", before, (int)r->names[i].n, r->names[i].p);
    }
    return !out->failed;
}

static pt_status fail_unnamed(const struct reading *r, const char *value, size_t n_rows,
                              struct pt_error *err)
{
    struct str names = {0};
    if (!put_names(r, &names)) {
        str_release(&names);
        FAIL(err, PT_E_NO_MEMORY, "no memory for a message");
    }
    pt_status status =
        error_set(err, PT_E_DATA, "label `%s` holds `%s` in %zu row%s; its classes are %s",
                  r->spec->label, value, n_rows, n_rows == 1 ? "" : "s", names.p);
    str_release(&names);
    return status;
}

static pt_status fail_text(const struct reading *r, struct text value, struct pt_error *err)
{
    const struct column *c = r->column;
    size_t n = 0;
    for (size_t i = 0; i < r->n_rows; i++) {
        n += (c->valid == NULL || c->valid[i] != 0) && text_equal(c->s[i], value);
    }
    char shown[128];
    snprintf(shown, sizeof shown, "%.*s", (int)(value.n < 100 ? value.n : 100), value.p);
    return fail_unnamed(r, shown, n, err);
}

static pt_status read_texts(struct reading *r, struct pt_error *err)
{
    const struct column *c = r->column;
    for (size_t i = 0; i < r->n_rows; i++) {
        r->values[i] = (double)NAN;
        if (c->valid != NULL && c->valid[i] == 0) {
            continue;
        }
        uint32_t at = 0;
        while (at < r->n_names && !text_equal(c->s[i], r->names[at])) {
            at++;
        }
        if (at == r->n_names) {
            return fail_text(r, c->s[i], err);
        }
        r->values[i] = at;
    }
    return PT_OK;
}

static void gather_all(const struct reading *r)
{
    gather_numbers(r->column, (struct gather_range){NULL, 0, r->n_rows}, r->values);
}

static bool is_number_type(const struct column *c)
{
    return c->type == VEC_BOOL || c->type == VEC_I64 || c->type == VEC_F64;
}

static pt_status read_zero_one(struct reading *r, struct pt_error *err)
{
    if (r->n_names == 0) {
        r->names[0] = text_of("0");
        r->names[1] = text_of("1");
        r->n_names = 2;
    }
    gather_all(r);
    for (size_t i = 0; i < r->n_rows; i++) {
        if (!isnan(r->values[i]) && r->values[i] != 0 && r->values[i] != 1) {
            FAIL(err, PT_E_DATA, "label `%s` holds %g; a class is 0 or 1, or one of two texts",
                 r->spec->label, r->values[i]);
        }
    }
    return PT_OK;
}

static pt_status read_two(struct reading *r, struct pt_error *err)
{
    if (r->n_names != 0 && r->n_names != 2) {
        FAIL(err, PT_E_CONFIG, "label `%s` has %u names of classes; this model tells two apart",
             r->spec->label, r->n_names);
    }
    if (r->column->type == VEC_STR) {
        if (r->n_names == 0) {
            TRY(find_two_texts(r, err));
        }
        return read_texts(r, err);
    }
    if (!is_number_type(r->column)) {
        FAIL(err, PT_E_DATA, "label `%s` is %s; a class is bool, 0 or 1, or one of two texts",
             r->spec->label, vec_type_name(r->column->type));
    }
    return read_zero_one(r, err);
}

static pt_status fail_number(const struct reading *r, double value, struct pt_error *err)
{
    const struct column *c = r->column;
    size_t n = 0;
    for (size_t i = 0; i < r->n_rows; i++) {
        double other = 0;
        gather_numbers(c, (struct gather_range){NULL, i, 1}, &other);
        n += other == value;
    }
    char shown[40];
    snprintf(shown, sizeof shown, "%.17g", value);
    return fail_unnamed(r, shown, n, err);
}

// A number is of the class whose name says it: 2 of `2`.
static pt_status read_class_numbers(struct reading *r, struct pt_error *err)
{
    double numbers[LABEL_CLASSES];
    for (uint32_t j = 0; j < r->n_names; j++) {
        if (!text_to_f64(r->names[j], &numbers[j])) {
            FAIL(err, PT_E_DATA, "label `%s` is %s, but its class `%.*s` is no number",
                 r->spec->label, vec_type_name(r->column->type), (int)r->names[j].n, r->names[j].p);
        }
    }
    gather_all(r);
    for (size_t i = 0; i < r->n_rows; i++) {
        uint32_t at = 0;
        while (at < r->n_names && r->values[i] != numbers[at]) {
            at++;
        }
        if (at == r->n_names && !isnan(r->values[i])) {
            return fail_number(r, r->values[i], err);
        }
        r->values[i] = at == r->n_names ? (double)NAN : at;
    }
    return PT_OK;
}

static pt_status read_several(struct reading *r, struct pt_error *err)
{
    if (r->n_names < 2) {
        FAIL(err, PT_E_CONFIG, "label `%s` needs the option `classes`: the names of its classes",
             r->spec->label);
    }
    if (r->column->type == VEC_STR) {
        return read_texts(r, err);
    }
    if (r->column->type != VEC_I64 && r->column->type != VEC_F64) {
        FAIL(err, PT_E_DATA, "label `%s` is %s; a class is a text or a number", r->spec->label,
             vec_type_name(r->column->type));
    }
    return read_class_numbers(r, err);
}

static pt_status read_number(struct reading *r, struct pt_error *err)
{
    if (!is_number_type(r->column)) {
        FAIL(err, PT_E_DATA, "label `%s` is %s; a number is needed", r->spec->label,
             vec_type_name(r->column->type));
    }
    gather_all(r);
    return PT_OK;
}

static pt_status read_column(struct reading *r, pt_task task, struct pt_error *err)
{
    if (task == PT_TASK_REGRESS) {
        return read_number(r, err);
    }
    TRY(name_classes(r, err));
    return task == PT_TASK_CLASSES ? read_several(r, err) : read_two(r, err);
}

static pt_status keep_names(const struct reading *r, struct arena *arena, struct label *out,
                            struct pt_error *err)
{
    const char **names = arena_zero(arena, (size_t)r->n_names + 1, sizeof *names);
    for (uint32_t i = 0; names != NULL && i < r->n_names; i++) {
        names[i] = arena_strndup(arena, r->names[i].p, r->names[i].n);
        if (names[i] == NULL) {
            names = NULL;
        }
    }
    if (names == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %u classes", r->n_names);
    }
    out->classes = r->n_names == 0 ? NULL : names;
    out->n_classes = r->n_names;
    return PT_OK;
}

pt_status label_read(const struct label_from *from, struct arena *arena, struct label *out,
                     struct pt_error *err)
{
    *out = (struct label){0};
    const struct table *t = from->table;
    ptrdiff_t at = table_find(t, from->spec->label);
    if (at < 0) {
        FAIL(err, PT_E_NOT_FOUND, "label `%s` is no column of the training table",
             from->spec->label);
    }
    struct reading r = {.spec = from->spec, .column = &t->columns[at], .n_rows = t->n_rows};
    r.values = mem_array(t->n_rows, sizeof *r.values);
    if (r.values == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu labels", t->n_rows);
    }
    pt_status status = read_column(&r, from->task, err);
    if (status == PT_OK) {
        status = keep_names(&r, arena, out, err);
    }
    if (status != PT_OK) {
        mem_free(r.values);
        return status;
    }
    out->values = r.values;
    return PT_OK;
}

void label_release(struct label *l)
{
    mem_free(l->values);
    *l = (struct label){0};
}
