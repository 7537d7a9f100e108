// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "arrow_fixture.h"

#include <stdlib.h>

struct shell {
    const void *buffers[3];
    int *n_released;
};

static void *must(void *p)
{
    if (p == NULL) {
        abort();
    }
    return p;
}

static void release_schema(struct ArrowSchema *s)
{
    for (int64_t i = 0; i < s->n_children; i++) {
        if (s->children[i]->release != NULL) {
            s->children[i]->release(s->children[i]);
        }
        free(s->children[i]);
    }
    free(s->children);
    if (s->dictionary != NULL) {
        s->dictionary->release(s->dictionary);
        free(s->dictionary);
    }
    s->release = NULL;
}

static void release_array(struct ArrowArray *a)
{
    struct shell *shell = a->private_data;
    for (int64_t i = 0; a->children != NULL && i < a->n_children; i++) {
        if (a->children[i]->release != NULL) {
            a->children[i]->release(a->children[i]);
        }
        free(a->children[i]);
    }
    free(a->children);
    if (a->dictionary != NULL) {
        a->dictionary->release(a->dictionary);
        free(a->dictionary);
    }
    if (shell->n_released != NULL) {
        ++*shell->n_released;
    }
    free(shell);
    a->release = NULL;
}

static struct ArrowSchema *column_schema(const struct fixture_column *c)
{
    struct ArrowSchema *s = must(calloc(1, sizeof *s));
    s->format = c->format;
    s->name = c->name;
    s->flags = ARROW_FLAG_NULLABLE;
    s->release = release_schema;
    s->dictionary = c->dictionary == NULL ? NULL : column_schema(c->dictionary);
    return s;
}

static struct ArrowArray *column_array(const struct fixture_column *c)
{
    struct ArrowArray *a = must(calloc(1, sizeof *a));
    struct shell *shell = must(calloc(1, sizeof *shell));
    for (int i = 0; i < 3; i++) {
        shell->buffers[i] = c->buffers[i];
    }
    a->length = c->length;
    a->null_count = c->null_count;
    a->offset = c->offset;
    a->n_buffers = c->n_buffers;
    a->buffers = shell->buffers;
    a->release = release_array;
    a->private_data = shell;
    a->dictionary = c->dictionary == NULL ? NULL : column_array(c->dictionary);
    return a;
}

void fixture_schema(const struct fixture_batch *batch, struct ArrowSchema *out)
{
    *out = (struct ArrowSchema){
        .format = "+s",
        .name = "",
        .n_children = batch->n,
        .children = must(calloc((size_t)batch->n + 1, sizeof(struct ArrowSchema *))),
        .release = release_schema,
    };
    for (int64_t i = 0; i < batch->n; i++) {
        out->children[i] = column_schema(&batch->columns[i]);
    }
}

void fixture_array(const struct fixture_batch *batch, struct ArrowArray *out)
{
    struct shell *shell = must(calloc(1, sizeof *shell));
    shell->buffers[0] = batch->validity;
    shell->n_released = batch->n_released;
    *out = (struct ArrowArray){
        .length = batch->length,
        .null_count = batch->null_count,
        .offset = batch->offset,
        .n_buffers = 1,
        .buffers = shell->buffers,
        .n_children = batch->n,
        .children = must(calloc((size_t)batch->n + 1, sizeof(struct ArrowArray *))),
        .release = release_array,
        .private_data = shell,
    };
    for (int64_t i = 0; i < batch->n; i++) {
        out->children[i] = column_array(&batch->columns[i]);
    }
}
