// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "weblog_block.h"

#include <string.h>

pt_status weblog_block_init(struct weblog_block *b, const struct weblog_instance *instance)
{
    b->n = 0;
    b->stride = instance->format.n_fields + WEBLOG_CUT_PARTS;
    b->cuts = pt_mem_zero(instance->host, (uint64_t)WEBLOG_BLOCK_ROWS * b->stride, sizeof *b->cuts);
    return b->cuts == NULL ? PT_E_NO_MEMORY : PT_OK;
}

void weblog_block_release(struct weblog_block *b, const pt_host *host)
{
    pt_mem_free(host, b->cuts);
    b->cuts = NULL;
}

// Room for the block's rows, and validity when `has_null`: from here on nothing needs a check.
static bool rows_reserve(struct pt_column *c, uint32_t n, bool has_null)
{
    while (c->capacity - c->n < n) {
        if (!pt_column_grow(c)) {
            return false;
        }
    }
    return !has_null || pt_column_validity(c);
}

static inline void null_mark(struct pt_column *c, uint64_t row)
{
    c->validity[row / 8] &= (uint8_t)~(1u << (row % 8));
    c->n_null++;
}

// The same for the rows from `row` on whose bits are set.
static void nulls_mark(struct pt_column *c, uint64_t row, uint64_t nulls)
{
    uint8_t *bytes = c->validity + row / 8;
    uint32_t shift = row % 8;
    uint64_t low = nulls << shift;
    for (uint32_t i = 0; low != 0; i++, low >>= 8) {
        bytes[i] &= (uint8_t)~(low & 0xff);
    }
    if (shift > 0 && nulls >> (64 - shift) != 0) {
        bytes[8] &= (uint8_t)~(nulls >> (64 - shift));
    }
    c->n_null += (uint64_t)__builtin_popcountll(nulls);
}

// Values of 64 bits of which `null` stands for NULL.
static void longs_append(struct pt_column *c, const struct weblog_block *b, int32_t count)
{
    int64_t null = count < 0 ? INT64_MIN : -1;
    bool has_null = false;
    int64_t values[WEBLOG_BLOCK_ROWS];
    for (uint32_t i = 0; i < b->n; i++) {
        values[i] = count < 0 ? b->row[i].ts : b->row[i].counts[count];
        has_null = has_null || values[i] == null;
    }
    if (!rows_reserve(c, b->n, has_null)) {
        return;
    }
    for (uint32_t i = 0; has_null && i < b->n; i++) {
        if (values[i] == null) {
            values[i] = 0;
            null_mark(c, c->n + i);
        }
    }
    memcpy((int64_t *)c->values + c->n, values, b->n * sizeof *values);
    c->n += b->n;
}

// Values of 32 bits, negative for NULL.
static void ints_append(struct pt_column *c, const int32_t *values, uint32_t n)
{
    int32_t least = 0;
    for (uint32_t i = 0; i < n; i++) {
        least = values[i] < least ? values[i] : least;
    }
    if (!rows_reserve(c, n, least < 0)) {
        return;
    }
    int32_t *out = (int32_t *)c->values + c->n;
    if (least == 0) {
        memcpy(out, values, n * sizeof *values);
        c->n += n;
        return;
    }
    for (uint32_t begin = 0; begin < n; begin += 64) {
        uint64_t nulls = 0;
        for (uint32_t i = begin; i < n && i < begin + 64; i++) { // no branch a value
            nulls |= (uint64_t)((uint32_t)values[i] >> 31) << (i - begin);
            out[i] = values[i] < 0 ? 0 : values[i];
        }
        nulls_mark(c, c->n + begin, nulls);
    }
    c->n += n;
}

static void statuses_append(struct pt_column *c, struct weblog_block *b)
{
    for (uint32_t i = 0; i < b->n; i++) {
        b->codes[i] = b->row[i].status;
    }
    ints_append(c, b->codes, b->n);
}

static void durations_append(struct pt_column *c, const struct weblog_block *b)
{
    for (uint32_t i = 0; i < b->n; i++) {
        if (b->row[i].has_duration) {
            pt_column_f64(c, b->row[i].duration_ms);
        } else {
            pt_column_null(c);
        }
    }
}

// Bytes of a cut as values of the column at hand.
static void values_cut(struct weblog_block *b, uint32_t cut)
{
    const struct weblog_cut *cuts = b->cuts + cut;
    for (uint32_t i = 0; i < b->n; i++, cuts += b->stride) {
        b->values[i] = (pt_bytes){cuts->n == 0 ? NULL : b->line[i] + cuts->at, cuts->n};
    }
}

