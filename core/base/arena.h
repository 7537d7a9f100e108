// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Arena: many small objects of one lifetime, freed together. Blocks double up to 1 MiB.
#ifndef PORTRAIT_BASE_ARENA_H
#define PORTRAIT_BASE_ARENA_H

#include <stddef.h>

#include "text.h"

struct arena_block;

// {0} is an empty arena.
struct arena {
    struct arena_block *head;
    size_t used;  // bytes used in head
    size_t total; // bytes of all blocks
};

void *arena_alloc(struct arena *a, size_t size);          // 16-byte aligned, uninitialised
void *arena_zero(struct arena *a, size_t n, size_t size); // n * size zero bytes
char *arena_strdup(struct arena *a, const char *text);
char *arena_strndup(struct arena *a, const char *p, size_t n);      // terminated copy
bool arena_text(struct arena *a, struct text in, struct text *out); // copy of a view
char *arena_printf(struct arena *a, const char *format, ...) PT_PRINTF(2, 3);
void arena_reset(struct arena *a);   // empties, keeps the largest block
void arena_release(struct arena *a); // frees all

#endif
