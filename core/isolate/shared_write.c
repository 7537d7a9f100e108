// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <sys/uio.h>

#include "mem.h"
#include "shared_batch.h"

#define BUFFER_ALIGN ((uint64_t)64)
#define ROWS_MAX ((int64_t)1 << 40)

struct writing {
    struct shared_head head;
    struct shared_column *columns;
    struct iovec *parts; // head, columns, then buffer and padding by turns
    size_t n_parts;
    uint64_t at;
};

static const uint8_t padding[BUFFER_ALIGN];

static pt_status wrong(const char *name, const char *what, struct pt_error *err)
{
    return error_set(err, PT_E_INTERNAL, "the plugin gave a wrong batch: column `%s`: %s", name,
                     what);
}

static void add_part(struct writing *w, const void *p, uint64_t n)
{
    w->parts[w->n_parts++] = (struct iovec){(void *)(uintptr_t)p, n};
    w->at += n;
    uint64_t gap = (BUFFER_ALIGN - w->at % BUFFER_ALIGN) % BUFFER_ALIGN;
    if (gap > 0) {
        w->parts[w->n_parts++] = (struct iovec){(void *)(uintptr_t)padding, gap};
        w->at += gap;
    }
}

static void add_buffer(struct writing *w, struct shared_buffer *out, const void *p, uint64_t n)
{
    if (p == NULL) {
        return;
    }
    *out = (struct shared_buffer){w->at, n};
    if (n > 0) {
        add_part(w, p, n);
    }
}

static bool is_text(enum arrow_wire wire)
{
    return wire == WIRE_TEXT32 || wire == WIRE_TEXT64;
}

static int64_t last_offset(enum arrow_wire wire, const void *offsets, uint64_t rows)
{
    int32_t narrow = 0;
    int64_t wide = 0;
    if (wire == WIRE_TEXT32) {
        memcpy(&narrow, (const char *)offsets + rows * sizeof narrow, sizeof narrow);
        return narrow;
    }
    memcpy(&wide, (const char *)offsets + rows * sizeof wide, sizeof wide);
    return wide;
}

static pt_status add_array(struct writing *w, struct shared_array *out, enum arrow_wire wire,
                           const struct ArrowArray *a, const char *name, struct pt_error *err)
{
    if (a == NULL || a->release == NULL) {
        return wrong(name, "is missing", err);
    }
    if (a->n_buffers != (is_text(wire) ? 3 : 2) || a->n_children != 0) {
        return wrong(name, "has another number of buffers than its format", err);
    }
    if (a->length < 0 || a->offset < 0 || a->length > ROWS_MAX || a->offset > ROWS_MAX) {
        return wrong(name, "has an impossible length", err);
    }
    uint64_t rows = (uint64_t)a->length + (uint64_t)a->offset;
    out->length = a->length;
    out->null_count = a->null_count;
    out->offset = a->offset;
    add_buffer(w, &out->buffers[0], a->buffers[0], (rows + 7) / 8);
    add_buffer(w, &out->buffers[1], a->buffers[1], shared_values_bytes(wire, rows));
    if (is_text(wire) && a->buffers[1] != NULL) {
        int64_t n = last_offset(wire, a->buffers[1], rows);
        add_buffer(w, &out->buffers[2], a->buffers[2], n < 0 ? 0 : (uint64_t)n);
    }
    return PT_OK;
}

static pt_status add_columns(struct writing *w, const struct shared_layout *layout,
                             const struct ArrowArray *array, struct pt_error *err)
{
    for (size_t i = 0; i < layout->n; i++) {
        const struct schema_field *f = layout->fields[i];
        const struct ArrowArray *child = array->children[i];
        struct shared_column *out = &w->columns[i];
        TRY(add_array(w, &out->values, f->wire, child, f->name, err));
        if (f->is_dictionary) {
            TRY(add_array(w, &out->dictionary, WIRE_TEXT32, child->dictionary, f->name, err));
        }
    }
    return PT_OK;
}

static pt_status gather(struct writing *w, const struct shared_layout *layout,
                        const struct ArrowArray *array, struct pt_error *err)
{
    if (array->n_children < 0 || (uint64_t)array->n_children != layout->n ||
        array->n_buffers != 1) {
        FAIL(err, PT_E_INTERNAL, "the plugin gave a wrong batch: %lld columns, %zu are bound",
             (long long)array->n_children, layout->n);
    }
    if (array->length < 0 || array->offset < 0 || array->length > ROWS_MAX ||
        array->offset > ROWS_MAX) {
        FAIL(err, PT_E_INTERNAL, "the plugin gave a wrong batch: an impossible length");
    }
    w->head = (struct shared_head){.magic = SHARED_MAGIC, .n_columns = layout->n};
    w->head.rows.length = array->length;
    w->head.rows.null_count = array->null_count;
    w->head.rows.offset = array->offset;
    add_part(w, &w->head, sizeof w->head);
    add_part(w, w->columns, layout->n * sizeof *w->columns);
    add_buffer(w, &w->head.rows.buffers[0], array->buffers[0],
               ((uint64_t)array->length + (uint64_t)array->offset + 7) / 8);
    TRY(add_columns(w, layout, array, err));
    w->head.size = w->at;
    return PT_OK;
}

static void copy_parts(uint8_t *to, const struct iovec *parts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        memcpy(to, parts[i].iov_base, parts[i].iov_len);
        to += parts[i].iov_len;
    }
}

pt_status shared_batch_write(const struct shared_layout *layout, const struct ArrowArray *array,
                             const struct shared_room *room, uint64_t *n, struct pt_error *err)
{
    struct writing w = {0};
    w.columns = mem_zero(layout->n + 1, sizeof *w.columns);
    w.parts = mem_array(6 + layout->n * 4 * SHARED_BUFFERS, sizeof *w.parts);
    pt_status status = w.columns == NULL || w.parts == NULL
                           ? error_set(err, PT_E_NO_MEMORY, "no memory for a batch")
                           : gather(&w, layout, array, err);
    if (status == PT_OK && w.at > room->segment->n) {
        status = room->make(room->ctx, w.at, err);
    }
    if (status == PT_OK) {
        copy_parts(room->segment->bytes, w.parts, w.n_parts);
        *n = w.at;
    }
    mem_free(w.columns);
    mem_free(w.parts);
    return status;
}
