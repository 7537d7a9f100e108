// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Identifiers of a batch: evaluated, normalised, interned, and their meetings counted. A dictionary
// is interned once a batch instead of once a row.
#include "reader.h"

#include "mem.h"

static uint32_t code_of(const struct intern_entry *e, bool drop_flagged)
{
    return e == NULL || (drop_flagged && intern_is_flagged(e)) ? 0 : e->code;
}

static bool is_there(const struct vec *v, size_t i)
{
    return v->valid == NULL || v->valid[i] != 0;
}

static pt_status entries_of_rows(struct profile_reader *r, struct intern *table,
                                 const struct vec *v, struct pt_error *err)
{
    for (size_t j = 0; j < r->n; j++) {
        size_t i = r->pick[j];
        size_t at = v->codes == NULL ? i : (size_t)v->codes[i];
        r->keys[j] = is_there(v, i) ? v->s[at] : INTERN_ABSENT;
    }
    return intern_many(table, r->keys, r->n, r->entries, err);
}

pt_status reader_codes(struct profile_reader *r, const struct reader_texts *texts, uint32_t *codes,
                       struct pt_error *err)
{
    const struct vec *v = texts->v;
    bool drops = texts->drop_flagged;
    if (v->is_const) {
        struct intern_entry *e = NULL;
        struct text key = vec_is_valid(v, 0) ? vec_text(v, 0) : INTERN_ABSENT;
        TRY(intern_many(texts->table, &key, 1, &e, err));
        for (size_t j = 0; j < r->n; j++) {
            codes[j] = code_of(e, drops);
        }
        return PT_OK;
    }
    if (v->codes == NULL || v->n_dict > r->n) {
        TRY(entries_of_rows(r, texts->table, v, err));
        for (size_t j = 0; j < r->n; j++) {
            codes[j] = code_of(r->entries[j], drops);
        }
        return PT_OK;
    }
    TRY(intern_many(texts->table, v->s, v->n_dict, r->entries, err));
    for (size_t j = 0; j < r->n; j++) {
        size_t i = r->pick[j];
        codes[j] = is_there(v, i) ? code_of(r->entries[v->codes[i]], drops) : 0;
    }
    return PT_OK;
}

// Decimal text at the end of 20 bytes.
static struct text decimal(int64_t value, char *buffer)
{
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    char *p = buffer + 20;
    do {
        *--p = (char)('0' + left % 10);
        left /= 10;
    } while (left != 0);
    if (value < 0) {
        *--p = '-';
    }
    return text_n(p, (size_t)(buffer + 20 - p));
}

static struct vec decimals_of(struct profile_reader *r, const struct vec *v)
{
    size_t n = v->is_const ? 1 : r->n_rows;
    for (size_t i = 0; i < n; i++) {
        r->keys[i] = decimal(v->i[i], r->decimals + 20 * i);
    }
    struct vec texts = {.type = VEC_STR, .n = r->n_rows, .valid = v->valid, .s = r->keys};
    texts.is_const = v->is_const;
    return texts;
}

static pt_status row_codes(struct profile_reader *r, struct intern *table, uint32_t *codes,
                           struct pt_error *err)
{
    for (size_t j = 0; j < r->n; j++) {
        int64_t row = (int64_t)(r->first_row + r->pick[j]);
        r->keys[j] = decimal(row, r->decimals + 20 * j);
    }
    TRY(intern_many(table, r->keys, r->n, r->entries, err));
    for (size_t j = 0; j < r->n; j++) {
        codes[j] = r->entries[j]->code;
    }
    return PT_OK;
}

static pt_status id_codes(struct profile_reader *r, const struct profile_id *id, uint32_t *codes,
                          struct pt_error *err)
{
    struct profile *p = r->profile;
    const struct profile_namespace *ns = &p->spec->namespaces[id->namespace_];
    struct intern *table = p->ids.tables[id->namespace_];
    if (id->is_row) {
        return row_codes(r, table, codes, err);
    }
    struct vec v = {0};
    TRY(reader_eval(r, id->value, -1, &v, err));
    if (v.type == VEC_I64) {
        v = decimals_of(r, &v);
    }
    if (ns->normalize != NULL) {
        struct vec raw = v;
        TRY(expr_eval(ns->normalize, &(struct expr_rows){.inputs = &raw, .n = r->n_rows},
                      r->scratch, &v, err));
    }
    struct reader_texts texts = {table, &v, true};
    return reader_codes(r, &texts, codes, err);
}

static void make_keys(struct profile_reader *r)
{
    size_t n_ids = r->source->n_ids;
    size_t width = 1 + n_ids;
    for (size_t j = 0; j < r->n; j++) {
        uint32_t *key = r->meeting_keys + j * width;
        uint32_t any = 0;
        key[0] = r->segment[j];
        for (size_t i = 0; i < n_ids; i++) {
            key[1 + i] = r->codes[i * r->capacity + j];
            any |= key[1 + i];
        }
        r->keys[j] = any == 0 ? INTERN_ABSENT : text_n((const char *)key, width * sizeof *key);
        bool is_inside = r->profile->all_segments[r->segment[j]].is_inside;
        r->balance.unmatched += any == 0 && is_inside;
    }
}

// Keeps the rows that have a meeting.
static void count_meetings(struct profile_reader *r)
{
    size_t n = 0;
    for (size_t j = 0; j < r->n; j++) {
        struct intern_entry *e = r->entries[j];
        if (e == NULL) {
            continue;
        }
        meeting_count(e, row_place(r->split.ordinal, r->rows_before + r->pick[j]));
        r->meeting[n] = e->code;
        r->pick[n] = r->pick[j];
        r->time[n] = r->time[j];
        r->segment[n] = r->segment[j];
        n++;
    }
    r->n = n;
}

pt_status reader_meet(struct profile_reader *r, struct pt_error *err)
{
    for (size_t i = 0; i < r->source->n_ids; i++) {
        TRY(id_codes(r, &r->source->ids[i], r->codes + i * r->capacity, err));
    }
    make_keys(r);
    TRY(intern_many(r->profile->meetings.table, r->keys, r->n, r->entries, err));
    count_meetings(r);
    return PT_OK;
}
