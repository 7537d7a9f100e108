// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The preparation in a model file. Nothing read is trusted: orders, ranges and counts are checked,
// so that a file with a right seal but wrong content is an error, never a crash.
#include "model_file.h"

#include "map.h"
#include "mem.h"

#define INPUT_BYTES 36 // least bytes of one input
#define LEVEL_BYTES 4

static bool put_input(const struct prepare_input *in, struct str *out)
{
    flat_put_text(out, text_of(in->name));
    flat_put_u8(out, (uint8_t)in->type);
    flat_put_u8(out, in->log1p);
    flat_put_u8(out, in->is_category);
    flat_put_u8(out, (uint8_t)in->missing);
    flat_put_f64(out, in->fill);
    flat_put_f64(out, in->offset);
    flat_put_f64(out, in->factor);
    flat_put_u32(out, in->n_levels);
    for (uint32_t i = 0; i < in->n_levels; i++) {
        flat_put_text(out, in->levels[i]);
    }
    return !out->failed;
}

bool model_file_put_prepare(const struct prepare *p, struct str *out)
{
    flat_put_u8(out, (uint8_t)p->settings.scale);
    flat_put_u8(out, (uint8_t)p->settings.impute);
    flat_put_u8(out, (uint8_t)p->settings.categories);
    flat_put_u8(out, p->settings.drop_first);
    flat_put_f64(out, p->settings.impute_value);
    flat_put_u32(out, (uint32_t)p->n_inputs);
    for (size_t i = 0; i < p->n_inputs; i++) {
        put_input(&p->inputs[i], out);
    }
    flat_put_u32(out, (uint32_t)p->n_columns);
    for (size_t i = 0; i < p->n_columns; i++) {
        flat_put_f64(out, p->columns[i].offset);
        flat_put_f64(out, p->columns[i].factor);
    }
    return !out->failed;
}

static pt_status wrong(const char *what, struct pt_error *err)
{
    return error_set(err, PT_E_DATA, "not a model file, or a damaged one (%s)", what);
}

static pt_status no_memory(struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "no memory for a model file");
}

static pt_status read_settings(struct flat_reader *r, struct prepare *p, struct pt_error *err)
{
    p->settings.scale = (enum learn_scale)flat_u8(r, LEARN_SCALE_MINMAX);
    p->settings.impute = (enum learn_impute)flat_u8(r, LEARN_IMPUTE_CONSTANT);
    p->settings.categories = (enum learn_categories)flat_u8(r, LEARN_CATEGORIES_CODES);
    p->settings.drop_first = flat_u8(r, 1) != 0;
    p->settings.impute_value = flat_f64(r);
    if (r->failed || p->settings.scale == LEARN_SCALE_AUTO ||
        p->settings.impute == LEARN_IMPUTE_AUTO ||
        p->settings.categories == LEARN_CATEGORIES_AUTO) {
        return wrong("settings", err);
    }
    return PT_OK;
}

static pt_status read_levels(struct flat_reader *r, struct prepare_input *in, struct pt_error *err)
{
    uint32_t n = flat_count(r, LEVEL_BYTES);
    if (n > PREPARE_CODE_LEVELS) {
        return wrong("levels", err);
    }
    in->levels = mem_array(n, sizeof *in->levels);
    if (in->levels == NULL) {
        return no_memory(err);
    }
    for (uint32_t i = 0; i < n; i++) {
        struct text level = flat_text(r);
        bool is_new = false;
        uint64_t *rank = r->failed ? NULL : map_put(&in->level_of, level, &is_new);
        if (r->failed || (i > 0 && text_compare(in->levels[i - 1], level) >= 0)) {
            return wrong("levels", err);
        }
        if (rank == NULL) {
            return no_memory(err);
        }
        *rank = i;
        in->levels[i] = in->level_of.entries[i].key;
        in->n_levels = i + 1;
    }
    return PT_OK;
}

static pt_status read_input(struct flat_reader *r, struct prepare *p, struct prepare_input *in,
                            struct pt_error *err)
{
    struct text name = flat_text(r);
    in->type = (enum vec_type)flat_u8(r, VEC_TIME);
    in->log1p = flat_u8(r, 1) != 0;
    in->is_category = flat_u8(r, 1) != 0;
    in->missing = (enum prepare_missing)flat_u8(r, PREPARE_MISSING_REFUSE);
    in->fill = flat_f64(r);
    in->offset = flat_f64(r);
    in->factor = flat_f64(r);
    bool is_codes = p->settings.categories == LEARN_CATEGORIES_CODES && in->type == VEC_STR;
    if (r->failed || name.n == 0 || memchr(name.p, '\0', name.n) != NULL ||
        (in->is_category && !is_codes)) {
        return wrong("inputs", err);
    }
    in->name = arena_strndup(&p->arena, name.p, name.n);
    if (in->name == NULL) {
        return no_memory(err);
    }
    TRY(read_levels(r, in, err));
    if (r->failed || (in->type != VEC_STR && in->n_levels != 0)) {
        return wrong("inputs", err);
    }
    return PT_OK;
}

static pt_status read_inputs(struct flat_reader *r, struct prepare *p, struct pt_error *err)
{
    uint32_t n = flat_count(r, INPUT_BYTES);
    if (r->failed || n == 0) {
        return wrong("inputs", err);
    }
    p->inputs = arena_zero(&p->arena, n, sizeof *p->inputs);
    if (p->inputs == NULL) {
        return no_memory(err);
    }
    p->n_inputs = n;
    for (uint32_t i = 0; i < n; i++) {
        TRY(read_input(r, p, &p->inputs[i], err));
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(p->inputs[i].name, p->inputs[j].name) == 0) {
                return wrong("two inputs of one name", err);
            }
        }
    }
    return PT_OK;
}

static pt_status read_columns(struct flat_reader *r, struct prepare *p, struct pt_error *err)
{
    TRY(prepare_layout(p, err));
    if (flat_count(r, 2 * sizeof(double)) != p->n_columns || r->failed) {
        return wrong("columns", err);
    }
    for (size_t i = 0; i < p->n_columns; i++) {
        p->columns[i].offset = flat_f64(r);
        p->columns[i].factor = flat_f64(r);
    }
    return r->failed ? wrong("columns", err) : prepare_describe(p, err);
}

static pt_status read_all(struct flat_reader *r, struct prepare *p, struct pt_error *err)
{
    TRY(read_settings(r, p, err));
    TRY(read_inputs(r, p, err));
    return read_columns(r, p, err);
}

pt_status model_file_read_prepare(struct flat_reader *r, struct prepare *out, struct pt_error *err)
{
    *out = (struct prepare){0};
    pt_status status = read_all(r, out, err);
    if (status != PT_OK) {
        prepare_release(out);
    }
    return status;
}