static void values_clear(struct weblog_block *b)
{
    memset(b->values, 0, b->n * sizeof *b->values);
}

// Copies bytes of which 15 more may be read and written.
static inline void bytes_copy(uint8_t *to, const uint8_t *from, uint64_t n)
{
    for (uint64_t i = 0; i < n; i += 16) {
        memcpy(to + i, from + i, 16);
    }
}

// The block's values (all in lines, behind which bytes may be read) as text.
static void texts_append(struct pt_column *c, const struct weblog_block *b)
{
    uint64_t size = 16;
    bool has_null = false;
    for (uint32_t i = 0; i < b->n; i++) {
        size += b->values[i].size;
        has_null = has_null || b->values[i].data == NULL;
    }
    if (!rows_reserve(c, b->n, has_null) ||
        (c->bytes_capacity - c->n_bytes < size && !pt_column_grow_bytes(c, size))) {
        return;
    }
    int32_t *offsets = (int32_t *)c->values + c->n + 1;
    uint8_t *to = c->bytes + c->n_bytes;
    for (uint32_t i = 0; i < b->n; i++) {
        bytes_copy(to, b->values[i].data, b->values[i].size);
        to += b->values[i].size;
        offsets[i] = (int32_t)(to - c->bytes);
        if (b->values[i].data == NULL) {
            null_mark(c, c->n + i);
        }
    }
    c->n_bytes = (uint64_t)(to - c->bytes);
    c->n += b->n;
}

static bool values_append(struct pt_column *c, struct weblog_block *b)
{
    if (c->cell != PT_CELL_DICT) {
        texts_append(c, b);
        return true;
    }
    if (!pt_dict_intern_all(&c->dict, b->values, b->n, b->codes)) {
        return false;
    }
    ints_append(c, b->codes, b->n);
    return true;
}

static void bots_append(struct pt_column *c, const struct weblog_block *b, struct weblog_emit *e)
{
    for (uint32_t i = 0; i < b->n; i++) {
        int32_t code = b->agent_codes[i];
        bool is_known =
            code >= 0 && (uint64_t)code < e->n_bots && e->bots[code] != WEBLOG_BOT_PENDING;
        pt_column_bool(c, is_known ? e->bots[code] == WEBLOG_BOT_YES : weblog_emit_is_bot(e, code));
    }
}

// Page (0) or capture (1 ...) of every path.
static void pages_append(struct pt_column *c, struct weblog_block *b, const struct weblog_emit *e,
                         uint32_t at)
{
    uint32_t stride = weblog_emit_page_stride(e);
    for (uint32_t i = 0; i < b->n; i++) {
        b->codes[i] = -1;
        if (b->path_codes[i] >= 0) {
            b->codes[i] = e->page_codes[(uint64_t)b->path_codes[i] * stride + at];
        }
    }
    ints_append(c, b->codes, b->n);
}

static bool parameters_append(struct pt_column *c, struct weblog_block *b, struct weblog_emit *e,
                              uint32_t index)
{
    const struct weblog_instance *in = e->instance;
    const char *name = ((const char *const *)in->config->query.items)[index];
    size_t n_name = strlen(name);
    const struct weblog_cut *cut = b->cuts + in->format.n_fields + WEBLOG_CUT_QUERY;
    for (uint32_t i = 0; i < b->n; i++, cut += b->stride) {
        b->codes[i] = -1;
        if (cut->n == 0) {
            continue;
        }
        struct weblog_bytes value = weblog_request_parameter(
            (struct weblog_bytes){b->line[i] + cut->at, cut->n}, name, n_name);
        e->scratch.n = 0;
        value = weblog_value_percent(value, true, &e->scratch);
        b->codes[i] = value.p == NULL ? -1 : pt_dict_intern(&c->dict, value.p, value.n);
        if (value.p != NULL && b->codes[i] < 0) {
            return false;
        }
    }
    ints_append(c, b->codes, b->n);
    return true;
}

static bool field_append(struct pt_column *c, struct weblog_block *b, int32_t field)
{
    if (field < 0) {
        values_clear(b);
    } else {
        values_cut(b, (uint32_t)field);
    }
    return values_append(c, b);
}

