// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "csv_sample.h"

#include <stdio.h>
#include <string.h>

#include "csv_names.h"

#define DICT_CELLS 200u   // a column of fewer cells gets no dictionary
#define DICT_VALUES 1000u // nor one of more values

struct sampler {
    struct csv_instance *in;
    const pt_discovery *out;
    struct csv_text text;
    struct csv_names names;    // of the first file's header
    struct csv_guess *guesses; // one a column
    struct pt_dict *values;    // distinct texts of a column
    uint32_t n;                // columns
    uint32_t n_used;           // columns up to the last that holds anything
    uint64_t records;
    const char *fault; // of the first bad record
    bool has_header;
    bool is_started; // a first record was seen
};

static pt_status no_memory(const struct sampler *s, pt_error *err)
{
    return pt_fail(s->in->host, err, PT_E_NO_MEMORY, NULL, "out of memory");
}

// Digits without any letter: a number, a date, a time, a version - no name.
static bool is_figure(const struct csv_cell *cell)
{
    bool has_digit = false;
    for (uint64_t i = 0; i < cell->n; i++) {
        uint8_t c = cell->p[i];
        if (c >= 0x80 || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')) {
            return false;
        }
        has_digit = has_digit || (c >= '0' && c <= '9');
    }
    return has_digit;
}

// Is the first record a header? Not when one of its cells is a number, a date or a truth value.
static pt_status header_guess(struct sampler *s, const struct csv_item *item,
                              const struct csv_record *record, pt_error *err)
{
    const struct csv_config *config = s->in->config;
    s->has_header = config->header == CSV_HEADER_YES;
    if (config->header != CSV_HEADER_AUTO || config->names.n > 0) {
        return PT_OK;
    }
    s->has_header = true;
    for (uint32_t i = 0; i < record->n; i++) {
        struct csv_guess guess = CSV_GUESS_INIT;
        struct csv_cell cell;
        enum csv_text_step step = csv_text_cell(&s->text, item->data, &record->fields[i], &cell);
        if (step == CSV_TEXT_NO_MEMORY) {
            return no_memory(s, err);
        }
        if (step == CSV_TEXT_OK && !cell.is_null && cell.n > 0) {
            csv_guess_add(&guess, &s->in->numbers, cell.p, cell.n);
            s->has_header =
                s->has_header && !is_figure(&cell) && csv_guess_type(&guess).kind == CSV_STRING;
        }
    }
    return PT_OK;
}

static pt_status columns_start(struct sampler *s, const struct csv_item *item,
                               const struct csv_record *record, pt_error *err)
{
    const pt_host *host = s->in->host;
    pt_status status = header_guess(s, item, record, err);
    if (status == PT_OK) {
        status = s->has_header ? csv_names_read(&s->names, &s->text, item->data, record, err)
                               : csv_names_empty(&s->names, record->n, err);
    }
    if (status != PT_OK) {
        return status;
    }
    s->n = s->names.n;
    s->guesses = pt_mem_array(host, s->n, sizeof *s->guesses);
    s->values = pt_mem_zero(host, s->n, sizeof *s->values);
    if (s->guesses == NULL || s->values == NULL) {
        return no_memory(s, err);
    }
    for (uint32_t i = 0; i < s->n; i++) {
        s->guesses[i] = CSV_GUESS_INIT;
        pt_dict_init(&s->values[i], host);
    }
    s->is_started = true;
    return PT_OK;
}

static bool cell_add(struct sampler *s, uint32_t column, const struct csv_cell *cell)
{
    struct pt_dict *values = &s->values[column];
    if (cell->is_null || cell->n == 0) {
        return true;
    }
    csv_guess_add(&s->guesses[column], &s->in->numbers, cell->p, cell->n);
    return values->n > DICT_VALUES || pt_dict_intern(values, cell->p, cell->n) >= 0;
}

