// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "label.h"

#include <math.h>

#include "gather.h"
#include "mem.h"

static bool has_classes(const struct learn_spec *spec)
{
    return spec->classes[0] != NULL && spec->classes[1] != NULL;
}

static pt_status read_numbers(const struct learn_spec *spec, const struct column *c, size_t n,
                              double *values, struct pt_error *err)
{
    gather_numbers(c, (struct gather_range){NULL, 0, n}, values);
    for (size_t i = 0; i < n; i++) {
        if (!isnan(values[i]) && values[i] != 0 && values[i] != 1) {
            FAIL(err, PT_E_DATA, "label `%s` holds %g; a class is 0 or 1, or one of two texts",
                 spec->label, values[i]);
        }
    }
    return PT_OK;
}

// The two texts of the column, in byte order.
static pt_status find_texts(const struct learn_spec *spec, const struct column *c, size_t n,
                            struct text found[2], struct pt_error *err)
{
    size_t n_found = 0;
    for (size_t i = 0; i < n; i++) {
        bool is_known = c->valid != NULL && c->valid[i] == 0;
        for (size_t j = 0; j < n_found; j++) {
            is_known = is_known || text_equal(found[j], c->s[i]);
        }
        if (is_known) {
            continue;
        }
        if (n_found == 2) {
            FAIL(err, PT_E_DATA, "label `%s` has more than two classes: `%.*s`, `%.*s`, `%.*s`",
                 spec->label, (int)found[0].n, found[0].p, (int)found[1].n, found[1].p,
                 (int)c->s[i].n, c->s[i].p);
        }
        found[n_found++] = c->s[i];
    }
    if (n_found < 2) {
        FAIL(err, PT_E_DATA, "label `%s` has %s; two classes are needed", spec->label,
             n_found == 0 ? "no values" : "one class only");
    }
    if (text_compare(found[0], found[1]) > 0) {
        struct text swap = found[0];
        found[0] = found[1];
        found[1] = swap;
    }
    return PT_OK;
}

static pt_status read_texts(const struct learn_spec *spec, const struct column *c, size_t n,
                            struct text classes[2], double *values, struct pt_error *err)
{
    if (has_classes(spec)) {
        classes[0] = text_of(spec->classes[0]);
        classes[1] = text_of(spec->classes[1]);
    } else {
        TRY(find_texts(spec, c, n, classes, err));
    }
    for (size_t i = 0; i < n; i++) {
        values[i] = (double)NAN;
        if (c->valid != NULL && c->valid[i] == 0) {
            continue;
        }
        if (text_equal(c->s[i], classes[0])) {
            values[i] = 0;
        } else if (text_equal(c->s[i], classes[1])) {
            values[i] = 1;
        } else {
            FAIL(err, PT_E_DATA, "label `%s` holds `%.*s`; its classes are `%.*s` and `%.*s`",
                 spec->label, (int)c->s[i].n, c->s[i].p, (int)classes[0].n, classes[0].p,
                 (int)classes[1].n, classes[1].p);
        }
    }
    return PT_OK;
}

static pt_status read_column(const struct learn_spec *spec, const struct column *c, size_t n,
                             struct text classes[2], double *values, struct pt_error *err)
{
    if (c->type == VEC_STR) {
        return read_texts(spec, c, n, classes, values, err);
    }
    if (c->type != VEC_BOOL && c->type != VEC_I64 && c->type != VEC_F64) {
        FAIL(err, PT_E_DATA, "label `%s` is %s; a class is bool, 0 or 1, or one of two texts",
             spec->label, vec_type_name(c->type));
    }
    classes[0] = text_of(has_classes(spec) ? spec->classes[0] : "0");
    classes[1] = text_of(has_classes(spec) ? spec->classes[1] : "1");
    return read_numbers(spec, c, n, values, err);
}

pt_status label_read(const struct learn_spec *spec, const struct table *t, struct arena *arena,
                     struct label *out, struct pt_error *err)
{
    *out = (struct label){0};
    ptrdiff_t at = table_find(t, spec->label);
    if (at < 0) {
        FAIL(err, PT_E_NOT_FOUND, "label `%s` is no column of the training table", spec->label);
    }
    double *values = mem_array(t->n_rows, sizeof *values);
    if (values == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu labels", t->n_rows);
    }
    struct text classes[2] = {{0}};
    pt_status status = read_column(spec, &t->columns[at], t->n_rows, classes, values, err);
    for (int i = 0; status == PT_OK && i < 2; i++) {
        out->classes[i] = arena_strndup(arena, classes[i].p, classes[i].n);
        if (out->classes[i] == NULL) {
            status = error_set(err, PT_E_NO_MEMORY, "no memory for %zu labels", t->n_rows);
        }
    }
    if (status != PT_OK) {
        mem_free(values);
        return status;
    }
    out->values = values;
    return PT_OK;
}

void label_release(struct label *l)
{
    mem_free(l->values);
    *l = (struct label){0};
}
