// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Another producer behind the arrow-query example: DuckDB's batches cut as the Arrow interface
// allows. Of every batch come an empty one, a slice by the struct's length, a slice by the struct's
// offset, and a slice by the columns' own offsets, all over the same buffers; null counts are
// unknown (-1). Codes of enumerations, few here, are told as signed.
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "given_stream.h"

_Bool duckdb_stream_open(const struct given_request *request, struct ArrowArrayStream *out,
                         char *message);

#define PIECES 4

// A batch of DuckDB's that several pieces show.
struct shared {
    atomic_int n_users;
    struct ArrowArray given;
};

struct cutter {
    struct ArrowArrayStream given;
    struct shared *shared; // NULL = a new batch is due
    int piece;
};

struct piece {
    struct shared *shared;
    struct ArrowArray *pointers[64];
    struct ArrowArray children[64];
};

static void leave(struct shared *s)
{
    if (atomic_fetch_sub(&s->n_users, 1) == 1) {
        s->given.release(&s->given);
        free(s);
    }
}

static void release_child(struct ArrowArray *array)
{
    leave(array->private_data);
    array->release = NULL;
}

static void release_piece(struct ArrowArray *array)
{
    struct piece *p = array->private_data;
    for (int64_t i = 0; i < array->n_children; i++) {
        if (p->children[i].release != NULL) {
            p->children[i].release(&p->children[i]);
        }
    }
    leave(p->shared);
    free(p);
    array->release = NULL;
}

// Piece `index` of a batch: where it begins and ends.
static int64_t edge(int64_t n, int index)
{
    static const int part_of_eight[PIECES + 1] = {0, 0, 3, 5, 8};
    return n * part_of_eight[index] / 8;
}

static void show(struct shared *s, int index, struct ArrowArray *out)
{
    struct piece *p = calloc(1, sizeof *p);
    if (p == NULL || s->given.n_children > 64) {
        abort();
    }
    int64_t begin = edge(s->given.length, index);
    int64_t end = edge(s->given.length, index + 1);
    int by_columns = index == PIECES - 1;
    p->shared = s;
    atomic_fetch_add(&s->n_users, 1 + (int)s->given.n_children);
    for (int64_t i = 0; i < s->given.n_children; i++) {
        struct ArrowArray *child = &p->children[i];
        *child = *s->given.children[i];
        child->null_count = -1;
        child->offset += by_columns ? begin : 0;
        child->length -= by_columns ? begin : 0;
        child->release = release_child;
        child->private_data = s;
        p->pointers[i] = child;
    }
    *out = s->given;
    out->offset += by_columns ? 0 : begin;
    out->length = end - begin;
    out->null_count = -1;
    out->children = p->pointers;
    out->release = release_piece;
    out->private_data = p;
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    struct cutter *c = stream->private_data;
    int code = c->given.get_schema(&c->given, out);
    for (int64_t i = 0; code == 0 && i < out->n_children; i++) {
        struct ArrowSchema *child = out->children[i];
        if (child->dictionary != NULL && strcmp(child->format, "C") == 0) {
            child->format = "c";
        }
    }
    return code;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    struct cutter *c = stream->private_data;
    memset(out, 0, sizeof *out);
    if (c->shared == NULL) {
        struct ArrowArray given = {0};
        int code = c->given.get_next(&c->given, &given);
        if (code != 0 || given.release == NULL) {
            return code;
        }
        c->shared = calloc(1, sizeof *c->shared);
        if (c->shared == NULL) {
            abort();
        }
        *c->shared = (struct shared){.n_users = 1, .given = given};
    }
    show(c->shared, c->piece++, out);
    if (c->piece == PIECES) {
        leave(c->shared);
        c->shared = NULL;
        c->piece = 0;
    }
    return 0;
}

static const char *get_last_error(struct ArrowArrayStream *stream)
{
    struct cutter *c = stream->private_data;
    return c->given.get_last_error(&c->given);
}

static void release(struct ArrowArrayStream *stream)
{
    struct cutter *c = stream->private_data;
    if (c->shared != NULL) {
        leave(c->shared);
    }
    c->given.release(&c->given);
    free(c);
    stream->release = NULL;
}

_Bool given_stream_open(const struct given_request *request, struct ArrowArrayStream *out,
                        char *message)
{
    struct cutter *c = calloc(1, sizeof *c);
    if (c == NULL || !duckdb_stream_open(request, &c->given, message)) {
        free(c);
        return 0;
    }
    *out = (struct ArrowArrayStream){get_schema, get_next, get_last_error, release, c};
    return 1;
}
