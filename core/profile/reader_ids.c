// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Identifiers of a batch: evaluated, normalised, interned, and their meetings counted. A dictionary
// is interned once a batch instead of once a row.
#include "reader.h"

#include "mem.h"

#define NO_MEETING UINT32_MAX

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

// The key of row j at `key`; false when it has no identifier.
static bool make_key(const struct profile_reader *r, size_t j, uint32_t *key)
{
    uint32_t any = 0;
    key[0] = r->segment[j];
    for (size_t i = 0; i < r->source->n_ids; i++) {
        key[1 + i] = r->codes[i * r->capacity + j];
        any |= key[1 + i];
    }
    return any != 0;
}

// The slot of a key among the batch's.
static uint32_t *slot_of(const struct profile_reader *r, const uint32_t *key)
{
    uint64_t hash = 0;
    for (size_t i = 0; i <= r->source->n_ids; i++) {
        hash = (hash ^ key[i]) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 32;
    }
    return &r->met_slots[(hash * 0x9E3779B97F4A7C15u) >> r->met_shift];
}

// The batch's different meetings: a visit's rows come close together, so there are far fewer than
// rows. meeting[j] becomes the number of row j's, NO_MEETING when it has none. A slot taken by
// another only makes a meeting come twice.
static size_t unite_rows(struct profile_reader *r)
{
    size_t width = 1 + r->source->n_ids;
    size_t n = 0;
    memset(r->met_slots, 0, sizeof *r->met_slots << (64 - r->met_shift));
    for (size_t j = 0; j < r->n; j++) {
        uint32_t *key = r->meeting_keys + n * width;
        if (!make_key(r, j, key)) {
            r->balance.unmatched += r->profile->all_segments[r->segment[j]].is_inside;
            r->meeting[j] = NO_MEETING;
            continue;
        }
        uint32_t *slot = slot_of(r, key);
        size_t at = *slot == 0 ? n : *slot - 1;
        if (memcmp(r->meeting_keys + at * width, key, width * sizeof *key) != 0) {
            at = n;
        }
        if (at == n) {
            r->keys[n] = text_n((const char *)key, width * sizeof *key);
            r->met_rows[n] = 0;
            r->met_first[n] = r->pick[j];
            *slot = (uint32_t)++n;
        }
        r->met_rows[at]++;
        r->meeting[j] = (uint32_t)at;
    }
    return n;
}

// Keeps the rows that have a meeting.
static void count_meetings(struct profile_reader *r, size_t n_meetings)
{
    for (size_t i = 0; i < n_meetings; i++) {
        uint64_t first = row_place(r->split.ordinal, r->rows_before + r->met_first[i]);
        meeting_count(r->entries[i], first, r->met_rows[i]);
    }
    size_t n = 0;
    for (size_t j = 0; j < r->n; j++) {
        if (r->meeting[j] == NO_MEETING) {
            continue;
        }
        r->meeting[n] = r->entries[r->meeting[j]]->code;
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
    size_t n = unite_rows(r);
    TRY(intern_many(r->profile->meetings.table, r->keys, n, r->entries, err));
    count_meetings(r, n);
    return PT_OK;
}
