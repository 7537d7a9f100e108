// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "model_work.h"

#include <math.h>
#include <string.h>
#include <sys/mman.h>

#include "mem.h"

#define COLUMNS 6u
#define BLOCK_ROWS 128u
#define LEVELS 4u
#define SEED 20260101u

static const char *const level_names[LEVELS] = {"autumn", "spring", "summer", "winter"};
static const char *const column_names[COLUMNS] = {"visits", "spend",  "recency",
                                                  "share",  "basket", "season"};

// Numbers that look like a shop's: a pure function of row and column.
static uint64_t bits_of(uint64_t row, uint64_t column)
{
    uint64_t z = (row * 64 + column + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ SEED;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static double value_of(const pt_model_needs *needs, uint64_t row, uint32_t column)
{
    double u = (double)(bits_of(row, column) >> 11) * 0x1p-53;
    double group = (double)(row % 3);
    if (column == COLUMNS - 1) {
        uint32_t level = (uint32_t)(u * LEVELS);
        return needs->takes_category ? level : level == 2;
    }
    if (needs->takes_missing && bits_of(row, column + 32) % 17 == 0) {
        return NAN;
    }
    return column == 3 ? u : group * (column + 1) + 2 * u - 1;
}

static double label_of(const struct model_work *m, uint64_t row)
{
    double u = (double)(bits_of(row, 20) >> 11) * 0x1p-53;
    double score = (double)(row % 3) - 1 + u;
    switch (m->needs.task) {
    case PT_TASK_BINARY:
        return score > 0.5;
    case PT_TASK_REGRESS:
        return 10 * score + u;
    default:
        return (double)(row % (m->n_outputs < 2 ? 1 : m->n_outputs - 1));
    }
}

static pt_status take_block(void *ctx, uint32_t index, pt_block *out, pt_error *err)
{
    struct synthetic *d = ctx;
    uint64_t call = __atomic_add_fetch(&d->calls, 1, __ATOMIC_RELAXED);
    if (call == d->fail_at) {
        FAIL(err, PT_E_IO, "the data cannot be read");
    }
    if (index >= d->data.n_blocks) {
        FAIL(err, PT_E_INVALID, "there is no block %u", index);
    }
    uint32_t size = out->struct_size;
    if (size < offsetof(pt_block, key) + sizeof out->key) {
        FAIL(err, PT_E_INVALID, "a block of %u bytes: its struct_size is not set", size);
    }
    memcpy(out, &d->blocks[index], size < sizeof *out ? size : sizeof *out);
    out->struct_size = size;
    return PT_OK;
}

static bool build_schema(struct synthetic *d, const struct model_work *m)
{
    struct arena *a = &d->arena;
    static const char *const two[] = {"no", "yes"};
    d->columns = arena_zero(a, COLUMNS, sizeof *d->columns);
    const pt_column_info **list = arena_zero(a, COLUMNS, sizeof *list);
    uint32_t n_classes = m->needs.task == PT_TASK_CLASSES ? m->n_outputs - 1 : 0;
    const char **classes = arena_zero(a, n_classes + 1, sizeof *classes);
    if (d->columns == NULL || list == NULL || classes == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < COLUMNS; i++) {
        bool is_category = i == COLUMNS - 1;
        d->columns[i] = (pt_column_info){.struct_size = sizeof d->columns[i],
                                         .name = column_names[i],
                                         .source = column_names[i],
                                         .factor = 1};
        if (is_category && m->needs.takes_category) {
            d->columns[i].kind = PT_COLUMN_CATEGORY;
            d->columns[i].n_levels = LEVELS;
            d->columns[i].levels = level_names;
        } else if (is_category) {
            d->columns[i].level = level_names[2];
        }
        list[i] = &d->columns[i];
    }
    for (uint32_t i = 0; i < n_classes; i++) {
        classes[i] = m->outputs[i + 1]->name;
    }
    bool is_binary = m->needs.task == PT_TASK_BINARY;
    d->schema = (pt_schema){.struct_size = sizeof d->schema,
                            .n_columns = COLUMNS,
                            .columns = list,
                            .n_classes = is_binary ? 2 : n_classes,
                            .classes = is_binary ? two : classes};
    return true;
}

static void put_value(const pt_model_needs *needs, void *x, uint64_t at, double value)
{
    if (needs->dtype == 4) {
        ((float *)x)[at] = (float)value;
    } else {
        ((double *)x)[at] = value;
    }
}

static void fill_block(struct synthetic *d, const struct model_work *m, uint32_t index,
                       uint64_t first)
{
    const size_t column_bytes = BLOCK_ROWS * sizeof(double);
    uint8_t *at = d->memory + index * column_bytes * (COLUMNS + 3);
    pt_block *b = &d->blocks[index];
    uint64_t rows = d->data.n_rows - first < BLOCK_ROWS ? d->data.n_rows - first : BLOCK_ROWS;
    bool is_rows = m->needs.layout == PT_LAYOUT_ROWS;
    double *label = (double *)(at + column_bytes * COLUMNS);
    double *weight = (double *)(at + column_bytes * (COLUMNS + 1));
    uint64_t *key = (uint64_t *)(at + column_bytes * (COLUMNS + 2));
    for (uint64_t r = 0; r < rows; r++) {
        for (uint32_t c = 0; c < COLUMNS; c++) {
            put_value(&m->needs, at, is_rows ? r * COLUMNS + c : c * BLOCK_ROWS + r,
                      value_of(&m->needs, first + r, c));
        }
        label[r] = m->needs.task == PT_TASK_CLUSTER ? 0 : label_of(m, first + r);
        weight[r] = 1;
        key[r] = bits_of(first + r, 40);
    }
    *b = (pt_block){.struct_size = sizeof *b,
                    .cols = COLUMNS,
                    .first_row = first,
                    .rows = rows,
                    .stride = is_rows ? COLUMNS : BLOCK_ROWS,
                    .x = at,
                    .label = m->needs.task == PT_TASK_CLUSTER ? NULL : label,
                    .weight = m->needs.takes_weight ? weight : NULL,
                    .key = key};
}

bool synthetic_build(struct synthetic *d, const struct model_work *m, uint32_t n_rows,
                     bool is_writable)
{
    *d = (struct synthetic){0};
    uint32_t n_blocks = (n_rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
    d->bytes = n_blocks * BLOCK_ROWS * sizeof(double) * (COLUMNS + 3);
    d->blocks = arena_zero(&d->arena, n_blocks, sizeof *d->blocks);
    void *memory = mmap(NULL, d->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (d->blocks == NULL || memory == MAP_FAILED || !build_schema(d, m)) {
        d->memory = memory == MAP_FAILED ? NULL : memory;
        return false;
    }
    d->memory = memory;
    d->data = (pt_data){.struct_size = sizeof d->data,
                        .n_blocks = n_blocks,
                        .n_rows = n_rows,
                        .schema = &d->schema,
                        .ctx = d,
                        .block = take_block};
    for (uint32_t i = 0; i < n_blocks; i++) {
        fill_block(d, m, i, (uint64_t)i * BLOCK_ROWS);
    }
    return is_writable || mprotect(d->memory, d->bytes, PROT_READ) == 0;
}

void synthetic_release(struct synthetic *d)
{
    if (d->memory != NULL) {
        munmap(d->memory, d->bytes);
    }
    arena_release(&d->arena);
    *d = (struct synthetic){0};
}

pt_status model_create(struct model_work *m, struct subject *s, struct pt_error *err)
{
    *m = (struct model_work){.subject = s, .v = s->component->vtable};
    TRY(m->v->create(s->host, config_struct(s->config), &m->self, err));
    m->needs.struct_size = sizeof m->needs;
    TRY(m->v->describe(m->self, &m->needs, err));
    return m->v->outputs(m->self, &m->outputs, &m->n_outputs, err);
}

void model_destroy(struct model_work *m)
{
    if (m->self != NULL) {
        m->v->destroy(m->self);
    }
    *m = (struct model_work){0};
}

pt_status model_fit(struct model_work *m, struct synthetic *d, uint32_t threads,
                    struct pt_error *err)
{
    struct pool *pool = NULL;
    struct run_services *run = NULL;
    pt_status status = threads > 1 ? pool_new(threads, &pool, err) : PT_OK;
    if (status == PT_OK) {
        status = run_services_new(pool, 7, m->subject->host, &run, err);
    }
    if (status == PT_OK) {
        status = m->v->fit(m->self, &d->data, run_services_view(run), err);
    }
    run_services_free(run);
    pool_free(pool);
    return status;
}

pt_status model_save(struct model_work *m, struct page *page, struct pt_error *err)
{
    pt_writer writer = {.ctx = page, .write = page_write};
    return m->v->save(m->self, &writer, err);
}

pt_status model_load(struct model_work *m, const struct synthetic *d, struct text bytes,
                     struct pt_error *err)
{
    pt_reader reader = {.data = (const uint8_t *)bytes.p, .size = bytes.n};
    TRY(m->v->load(m->self, &d->schema, &reader, err));
    if (reader.at != reader.size) {
        FAIL(err, PT_E_DATA, "%llu bytes are left", (unsigned long long)(reader.size - reader.at));
    }
    return PT_OK;
}

static bool is_sound(const struct model_work *m, int32_t role, double value)
{
    switch (role) {
    case PT_ROLE_PROBABILITY:
        return value >= 0 && value <= 1;
    case PT_ROLE_SEGMENT:
        return value >= 0 && value == floor(value) && isfinite(value);
    case PT_ROLE_CLASS:
        return value >= 0 && value < m->n_outputs - 1 && value == floor(value);
    default:
        return isfinite(value);
    }
}

// What lies behind the scores, which predict must not touch.
#define CANARY 8u

static pt_status predict_block(struct model_work *m, const pt_block *b, struct str *out,
                               struct pt_error *err)
{
    const size_t n = m->n_outputs * b->rows;
    double *scores = mem_array(n + CANARY, sizeof *scores);
    if (scores == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    memset(scores, 0xa5, (n + CANARY) * sizeof *scores);
    pt_status status = m->v->predict(m->self, b, scores, err);
    const uint8_t *behind = (const uint8_t *)(scores + n);
    for (size_t i = 0; i < CANARY * sizeof *scores; i++) {
        if (behind[i] != 0xa5) {
            subject_fault(m->subject, "predict writes behind its scores");
            break;
        }
    }
    for (size_t i = 0; status == PT_OK && i < n; i++) {
        const pt_output *o = m->outputs[i / b->rows];
        if (!is_sound(m, o->role, scores[i])) {
            subject_fault(m->subject, "predict gives %g as %s", scores[i], o->name);
            break;
        }
    }
    if (status == PT_OK && !str_add_n(out, (const char *)scores, n * sizeof *scores)) {
        status = error_set(err, PT_E_NO_MEMORY, "out of memory");
    }
    mem_free(scores);
    return status;
}

pt_status model_predict(struct model_work *m, const struct synthetic *d, struct str *out,
                        struct pt_error *err)
{
    for (uint32_t i = 0; i < d->data.n_blocks; i++) {
        TRY(predict_block(m, &d->blocks[i], out, err));
    }
    return PT_OK;
}

static pt_status learn_with(struct model_work *m, struct synthetic *d, uint32_t threads,
                            struct page *payload, struct str *scores, struct pt_error *err)
{
    TRY(model_fit(m, d, threads, err));
    TRY(model_save(m, payload, err));
    return model_predict(m, d, scores, err);
}

pt_status model_learn(struct subject *s, uint32_t threads, uint32_t n_rows, struct page *payload,
                      struct str *scores, struct pt_error *err)
{
    struct model_work m;
    struct synthetic d = {0};
    pt_status status = model_create(&m, s, err);
    if (status == PT_OK && !synthetic_build(&d, &m, n_rows, false)) {
        status = error_set(err, PT_E_NO_MEMORY, "out of memory");
    }
    if (status == PT_OK) {
        status = learn_with(&m, &d, threads, payload, scores, err);
    }
    model_destroy(&m);
    synthetic_release(&d);
    return status;
}

pt_status model_life(struct subject *s, uint64_t *digest, struct pt_error *err)
{
    struct page payload = {0};
    struct str scores = {0};
    pt_status status = model_learn(s, 1, SMALL_ROWS, &payload, &scores, err);
    *digest =
        digest_add(digest_add(DIGEST_INIT, payload.text.p, payload.text.n), scores.p, scores.n);
    str_release(&payload.text);
    str_release(&scores);
    return status;
}
