// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "arena.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdio.h>

#include "mem.h"

#define ARENA_FIRST ((size_t)4096)
#define ARENA_LARGEST ((size_t)1 << 20)
#define ARENA_ALIGN ((size_t)16)

struct arena_block {
    struct arena_block *next;
    size_t size;
    alignas(16) unsigned char bytes[];
};

static struct arena_block *block_new(struct arena *a, size_t size)
{
    size_t wanted = a->head == NULL ? ARENA_FIRST : a->head->size * 2;
    if (wanted > ARENA_LARGEST) {
        wanted = ARENA_LARGEST;
    }
    if (wanted < size) {
        wanted = size;
    }
    struct arena_block *block = mem_alloc(sizeof *block + wanted);
    if (block == NULL) {
        return NULL;
    }
    block->size = wanted;
    block->next = a->head;
    a->head = block;
    a->used = 0;
    a->total += wanted;
    return block;
}

void *arena_alloc(struct arena *a, size_t size)
{
    if (size > SIZE_MAX - 2 * ARENA_ALIGN - sizeof(struct arena_block)) {
        return NULL;
    }
    size_t rounded = (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
    if (a->head == NULL || a->head->size - a->used < rounded) {
        if (block_new(a, rounded) == NULL) {
            return NULL;
        }
    }
    void *p = a->head->bytes + a->used;
    a->used += rounded;
    return p;
}

void *arena_zero(struct arena *a, size_t n, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(n, size, &bytes)) {
        return NULL;
    }
    void *p = arena_alloc(a, bytes);
    if (p != NULL) {
        memset(p, 0, bytes);
    }
    return p;
}

char *arena_strndup(struct arena *a, const char *p, size_t n)
{
    if (n == SIZE_MAX) {
        return NULL;
    }
    char *copy = arena_alloc(a, n + 1);
    if (copy == NULL) {
        return NULL;
    }
    if (n > 0) {
        memcpy(copy, p, n);
    }
    copy[n] = '\0';
    return copy;
}

char *arena_strdup(struct arena *a, const char *text)
{
    return arena_strndup(a, text, strlen(text));
}

bool arena_text(struct arena *a, struct text in, struct text *out)
{
    char *copy = arena_strndup(a, in.p, in.n);
    if (copy == NULL) {
        return false;
    }
    *out = (struct text){copy, in.n};
    return true;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
    if (text != NULL) {
        vsnprintf(text, (size_t)n + 1, format, again);
    }
    va_end(again);
    return text;
}

void arena_reset(struct arena *a)
{
    struct arena_block *largest = NULL;
    while (a->head != NULL) {
        struct arena_block *next = a->head->next;
        if (largest == NULL || a->head->size > largest->size) {
            mem_free(largest);
            largest = a->head;
        } else {
            mem_free(a->head);
        }
        a->head = next;
    }
    a->head = largest;
    a->used = 0;
    a->total = largest == NULL ? 0 : largest->size;
    if (largest != NULL) {
        largest->next = NULL;
    }
}

void arena_release(struct arena *a)
{
    while (a->head != NULL) {
        struct arena_block *next = a->head->next;
        mem_free(a->head);
        a->head = next;
    }
    *a = (struct arena){0};
}