static pt_status record_add(struct sampler *s, const struct csv_item *item,
                            const struct csv_record *record, pt_error *err)
{
    if (csv_text_check(&s->in->layout.dialect, item->data, item->size) != NULL) {
        return PT_OK;
    }
    s->records++;
    for (uint32_t i = record->n; i > s->n_used; i--) {
        if (record->fields[i - 1].size > 0) {
            s->n_used = i;
        }
    }
    for (uint32_t i = 0; i < s->n && i < record->n; i++) {
        struct csv_cell cell;
        enum csv_text_step step = csv_text_cell(&s->text, item->data, &record->fields[i], &cell);
        if (step == CSV_TEXT_NO_MEMORY || (step == CSV_TEXT_OK && !cell_add(s, i, &cell))) {
            return no_memory(s, err);
        }
    }
    return PT_OK;
}

// The header of a later file must be the first one's.
static pt_status header_compare(struct sampler *s, const char *file, const struct csv_item *item,
                                const struct csv_record *record, pt_error *err)
{
    struct csv_names names = {.host = s->in->host};
    pt_status status = csv_names_read(&names, &s->text, item->data, record, err);
    uint32_t n = status == PT_OK ? csv_names_used(&names) : 0;
    uint32_t wanted = csv_names_used(&s->names);
    for (uint32_t i = 0; i < wanted && i < n && status == PT_OK; i++) {
        if (strcmp(names.items[i], s->names.items[i]) != 0) {
            status = pt_fail(s->in->host, err, PT_E_DATA, "path",
                             "%s: column %u is `%.100s`, but `%.100s` in the first file", file,
                             i + 1, names.items[i], s->names.items[i]);
        }
    }
    if (status == PT_OK && n != wanted) {
        const char *column = n > wanted ? names.items[wanted] : s->names.items[n];
        status = pt_fail(s->in->host, err, PT_E_DATA, "path",
                         "%s has %u columns, the first file %u: column `%.100s` is %s", file, n,
                         wanted, column, n > wanted ? "too many" : "missing");
    }
    csv_names_release(&names);
    return status;
}

static pt_status first_record(struct sampler *s, const char *file, const struct csv_item *item,
                              const struct csv_record *record, pt_error *err)
{
    pt_status status = PT_OK;
    if (!s->is_started) {
        status = columns_start(s, item, record, err);
    } else if (s->has_header) {
        status = header_compare(s, file, item, record, err);
    }
    return status == PT_OK && !s->has_header ? record_add(s, item, record, err) : status;
}

// A bad first record may be the header, which must not be taken from the next one.
static pt_status first_bad(const struct sampler *s, const char *file, const char *fault,
                           pt_error *err)
{
    const struct csv_config *config = s->in->config;
    bool is_surely_none = config->header == CSV_HEADER_NO ||
                          (config->header == CSV_HEADER_AUTO && config->names.n > 0) ||
                          (s->is_started && !s->has_header);
    return is_surely_none
               ? PT_OK
               : pt_fail(s->in->host, err, PT_E_DATA, "path",
                         "%s: the first record, a header maybe, cannot be read: %s", file, fault);
}

static pt_status file_read(struct sampler *s, const char *file, struct csv_cursor *c,
                           uint64_t budget, pt_error *err)
{
    struct csv_item item = {.step = CSV_COMMENT};
    bool is_first = true;
    uint64_t stop = s->records + budget;
    pt_status status = csv_cursor_skip(c, s->in->config->skip, err);
    while (status == PT_OK && (is_first || s->records < stop)) {
        status = csv_cursor_next(c, &item, err);
        if (status != PT_OK || item.step == CSV_END) {
            break;
        }
        if (item.step == CSV_RECORD) {
            status = is_first ? first_record(s, file, &item, c->record, err)
                              : record_add(s, &item, c->record, err);
            is_first = false;
        } else if (item.step == CSV_BAD && is_first) {
            s->fault = s->fault == NULL ? item.fault : s->fault;
            status = first_bad(s, file, item.fault, err);
        }
    }
    return status;
}

static pt_status files_read(struct sampler *s, pt_error *err)
{
    const struct csv_instance *in = s->in;
    uint32_t n = in->host->input->count(in->config->path);
    uint64_t budget = n == 0 ? 0 : ((uint64_t)in->config->sample + n - 1) / n;
    for (uint32_t i = 0; i < n; i++) {
        struct csv_cursor cursor;
        struct pt_range range = {i, 0, PT_RANGE_TO_END};
        pt_file_info info = {.struct_size = sizeof info};
        pt_status status = in->host->input->describe(in->config->path, i, &info, err);
        if (status == PT_OK) {
            status = csv_cursor_open(&cursor, in->host, in->config->path, &range,
                                     &in->layout.dialect, err);
        }
        if (status == PT_OK) {
            status = file_read(s, info.path, &cursor, budget, err);
            csv_cursor_close(&cursor);
        }
        if (status != PT_OK) {
            return status;
        }
    }
    return PT_OK;
}