static bool role_append(struct pt_column *c, struct weblog_block *b, struct weblog_emit *e,
                        enum weblog_role role)
{
    if (role == WEBLOG_USER_AGENT) {
        ints_append(c, b->agent_codes, b->n);
        return true;
    }
    const struct weblog_format *f = &e->instance->format;
    if (f->by_role[role] < 0 || !weblog_row_has_port(f, role)) {
        return field_append(c, b, f->by_role[role]);
    }
    values_cut(b, (uint32_t)f->by_role[role]);
    for (uint32_t i = 0; i < b->n; i++) {
        struct weblog_bytes value = {b->values[i].data, b->values[i].size};
        value = weblog_row_bare(f, role, value);
        b->values[i] = (pt_bytes){value.p, value.n};
    }
    return values_append(c, b);
}

static void counts_append(struct pt_column *c, struct weblog_block *b, enum weblog_role role)
{
    for (int32_t i = 0; i < 4; i++) {
        if (weblog_fast_counted[i] == role) {
            longs_append(c, b, i);
        }
    }
}

static bool column_append(struct weblog_emit *e, const struct weblog_column *column,
                          struct pt_column *c, struct weblog_block *b)
{
    int32_t parts = (int32_t)e->instance->format.n_fields;
    switch (column->source) {
    case WEBLOG_FROM_TS:
        longs_append(c, b, -1);
        return true;
    case WEBLOG_FROM_ROLE:
    case WEBLOG_FROM_VHOST:
        return role_append(c, b, e, (enum weblog_role)column->index);
    case WEBLOG_FROM_STATUS:
        statuses_append(c, b);
        return true;
    case WEBLOG_FROM_COUNT:
        counts_append(c, b, (enum weblog_role)column->index);
        return true;
    case WEBLOG_FROM_DURATION:
        durations_append(c, b);
        return true;
    case WEBLOG_FROM_METHOD:
        return field_append(c, b, parts + WEBLOG_CUT_METHOD);
    case WEBLOG_FROM_PATH:
        ints_append(c, b->path_codes, b->n);
        return true;
    case WEBLOG_FROM_QUERY:
        return field_append(c, b, parts + WEBLOG_CUT_QUERY);
    case WEBLOG_FROM_PROTOCOL:
        return field_append(c, b, parts + WEBLOG_CUT_PROTOCOL);
    case WEBLOG_FROM_BOT:
        bots_append(c, b, e);
        return true;
    case WEBLOG_FROM_PAGE:
        pages_append(c, b, e, 0);
        return true;
    case WEBLOG_FROM_CAPTURE:
        pages_append(c, b, e, 1 + column->index);
        return true;
    case WEBLOG_FROM_PARAMETER:
        return parameters_append(c, b, e, column->index);
    case WEBLOG_FROM_TEXT:
        return field_append(c, b, (int32_t)column->index);
    }
    return false;
}

// Works out pages and captures of paths not met before.
static bool pages_find(struct weblog_block *b, struct weblog_emit *e)
{
    uint32_t stride = weblog_emit_page_stride(e);
    for (uint32_t i = 0; i < b->n; i++) {
        if (b->path_codes[i] < 0 ||
            weblog_emit_path_is_known(e, (uint64_t)b->path_codes[i] * stride)) {
            continue;
        }
        e->scratch.n = 0;
        if (weblog_emit_path_codes(e, b->path_codes[i]) == NULL) {
            return false;
        }
    }
    return true;
}

static bool codes_of(struct weblog_block *b, struct weblog_emit *e)
{
    const struct weblog_format *f = &e->instance->format;
    if (e->needs_path) {
        values_cut(b, f->n_fields + WEBLOG_CUT_PATH);
        if (!pt_dict_intern_all(e->paths, b->values, b->n, b->path_codes) ||
            (e->needs_page && !pages_find(b, e))) {
            return false;
        }
    }
    if (!e->needs_agent) {
        return true;
    }
    int8_t field = f->by_role[WEBLOG_USER_AGENT];
    if (field < 0) {
        values_clear(b);
    } else {
        values_cut(b, (uint32_t)field);
    }
    return pt_dict_intern_all(e->agents, b->values, b->n, b->agent_codes);
}

bool weblog_block_flush(struct weblog_block *b, struct weblog_emit *e)
{
    const struct weblog_instance *in = e->instance;
    bool is_good = b->n == 0 || (pt_mem_reserve(in->host, &e->scratch.p, &e->scratch.capacity,
                                                weblog_value_room(WEBLOG_SCAN_BYTES), 1) &&
                                 codes_of(b, e));
    for (uint32_t i = 0; b->n > 0 && is_good && i < in->n_bound; i++) {
        const struct weblog_column *column = &in->columns.column[in->bound[i]];
        is_good = column_append(e, column, &e->batch.columns[i], b);
    }
    b->n = 0;
    return is_good;
}
