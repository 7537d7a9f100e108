// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "scratch.h"

#include <stdalign.h>

#include "mem.h"

#define BLOCK_FIRST ((size_t)65536)
#define BLOCK_LARGEST ((size_t)1 << 22)
#define ALIGN ((size_t)16)

struct block {
    struct block *next;
    size_t size;
    alignas(16) unsigned char bytes[];
};

struct region {
    struct block *first;
    struct block *now;
    size_t used; // of now
};

struct expr_scratch {
    struct region kept;
    struct region temporary;
};

struct expr_scratch *expr_scratch_new(void)
{
    return mem_zero(1, sizeof(struct expr_scratch));
}

static void region_release(struct region *r)
{
    while (r->first != NULL) {
        struct block *next = r->first->next;
        mem_free(r->first);
        r->first = next;
    }
}

static void region_rewind(struct region *r)
{
    r->now = r->first;
    r->used = 0;
}

void expr_scratch_free(struct expr_scratch *s)
{
    if (s != NULL) {
        region_release(&s->kept);
        region_release(&s->temporary);
        mem_free(s);
    }
}

void expr_scratch_reset(struct expr_scratch *s)
{
    region_rewind(&s->kept);
    region_rewind(&s->temporary);
}

void scratch_rewind(struct expr_scratch *s)
{
    region_rewind(&s->temporary);
}

// Puts a new block behind the present one.
static bool add_block(struct region *r, size_t size)
{
    size_t wanted = r->now == NULL ? BLOCK_FIRST : r->now->size * 2;
    wanted = wanted > BLOCK_LARGEST ? BLOCK_LARGEST : wanted;
    wanted = wanted < size ? size : wanted;
    if (wanted > SIZE_MAX - sizeof(struct block)) {
        return false;
    }
    struct block *block = mem_alloc(sizeof *block + wanted);
    if (block == NULL) {
        return false;
    }
    block->size = wanted;
    block->next = r->now == NULL ? NULL : r->now->next;
    if (r->now == NULL) {
        r->first = block;
    } else {
        r->now->next = block;
    }
    r->now = block;
    r->used = 0;
    return true;
}

static bool find_room(struct region *r, size_t size)
{
    while (r->now != NULL) {
        if (r->now->size - r->used >= size) {
            return true;
        }
        if (r->now->next == NULL) {
            break;
        }
        r->now = r->now->next;
        r->used = 0;
    }
    return add_block(r, size);
}

static void *region_alloc(struct region *r, size_t n, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(n, size, &bytes) || bytes > SIZE_MAX - ALIGN) {
        return NULL;
    }
    bytes = (bytes + ALIGN - 1) / ALIGN * ALIGN;
    if (!find_room(r, bytes)) {
        return NULL;
    }
    void *p = r->now->bytes + r->used;
    r->used += bytes;
    return p;
}

void *scratch_keep(struct expr_scratch *s, size_t n, size_t size)
{
    return region_alloc(&s->kept, n, size);
}

void *scratch_temp(struct expr_scratch *s, size_t n, size_t size)
{
    return region_alloc(&s->temporary, n, size);
}
