// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "table_bytes.h"

#include "digest.h"

#define MAGIC "PTTABLE1"
#define MAGIC_BYTES 8
#define GATHERED_BYTES ((size_t)64 << 10)

// Small things are gathered, large arrays handed on as they are.
struct encoding {
    const struct table_writer *writer;
    struct str gathered;
    uint32_t crc;
    struct pt_error *err;
};

static pt_status flush(struct encoding *e)
{
    if (e->gathered.failed) {
        return error_set(e->err, PT_E_NO_MEMORY, "out of memory for a table");
    }
    e->crc = crc32_more(e->crc, e->gathered.p, e->gathered.n);
    pt_status status = e->writer->write(e->writer->arg, e->gathered.p, e->gathered.n, e->err);
    str_reset(&e->gathered);
    return status;
}

static pt_status put(struct encoding *e, const void *bytes, size_t n)
{
    if (n < GATHERED_BYTES) {
        str_add_n(&e->gathered, bytes, n);
        return e->gathered.n < GATHERED_BYTES && !e->gathered.failed ? PT_OK : flush(e);
    }
    TRY(flush(e));
    e->crc = crc32_more(e->crc, bytes, n);
    return e->writer->write(e->writer->arg, bytes, n, e->err);
}

static pt_status put_u64(struct encoding *e, uint64_t value)
{
    char bytes[8];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (char)(value >> (8 * i));
    }
    return put(e, bytes, 8);
}

static pt_status put_texts(struct encoding *e, const struct column *c, size_t n)
{
    uint64_t total = 0;
    for (size_t i = 0; i < n; i++) {
        total += c->valid == NULL || c->valid[i] ? c->s[i].n : 0;
        TRY(put_u64(e, total));
    }
    for (size_t i = 0; i < n; i++) {
        if (c->valid == NULL || c->valid[i]) {
            TRY(put(e, c->s[i].p, c->s[i].n));
        }
    }
    return PT_OK;
}

static pt_status put_column(struct encoding *e, const struct column *c, size_t n)
{
    TRY(put_u64(e, strlen(c->name)));
    TRY(put(e, c->name, strlen(c->name)));
    TRY(put_u64(e, (uint64_t)c->type));
    TRY(put_u64(e, c->valid != NULL));
    if (c->valid != NULL) {
        TRY(put(e, c->valid, n));
    }
    // The hosts Portrait runs on are little-endian; the magic of another would not match.
    switch (c->type) {
    case VEC_BOOL:
        return put(e, c->b, n);
    case VEC_F64:
        return put(e, c->f, n * sizeof *c->f);
    case VEC_STR:
        return put_texts(e, c, n);
    default:
        return put(e, c->i, n * sizeof *c->i);
    }
}

static pt_status put_table(struct encoding *e, const struct table *t)
{
    TRY(put(e, MAGIC, MAGIC_BYTES));
    TRY(put_u64(e, t->n_rows));
    TRY(put_u64(e, t->n_columns));
    for (size_t i = 0; i < t->n_columns; i++) {
        TRY(put_column(e, &t->columns[i], t->n_rows));
    }
    TRY(flush(e));
    TRY(put_u64(e, e->crc));
    return flush(e);
}

pt_status table_encode(const struct table *t, const struct table_writer *writer,
                       struct pt_error *err)
{
    struct encoding e = {.writer = writer, .err = err};
    pt_status status = put_table(&e, t);
    str_release(&e.gathered);
    return status;
}

struct bytes {
    const char *p;
    size_t left;
    bool is_out_of_memory;
};

static bool take(struct bytes *in, size_t n, const char **out)
{
    if (n > in->left) {
        return false;
    }
    *out = in->p;
    in->p += n;
    in->left -= n;
    return true;
}

static bool take_u64(struct bytes *in, uint64_t *out)
{
    const char *p = NULL;
    if (!take(in, 8, &p)) {
        return false;
    }
    *out = 0;
    for (int i = 0; i < 8; i++) {
        *out |= (uint64_t)(uint8_t)p[i] << (8 * i);
    }
    return true;
}