static void column_set(const struct sampler *s, uint32_t i, struct csv_column *column)
{
    const struct csv_guess none = CSV_GUESS_INIT;
    const struct csv_guess *guess = i < s->n ? &s->guesses[i] : &none;
    uint32_t distinct = i < s->n ? s->values[i].n : 0;
    bool may_infer = s->in->config->infer != 0;
    if (column->is_inferred && may_infer) {
        column->type = csv_guess_type(guess);
    } else if (column->type.kind == CSV_TIME && !column->type.has_pattern) {
        column->type.is_zoned = guess->zoned > guess->unzoned;
    }
    column->is_inferred = column->is_inferred && may_infer;
    column->is_dictionary = column->type.kind == CSV_STRING && guess->n >= DICT_CELLS &&
                            distinct <= DICT_VALUES && (uint64_t)distinct * 10 <= guess->n;
}

static pt_status declared_set(struct sampler *s, pt_error *err)
{
    const pt_map *map = &s->in->config->columns;
    const char *const *types = map->values;
    struct csv_layout *layout = &s->in->layout;
    for (uint32_t i = 0; i < map->n; i++) {
        const char *why = NULL;
        int32_t at = csv_layout_find(layout, map->keys[i]);
        if (at < 0) {
            const char *near = csv_layout_suggest(layout, map->keys[i]);
            return pt_fail(s->in->host, err, PT_E_CONFIG, "columns",
                           "the file has no column `%.100s`%s%.100s%s", map->keys[i],
                           near == NULL ? "" : "; did you mean `", near == NULL ? "" : near,
                           near == NULL ? "" : "`?");
        }
        if (!csv_type_parse(types[i], &layout->columns[at].type, &why)) {
            return pt_fail(s->in->host, err, PT_E_CONFIG, "columns", "%s", why);
        }
        layout->columns[at].is_inferred = false;
    }
    return PT_OK;
}

static pt_status layout_fill(struct sampler *s, pt_error *err)
{
    struct csv_layout *layout = &s->in->layout;
    pt_status status = csv_names_finish(&s->names, s->in->config, s->n_used, s->out, err);
    if (status != PT_OK) {
        return status;
    }
    if (!csv_layout_reserve(layout, s->in->host, s->names.n)) {
        return no_memory(s, err);
    }
    layout->has_header = s->has_header;
    for (uint32_t i = 0; i < layout->n; i++) {
        layout->columns[i].name = s->names.items[i];
        layout->columns[i].is_inferred = true;
        s->names.items[i] = NULL;
    }
    status = declared_set(s, err);
    for (uint32_t i = 0; i < layout->n && status == PT_OK; i++) {
        column_set(s, i, &layout->columns[i]);
    }
    return status;
}

pt_status csv_sample_files(struct csv_instance *in, const pt_discovery *out, pt_error *err)
{
    struct sampler s = {.in = in, .out = out, .names = {.host = in->host}};
    pt_status status = csv_text_init(&s.text, in->host, &in->layout.dialect, &in->nulls, err);
    if (status == PT_OK) {
        status = files_read(&s, err);
    }
    if (status == PT_OK && !s.is_started && in->config->names.n == 0) {
        status = pt_fail(in->host, err, PT_E_DATA, "path", "no record can be read: %s",
                         s.fault == NULL ? "there is none, not even a header" : s.fault);
    }
    if (status == PT_OK) {
        status = layout_fill(&s, err);
    }
    for (uint32_t i = 0; s.values != NULL && i < s.n; i++) {
        pt_dict_release(&s.values[i]);
    }
    pt_mem_free(in->host, s.values);
    pt_mem_free(in->host, s.guesses);
    csv_names_release(&s.names);
    csv_text_release(&s.text);
    return status;
}
