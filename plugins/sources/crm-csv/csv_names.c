// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "csv_names.h"

#include <stdio.h>
#include <string.h>

#include "pt_dict.h"

static pt_status no_memory(const struct csv_names *names, pt_error *err)
{
    return pt_fail(names->host, err, PT_E_NO_MEMORY, NULL, "out of memory");
}

void csv_names_release(struct csv_names *names)
{
    for (uint32_t i = 0; i < names->n; i++) {
        pt_mem_free(names->host, names->items[i]);
    }
    if (names->host != NULL) {
        pt_mem_free(names->host, names->items);
    }
    *names = (struct csv_names){.host = names->host};
}

static pt_status room(struct csv_names *names, uint32_t n, pt_error *err)
{
    csv_names_release(names);
    names->items = pt_mem_zero(names->host, n, sizeof *names->items);
    names->n = names->items == NULL ? 0 : n;
    return names->items == NULL ? no_memory(names, err) : PT_OK;
}

static pt_status set(struct csv_names *names, uint32_t i, const void *text, uint64_t n,
                     pt_error *err)
{
    char *copy = pt_mem_text(names->host, text, n);
    if (copy == NULL) {
        return no_memory(names, err);
    }
    pt_mem_free(names->host, names->items[i]);
    names->items[i] = copy;
    return PT_OK;
}

pt_status csv_names_read(struct csv_names *names, struct csv_text *text, const uint8_t *data,
                         const struct csv_record *record, pt_error *err)
{
    const char *what = csv_text_check(text->dialect, data, record->text);
    pt_status status = room(names, record->n, err);
    for (uint32_t i = 0; what == NULL && status == PT_OK && i < record->n; i++) {
        struct csv_cell cell;
        enum csv_text_step step = csv_text_cell(text, data, &record->fields[i], &cell);
        if (step == CSV_TEXT_NO_MEMORY) {
            return no_memory(names, err);
        }
        what = step == CSV_TEXT_BAD ? "not GB18030" : NULL;
        status = set(names, i, cell.p, cell.n, err);
    }
    if (what != NULL) {
        return pt_fail(names->host, err, PT_E_DATA, "path", "the header cannot be read: %s", what);
    }
    return status;
}

pt_status csv_names_empty(struct csv_names *names, uint32_t n, pt_error *err)
{
    pt_status status = room(names, n, err);
    for (uint32_t i = 0; i < n && status == PT_OK; i++) {
        status = set(names, i, "", 0, err);
    }
    return status;
}

uint32_t csv_names_used(const struct csv_names *names)
{
    uint32_t n = names->n;
    while (n > 0 && names->items[n - 1][0] == '\0') {
        n--;
    }
    return n;
}

static pt_status names_given(struct csv_names *names, const struct csv_config *config,
                             uint32_t n_used, pt_error *err)
{
    const char *const *given = config->names.items;
    uint32_t n = config->names.n;
    bool is_short = n < n_used;
    bool is_long = names->n > 0 && n > names->n;
    if (config->ragged == CSV_RAGGED_REJECT && (is_short || is_long)) {
        return pt_fail(names->host, err, PT_E_CONFIG, "names", "%u names for %u columns", n,
                       is_short ? n_used : names->n);
    }
    pt_status status = room(names, n, err);
    for (uint32_t i = 0; i < n && status == PT_OK; i++) {
        status = set(names, i, given[i], strlen(given[i]), err);
    }
    return status;
}

static void note(const pt_discovery *out, uint32_t column, const char *why, const char *name)
{
    char text[320];
    snprintf(text, sizeof text, "column %u %s: called `%.200s`", column, why, name);
    out->note(out->ctx, text);
}

// A name for column i that no other has: `base` (NULL = column<N>), else base_2, base_3 ...
static pt_status invent(struct csv_names *names, struct pt_dict *taken, uint32_t i,
                        const char *base, pt_error *err)
{
    char own[24];
    snprintf(own, sizeof own, "column%u", i + 1);
    const char *stem = base == NULL ? own : base;
    uint64_t capacity = strlen(stem) + 16;
    char *name = pt_mem_array(names->host, capacity, 1);
    if (name == NULL) {
        return no_memory(names, err);
    }
    snprintf(name, capacity, "%s", stem);
    uint32_t before = taken->n;
    int32_t code = base == NULL ? pt_dict_intern(taken, name, strlen(name)) : 0;
    for (uint32_t k = 2; code >= 0 && taken->n == before; k++) {
        snprintf(name, capacity, "%s_%u", stem, k);
        code = pt_dict_intern(taken, name, strlen(name));
    }
    if (code < 0) {
        pt_mem_free(names->host, name);
        return no_memory(names, err);
    }
    pt_mem_free(names->host, names->items[i]);
    names->items[i] = name;
    return PT_OK;
}

static pt_status make_unique(struct csv_names *names, struct pt_dict *taken, uint8_t *is_wrong,
                             const pt_discovery *out, pt_error *err)
{
    for (uint32_t i = 0; i < names->n; i++) {
        const char *name = names->items[i];
        uint32_t before = taken->n;
        if (name[0] != '\0' && pt_dict_intern(taken, name, strlen(name)) < 0) {
            return no_memory(names, err);
        }
        is_wrong[i] = taken->n == before;
    }
    for (uint32_t i = 0; i < names->n; i++) {
        bool is_empty = names->items[i][0] == '\0';
        if (is_wrong[i] == 0) {
            continue;
        }
        pt_status status = invent(names, taken, i, is_empty ? NULL : names->items[i], err);
        if (status != PT_OK) {
            return status;
        }
        note(out, i + 1, is_empty ? "has no name" : "has the name of another", names->items[i]);
    }
    return PT_OK;
}

static void drop_unused(struct csv_names *names, uint32_t n_used)
{
    uint32_t keep = csv_names_used(names);
    keep = keep < n_used ? n_used : keep;
    keep = keep == 0 ? 1 : keep;
    while (names->n > keep) {
        pt_mem_free(names->host, names->items[--names->n]);
    }
}

pt_status csv_names_finish(struct csv_names *names, const struct csv_config *config,
                           uint32_t n_used, const pt_discovery *out, pt_error *err)
{
    n_used = n_used < names->n ? n_used : names->n;
    if (config->names.n > 0) {
        return names_given(names, config, n_used, err);
    }
    drop_unused(names, n_used);
    struct pt_dict taken;
    pt_dict_init(&taken, names->host);
    uint8_t *is_wrong = pt_mem_zero(names->host, names->n, 1);
    pt_status status =
        is_wrong == NULL ? no_memory(names, err) : make_unique(names, &taken, is_wrong, out, err);
    pt_mem_free(names->host, is_wrong);
    pt_dict_release(&taken);
    return status;
}