static bool take_texts(struct bytes *in, struct table *t, struct column *c)
{
    const char *ends = NULL;
    const char *text = NULL;
    uint64_t before = 0;
    uint64_t total = 0;
    if (t->n_rows == 0) {
        return true;
    }
    struct bytes lengths = {0};
    if (!take(in, t->n_rows * 8, &ends)) {
        return false;
    }
    lengths = (struct bytes){.p = ends + (t->n_rows - 1) * 8, .left = 8};
    if (!take_u64(&lengths, &total) || !take(in, total, &text)) {
        return false;
    }
    char *copy = arena_strndup(&t->arena, text, total);
    lengths = (struct bytes){.p = ends, .left = t->n_rows * 8};
    for (size_t i = 0; copy != NULL && i < t->n_rows; i++) {
        uint64_t end = 0;
        if (!take_u64(&lengths, &end) || end < before || end > total) {
            return false;
        }
        c->s[i] = text_n(copy + before, end - before);
        before = end;
    }
    in->is_out_of_memory = copy == NULL;
    return copy != NULL;
}

static bool take_values(struct bytes *in, struct table *t, struct column *c)
{
    const char *p = NULL;
    size_t n = t->n_rows;
    if (c->type == VEC_STR) {
        return take_texts(in, t, c);
    }
    if (!take(in, c->type == VEC_BOOL ? n : n * 8, &p)) {
        return false;
    }
    void *to = c->type == VEC_BOOL  ? (void *)c->b
               : c->type == VEC_F64 ? (void *)c->f
                                    : (void *)c->i;
    if (n > 0) {
        memcpy(to, p, c->type == VEC_BOOL ? n : n * 8);
    }
    return true;
}

static bool take_column(struct bytes *in, struct table *t)
{
    uint64_t n_name = 0;
    uint64_t type = 0;
    uint64_t has_nulls = 0;
    const char *name = NULL;
    const char *valid = NULL;
    if (!take_u64(in, &n_name) || n_name > 4096 || !take(in, n_name, &name) ||
        !take_u64(in, &type) || type > VEC_TIME || !take_u64(in, &has_nulls) || has_nulls > 1 ||
        (has_nulls && !take(in, t->n_rows, &valid))) {
        return false;
    }
    char *copy = arena_strndup(&t->arena, name, n_name);
    struct column *c =
        copy == NULL ? NULL : table_add(t, copy, (enum vec_type)type, has_nulls != 0);
    if (c == NULL) {
        in->is_out_of_memory = true;
        return false;
    }
    for (size_t i = 0; has_nulls && i < t->n_rows; i++) {
        c->valid[i] = valid[i] != 0;
    }
    return take_values(in, t, c);
}

pt_status table_decode(struct text bytes, struct table *out, struct pt_error *err)
{
    *out = (struct table){0};
    struct bytes in = {.p = bytes.p, .left = bytes.n};
    const char *magic = NULL;
    uint64_t n_columns = 0;
    uint64_t n_rows = 0;
    uint64_t seal = 0;
    if (bytes.n < MAGIC_BYTES + 24) {
        FAIL(err, PT_E_DATA, "too short for a table");
    }
    struct bytes tail = {.p = bytes.p + bytes.n - 8, .left = 8};
    take_u64(&tail, &seal);
    if (seal != crc32_of(bytes.p, bytes.n - 8)) {
        FAIL(err, PT_E_DATA, "the table is damaged");
    }
    in.left -= 8;
    bool is_fine = take(&in, MAGIC_BYTES, &magic) && memcmp(magic, MAGIC, MAGIC_BYTES) == 0 &&
                   take_u64(&in, &n_rows) && n_rows <= bytes.n && take_u64(&in, &n_columns);
    out->n_rows = n_rows;
    for (uint64_t i = 0; is_fine && i < n_columns; i++) {
        is_fine = take_column(&in, out);
    }
    if (!is_fine || in.left != 0) {
        table_release(out);
        if (in.is_out_of_memory) {
            FAIL(err, PT_E_NO_MEMORY, "out of memory for a table");
        }
        FAIL(err, PT_E_DATA, "the table is not what was written");
    }
    return PT_OK;
}
