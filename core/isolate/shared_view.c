// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "mem.h"
#include "shared_batch.h"

#define ROWS_MAX ((int64_t)1 << 40)

// The Arrow structs of one batch, in one block.
struct holder {
    uint8_t *copy; // NULL: the bytes are not its own
    struct ArrowArray **children;
    const void *row_buffers[1];
};

struct column_arrays {
    struct ArrowArray values;
    struct ArrowArray dictionary;
    const void *buffers[2 * SHARED_BUFFERS];
};

struct viewing {
    const uint8_t *bytes;
    uint64_t n;
};

static pt_status wrong(const char *what, struct pt_error *err)
{
    return error_set(err, PT_E_INTERNAL, "the plugin gave a wrong batch: %s", what);
}

static uint64_t element_bytes(enum arrow_wire wire)
{
    switch (wire) {
    case WIRE_I8:
    case WIRE_U8:
        return 1;
    case WIRE_I16:
    case WIRE_U16:
        return 2;
    case WIRE_I32:
    case WIRE_U32:
    case WIRE_F32:
    case WIRE_DATE32:
    case WIRE_TEXT32:
        return 4;
    default:
        return 8;
    }
}

uint64_t shared_values_bytes(enum arrow_wire wire, uint64_t rows)
{
    bool is_text = wire == WIRE_TEXT32 || wire == WIRE_TEXT64;
    return wire == WIRE_BOOL ? (rows + 7) / 8 : (rows + is_text) * element_bytes(wire);
}

// A buffer of at least `size` bytes; NULL when it is not there.
static pt_status view_buffer(const struct viewing *v, const struct shared_buffer *b, uint64_t size,
                             const void **out, struct pt_error *err)
{
    *out = NULL;
    if (b->offset == 0) {
        return PT_OK;
    }
    if (b->offset % 8 != 0 || b->offset > v->n || b->size > v->n - b->offset) {
        return wrong("a buffer outside its memory", err);
    }
    if (b->size < size) {
        return wrong("a buffer shorter than its rows", err);
    }
    *out = v->bytes + b->offset;
    return PT_OK;
}

// Texts end inside their bytes; that offsets ascend from there back is batch_import's to check.
static pt_status view_text(const struct viewing *v, const struct shared_array *in,
                           enum arrow_wire wire, uint64_t rows, struct ArrowArray *out,
                           struct pt_error *err)
{
    int64_t end = 0;
    int32_t narrow = 0;
    if (out->buffers[1] != NULL && wire == WIRE_TEXT32) {
        memcpy(&narrow, (const char *)out->buffers[1] + rows * sizeof narrow, sizeof narrow);
        end = narrow;
    } else if (out->buffers[1] != NULL) {
        memcpy(&end, (const char *)out->buffers[1] + rows * sizeof end, sizeof end);
    }
    if (end < 0) {
        return wrong("a text of negative length", err);
    }
    TRY(view_buffer(v, &in->buffers[2], (uint64_t)end, &out->buffers[2], err));
    return end > 0 && out->buffers[2] == NULL ? wrong("texts without bytes", err) : PT_OK;
}

static bool has_rows(const struct shared_array *in, uint64_t *rows)
{
    if (in->length < 0 || in->offset < 0 || in->length > ROWS_MAX || in->offset > ROWS_MAX) {
        return false;
    }
    *rows = (uint64_t)in->length + (uint64_t)in->offset;
    return true;
}

static void release_part(struct ArrowArray *array)
{
    array->release = NULL; // the batch holds it
}

static pt_status view_array(const struct viewing *v, const struct shared_array *from,
                            enum arrow_wire wire, struct ArrowArray *out, struct pt_error *err)
{
    uint64_t rows = 0;
    const struct shared_array in = *from;
    if (!has_rows(&in, &rows)) {
        return wrong("an impossible length", err);
    }
    bool is_text = wire == WIRE_TEXT32 || wire == WIRE_TEXT64;
    out->length = in.length;
    out->null_count = in.null_count;
    out->offset = in.offset;
    out->n_buffers = is_text ? 3 : 2;
    out->release = release_part;
    TRY(view_buffer(v, &in.buffers[0], (rows + 7) / 8, &out->buffers[0], err));
    TRY(view_buffer(v, &in.buffers[1], shared_values_bytes(wire, rows), &out->buffers[1], err));
    if (out->buffers[1] == NULL && rows > 0) {
        return wrong("a column without values", err);
    }
    return is_text ? view_text(v, &in, wire, rows, out, err) : PT_OK;
}

static void release_batch(struct ArrowArray *array)
{
    struct holder *h = array->private_data;
    mem_free(h->copy);
    mem_free(h);
    array->release = NULL;
}

