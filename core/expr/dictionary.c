// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Dictionary columns: steps that read nothing else are computed once for each entry, and once for
// NULL, then looked up by code. A hundred-entry dictionary makes text work on 64k rows free.
#include "eval.h"

// True for names whose entries are fewer than the rows.
static bool is_worth(const struct run *r, size_t name)
{
    const struct vec *v = &r->inputs[name];
    return v->codes != NULL && !v->is_const && v->n_dict < r->n;
}

static bool is_inside(const struct run *r, uint32_t step, int32_t name)
{
    const struct step *s = &r->e->steps[step];
    return s->only == name && s->op != OP_NAME && is_worth(r, (size_t)name);
}

static bool is_in_any(const struct run *r, uint32_t step)
{
    int32_t only = r->e->steps[step].only;
    return only >= 0 && is_inside(r, step, only);
}

// MODE_MAP: in a dictionary, with a user outside. MODE_SKIP: only used inside.
static bool plan_modes(const struct run *r, uint32_t root, uint8_t *modes, bool *is_used)
{
    bool has_mapped = false;
    memset(is_used, 0, r->e->n * sizeof *is_used);
    is_used[root] = true;
    for (uint32_t i = root + 1; i-- > 0;) {
        const struct step *s = &r->e->steps[i];
        bool inside = is_in_any(r, i);
        modes[i] = !is_used[i] ? MODE_SKIP : inside ? MODE_MAP : MODE_RUN;
        has_mapped = has_mapped || modes[i] == MODE_MAP;
        for (uint8_t k = 0; modes[i] == MODE_RUN && k < s->n_args; k++) {
            is_used[s->args[k]] = true;
        }
    }
    return has_mapped;
}

// The entries and a NULL behind them, as a plain text column.
static bool load_entries(const struct run *r, size_t name, struct vec *out)
{
    const struct vec *v = &r->inputs[name];
    size_t n = v->n_dict + 1;
    struct text *texts = scratch_keep(r->scratch, n, sizeof *texts);
    uint8_t *valid = scratch_keep(r->scratch, n, 1);
    if (texts == NULL || valid == NULL) {
        return false;
    }
    if (v->n_dict > 0) {
        memcpy(texts, v->s, v->n_dict * sizeof *texts);
    }
    texts[v->n_dict] = (struct text){0};
    memset(valid, 1, n);
    valid[v->n_dict] = 0;
    *out = (struct vec){.type = VEC_STR, .n = n, .valid = valid, .s = texts};
    return true;
}

// Marks the steps that `step` needs, inside the dictionary.
static void mark_needed(const struct run *r, uint32_t last, uint8_t *modes)
{
    for (uint32_t i = last + 1; i-- > 0;) {
        const struct step *s = &r->e->steps[i];
        for (uint8_t k = 0; modes[i] == MODE_RUN && k < s->n_args; k++) {
            modes[s->args[k]] = MODE_RUN;
        }
    }
}

// Computes all mapped steps of one name over its entries.
static bool run_entries(const struct run *r, size_t name, struct vec *mapped)
{
    uint8_t *modes = scratch_keep(r->scratch, r->e->n, 1);
    uint32_t *targets = scratch_keep(r->scratch, r->e->n, sizeof *targets);
    struct vec *outs = scratch_keep(r->scratch, r->e->n, sizeof *outs);
    struct vec entries = {0};
    if (modes == NULL || targets == NULL || outs == NULL || !load_entries(r, name, &entries)) {
        return false;
    }
    size_t n_targets = 0;
    memset(modes, MODE_SKIP, r->e->n);
    for (uint32_t i = 0; i <= r->last; i++) {
        if (r->modes[i] == MODE_MAP && r->e->steps[i].only == (int32_t)name) {
            modes[i] = MODE_RUN;
            targets[n_targets++] = i;
        }
    }
    if (n_targets == 0) {
        return true;
    }
    mark_needed(r, r->last, modes);
    struct run inner = *r;
    inner.modes = modes;
    inner.mapped = NULL;
    inner.entries = &entries;
    inner.n = entries.n;
    inner.last = targets[n_targets - 1];
    if (!run_collect(&inner, targets, n_targets, outs)) {
        return false;
    }
    for (size_t k = 0; k < n_targets; k++) {
        mapped[targets[k]] = outs[k];
    }
    return true;
}

