// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "matrix.h"

#include <string.h>

#include "map.h"
#include "mem.h"

struct filling {
    struct matrix *m;
    const struct prepare *p;
    const struct prepare_rows *from;
    const struct column **columns;
};

static size_t element_offset(const struct matrix *m, size_t row)
{
    return m->needs.layout == PT_LAYOUT_ROWS ? row * m->stride : row;
}

static size_t block_rows(const struct matrix *m, size_t first)
{
    return m->n_rows - first < PREPARE_BLOCK_ROWS ? m->n_rows - first : PREPARE_BLOCK_ROWS;
}

static pt_status fill_block(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    const struct filling *f = arg;
    struct matrix *m = f->m;
    (void)worker;
    size_t first = item * PREPARE_BLOCK_ROWS;
    struct prepare_target target = {
        .x = (uint8_t *)m->x + element_offset(m, first) * m->needs.dtype,
        .stride = m->stride,
        .layout = m->needs.layout,
        .dtype = m->needs.dtype,
    };
    struct gather_range range = {f->from->rows, first, block_rows(m, first)};
    return prepare_fill(f->p, f->columns, range, &target, err);
}

static pt_status fill_all(struct filling *f, struct pool *pool, struct pt_error *err)
{
    uint64_t n = f->m->data.n_blocks;
    if (pool != NULL) {
        return pool_run(pool, n, fill_block, f, err);
    }
    for (uint64_t i = 0; i < n; i++) {
        TRY(fill_block(f, i, 0, err));
    }
    return PT_OK;
}

static pt_status give_block(void *ctx, uint32_t index, pt_block *out, struct pt_error *err)
{
    const struct matrix *m = ctx;
    if (index >= m->data.n_blocks) {
        FAIL(err, PT_E_INVALID, "block %u of %u", index, m->data.n_blocks);
    }
    // What a plugin of version 1.0 knows of a block; it may know less than this host.
    const uint32_t floor = offsetof(pt_block, key) + sizeof out->key;
    if (out->struct_size < floor) {
        FAIL(err, PT_E_INVALID, "a block of %u bytes where %u are needed: set its struct_size",
             out->struct_size, floor);
    }
    size_t first = (size_t)index * PREPARE_BLOCK_ROWS;
    pt_block block = {
        .struct_size = out->struct_size < sizeof block ? out->struct_size : (uint32_t)sizeof block,
        .cols = (uint32_t)m->n_columns,
        .first_row = first,
        .rows = block_rows(m, first),
        .stride = m->stride,
        .x = (const uint8_t *)m->x + element_offset(m, first) * m->needs.dtype,
        .label = m->label == NULL ? NULL : m->label + first,
        .key = m->key + first,
    };
    memcpy(out, &block, block.struct_size);
    return PT_OK;
}

static pt_status allocate(struct matrix *m, bool has_label, struct pt_error *err)
{
    size_t lines = m->needs.layout == PT_LAYOUT_ROWS ? m->n_rows : m->n_columns;
    size_t bytes = 0;
    if (__builtin_mul_overflow(lines, m->stride * m->needs.dtype, &bytes)) {
        FAIL(err, PT_E_NO_MEMORY, "a matrix of %zu x %zu does not fit", m->n_rows, m->n_columns);
    }
    m->x = mem_aligned(64, bytes == 0 ? 64 : bytes);
    m->key = mem_aligned(64, m->n_rows * sizeof *m->key);
    m->label = has_label ? mem_aligned(64, m->n_rows * sizeof *m->label) : NULL;
    if (m->x == NULL || m->key == NULL || (has_label && m->label == NULL)) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a matrix of %zu rows and %zu columns", m->n_rows,
             m->n_columns);
    }
    return PT_OK;
}

static void copy_extra(struct matrix *m, const struct prepare_rows *from,
                       const struct matrix_extra *extra)
{
    for (size_t i = 0; i < m->n_rows; i++) {
        size_t row = from->rows == NULL ? i : from->rows[i];
        m->key[i] = extra->key == NULL ? row : extra->key[row];
        if (m->label != NULL) {
            m->label[i] = extra->label[row];
        }
    }
}

static pt_status bind_and_fill(struct filling *f, struct pool *pool, struct pt_error *err)
{
    f->columns = mem_zero(f->p->n_inputs, sizeof *f->columns);
    if (f->columns == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu inputs", f->p->n_inputs);
    }
    pt_status status = prepare_bind(f->p, f->from->table, f->columns, err);
    if (status == PT_OK) {
        status = fill_all(f, pool, err);
    }
    mem_free(f->columns);
    return status;
}

pt_status matrix_build(const struct prepare *p, const pt_model_needs *needs,
                       const struct prepare_rows *from, const struct matrix_extra *extra,
                       struct matrix *out, struct pt_error *err)
{
    *out = (struct matrix){.needs = *needs, .n_rows = from->n, .n_columns = p->n_columns};
    // Columns start on cache lines, and so do blocks of rows.
    out->stride = needs->layout == PT_LAYOUT_ROWS ? p->n_columns : (from->n + 15) / 16 * 16;
    out->data = (pt_data){
        .struct_size = sizeof out->data,
        .n_blocks = (uint32_t)((from->n + PREPARE_BLOCK_ROWS - 1) / PREPARE_BLOCK_ROWS),
        .n_rows = from->n,
        .schema = &p->schema,
        .ctx = out,
        .block = give_block,
    };
    struct filling f = {.m = out, .p = p, .from = from};
    pt_status status = allocate(out, extra->label != NULL, err);
    if (status == PT_OK) {
        copy_extra(out, from, extra);
        status = bind_and_fill(&f, extra->pool, err);
    }
    if (status != PT_OK) {
        matrix_release(out);
    }
    return status;
}

static uint64_t hash_rows(const struct matrix *m, const pt_block *b, uint64_t seed)
{
    size_t lines = m->needs.layout == PT_LAYOUT_ROWS ? 1 : m->n_columns;
    size_t width = m->needs.layout == PT_LAYOUT_ROWS ? b->rows * m->n_columns : b->rows;
    for (size_t i = 0; i < lines; i++) {
        const uint8_t *line = (const uint8_t *)b->x + i * m->stride * m->needs.dtype;
        seed = hash_bytes(line, width * m->needs.dtype, seed);
    }
    return b->label == NULL ? seed : hash_bytes(b->label, b->rows * sizeof *b->label, seed);
}

pt_status matrix_fingerprint(const struct matrix *m, char out[SHA256_HEX], struct pt_error *err)
{
    uint64_t facts[3] = {m->n_rows, m->n_columns, 0};
    for (uint32_t i = 0; i < m->data.n_blocks; i++) {
        pt_block b = {.struct_size = sizeof b};
        TRY(m->data.block(m->data.ctx, i, &b, err));
        facts[2] = hash_rows(m, &b, facts[2]);
    }
    uint8_t digest[SHA256_BYTES];
    TRY(sha256_of(facts, sizeof facts, digest, err));
    digest_hex(digest, sizeof digest, out);
    return PT_OK;
}

void matrix_release(struct matrix *m)
{
    mem_free(m->x);
    mem_free(m->key);
    mem_free(m->label);
    *m = (struct matrix){0};
}