static pt_status view_columns(const struct viewing *v, const struct shared_layout *layout,
                              struct column_arrays *columns, struct ArrowArray **children,
                              struct pt_error *err)
{
    const struct shared_column *in =
        (const struct shared_column *)(const void *)(v->bytes + ((sizeof(struct shared_head) + 63) &
                                                                 ~(size_t)63));
    for (size_t i = 0; i < layout->n; i++) {
        struct column_arrays *c = &columns[i];
        const struct schema_field *f = layout->fields[i];
        c->values.buffers = c->buffers;
        c->dictionary.buffers = c->buffers + SHARED_BUFFERS;
        children[i] = &c->values;
        pt_status status = view_array(v, &in[i].values, f->wire, &c->values, err);
        if (status == PT_OK && f->is_dictionary) {
            status = view_array(v, &in[i].dictionary, WIRE_TEXT32, &c->dictionary, err);
            c->values.dictionary = &c->dictionary;
        }
        if (status != PT_OK) {
            return error_prefix(err, "column `%s`", f->name);
        }
    }
    return PT_OK;
}

// Rows the columns do not have: memory for them would be asked for before anyone looks.
static pt_status check_rows(const struct ArrowArray *const *children, size_t n, uint64_t rows,
                            struct pt_error *err)
{
    for (size_t i = 0; i < n; i++) {
        if ((uint64_t)children[i]->length < rows) {
            return wrong("a column has fewer rows than the batch", err);
        }
    }
    return n == 0 && rows > 0 ? wrong("rows without columns", err) : PT_OK;
}

static pt_status check_head(const struct viewing *v, const struct shared_layout *layout,
                            struct shared_head *head, struct pt_error *err)
{
    size_t columns_at = (sizeof *head + 63) & ~(size_t)63;
    if (v->n < columns_at + layout->n * sizeof(struct shared_column)) {
        return wrong("it is shorter than its head", err);
    }
    memcpy(head, v->bytes, sizeof *head);
    if (head->magic != SHARED_MAGIC || head->size != v->n) {
        return wrong("it is no batch, or cut", err);
    }
    return head->n_columns == layout->n ? PT_OK : wrong("another number of columns", err);
}

pt_status shared_batch_view(const struct shared_layout *layout, pt_bytes bytes,
                            struct ArrowArray *out, struct pt_error *err)
{
    const struct viewing v = {bytes.data, bytes.size};
    struct shared_head head;
    uint64_t rows = 0;
    TRY(check_head(&v, layout, &head, err));
    if (!has_rows(&head.rows, &rows)) {
        return wrong("an impossible length", err);
    }
    size_t at_columns = (sizeof(struct holder) + 15) & ~(size_t)15;
    size_t at_children = at_columns + layout->n * sizeof(struct column_arrays);
    char *block = mem_zero(1, at_children + layout->n * sizeof(struct ArrowArray *));
    if (block == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a batch");
    }
    struct holder *h = (struct holder *)(void *)block;
    h->children = (struct ArrowArray **)(void *)(block + at_children);
    pt_status status =
        view_buffer(&v, &head.rows.buffers[0], (rows + 7) / 8, &h->row_buffers[0], err);
    if (status == PT_OK) {
        status = view_columns(&v, layout, (struct column_arrays *)(void *)(block + at_columns),
                              h->children, err);
    }
    if (status == PT_OK) {
        status = check_rows((const struct ArrowArray *const *)h->children, layout->n, rows, err);
    }
    if (status != PT_OK) {
        mem_free(block);
        return status;
    }
    *out = (struct ArrowArray){.length = head.rows.length,
                               .null_count = head.rows.null_count,
                               .offset = head.rows.offset,
                               .n_buffers = 1,
                               .n_children = (int64_t)layout->n,
                               .buffers = h->row_buffers,
                               .children = h->children,
                               .release = release_batch,
                               .private_data = h};
    return PT_OK;
}

pt_status shared_batch_copy(const struct shared_layout *layout, const struct segment *segment,
                            uint64_t n, struct ArrowArray *out, struct pt_error *err)
{
    if (n > segment->n) {
        return wrong("it is larger than its memory", err);
    }
    uint8_t *copy = mem_aligned(64, (n + 63) & ~(uint64_t)63);
    if (copy == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for a batch");
    }
    memcpy(copy, segment->bytes, n);
    pt_status status = shared_batch_view(layout, (pt_bytes){copy, n}, out, err);
    if (status != PT_OK) {
        mem_free(copy);
        return status;
    }
    ((struct holder *)out->private_data)->copy = copy;
    return PT_OK;
}