bool dictionary_plan(struct run *r, uint32_t root, bool *root_is_mapped)
{
    uint8_t *modes = scratch_keep(r->scratch, r->e->n, 1);
    bool *is_used = scratch_keep(r->scratch, r->e->n, sizeof *is_used);
    if (modes == NULL || is_used == NULL) {
        return false;
    }
    r->modes = modes;
    bool has_mapped = plan_modes(r, root, modes, is_used);
    *root_is_mapped = modes[root] == MODE_MAP;
    if (!has_mapped) {
        return true;
    }
    struct vec *mapped = scratch_keep(r->scratch, r->e->n, sizeof *mapped);
    if (mapped == NULL) {
        return false;
    }
    r->mapped = mapped;
    for (size_t name = 0; name < r->e->n_names; name++) {
        if (r->e->uses[name] && is_worth(r, name) && !run_entries(r, name, mapped)) {
            return false;
        }
    }
    return true;
}

// at[i] = entry of row start + i; the last one stands for NULL.
static void fill_entries(const struct vec *v, size_t start, size_t n, int32_t *at)
{
    const int32_t *codes = v->codes + start;
    const uint8_t *valid = v->valid == NULL ? NULL : v->valid + start;
    int32_t null_entry = (int32_t)v->n_dict;
    if (valid == NULL) {
        memcpy(at, codes, n * sizeof *at);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        at[i] = valid[i] != 0 ? codes[i] : null_entry;
    }
}

static void *room(const struct run *r, bool keep, size_t n, size_t size)
{
    return keep ? scratch_keep(r->scratch, n, size) : scratch_temp(r->scratch, n, size);
}

#define LOOK_UP(TYPE, FIELD)                                                                       \
    do {                                                                                           \
        size_t n = out->n;                                                                         \
        const TYPE *entries = from->FIELD;                                                         \
        TYPE *values = room(r, keep, n, sizeof *values);                                           \
        for (size_t i = 0; values != NULL && i < n; i++) {                                         \
            values[i] = entries[at[i]];                                                            \
        }                                                                                          \
        out->FIELD = values;                                                                       \
        return values != NULL;                                                                     \
    } while (0)

static bool look_up_values(const struct run *r, const struct vec *from, const int32_t *at,
                           bool keep, struct vec *out)
{
    switch (out->type) {
    case VEC_BOOL:
        LOOK_UP(uint8_t, b);
    case VEC_F64:
        LOOK_UP(double, f);
    case VEC_STR:
        LOOK_UP(struct text, s);
    default:
        LOOK_UP(int64_t, i);
    }
}

static bool look_up_valid(const struct run *r, const struct vec *from, const int32_t *at, bool keep,
                          struct vec *out)
{
    if (from->valid == NULL) {
        return true;
    }
    size_t n = out->n;
    const uint8_t *entries = from->valid;
    uint8_t *valid = room(r, keep, n, 1);
    for (size_t i = 0; valid != NULL && i < n; i++) {
        valid[i] = entries[at[i]];
    }
    out->valid = valid;
    return valid != NULL;
}

static const struct vec *input_of(const struct run *r, uint32_t step)
{
    return &r->inputs[r->e->steps[step].only];
}

bool dictionary_map(const struct run *r, uint32_t step, size_t start, size_t n, struct vec *out)
{
    const struct vec *from = &r->mapped[step];
    if (from->is_const) {
        *out = *from;
        out->n = n;
        return true;
    }
    int32_t *at = scratch_temp(r->scratch, n, sizeof *at);
    if (at == NULL) {
        return false;
    }
    fill_entries(input_of(r, step), start, n, at);
    *out = (struct vec){.type = from->type, .n = n};
    return look_up_values(r, from, at, false, out) && look_up_valid(r, from, at, false, out);
}

bool dictionary_map_all(const struct run *r, uint32_t step, struct vec *out)
{
    const struct vec *from = &r->mapped[step];
    if (from->is_const) {
        *out = *from;
        out->n = r->n;
        return true;
    }
    int32_t *at = scratch_keep(r->scratch, r->n, sizeof *at);
    if (at == NULL) {
        return false;
    }
    fill_entries(input_of(r, step), 0, r->n, at);
    *out = (struct vec){.type = from->type, .n = r->n};
    if (from->type == VEC_STR) {
        out->s = from->s;
        out->codes = at;
        out->n_dict = from->n;
        return look_up_valid(r, from, at, true, out);
    }
    return look_up_values(r, from, at, true, out) && look_up_valid(r, from, at, true, out);
}
