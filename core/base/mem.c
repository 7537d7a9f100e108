// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The fault counters are the one piece of mutable file-scope state in the core: a test switch has
// to reach every allocation of the process.
#include "mem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static atomic_uint_fast64_t fault_at;
static atomic_uint_fast64_t fault_calls;
static atomic_bool fault_forever;
static atomic_int_fast64_t live_blocks;

static bool fault_hits(void)
{
    uint64_t at = atomic_load_explicit(&fault_at, memory_order_relaxed);
    if (at == 0) {
        return false;
    }
    uint64_t call = atomic_fetch_add_explicit(&fault_calls, 1, memory_order_relaxed) + 1;
    return call == at || (call > at && atomic_load_explicit(&fault_forever, memory_order_relaxed));
}

// Bytes of n * size; false when no block can be that large.
static bool block_bytes(size_t n, size_t size, size_t *bytes)
{
    return !__builtin_mul_overflow(n, size, bytes) && *bytes <= PTRDIFF_MAX;
}

static void *counted(void *p)
{
    if (p != NULL) {
        atomic_fetch_add_explicit(&live_blocks, 1, memory_order_relaxed);
    }
    return p;
}

void mem_fault_arm(uint64_t at, bool forever)
{
    atomic_store(&fault_calls, 0);
    atomic_store(&fault_forever, forever);
    atomic_store(&fault_at, at);
}

uint64_t mem_fault_calls(void)
{
    return atomic_load(&fault_calls);
}

int64_t mem_live_blocks(void)
{
    return atomic_load(&live_blocks);
}

void *mem_alloc(size_t size)
{
    if (size > PTRDIFF_MAX || fault_hits()) {
        return NULL;
    }
    return counted(malloc(size == 0 ? 1 : size));
}

void *mem_zero(size_t n, size_t size)
{
    size_t bytes = 0;
    if (!block_bytes(n, size, &bytes) || fault_hits()) {
        return NULL;
    }
    return counted(calloc(n == 0 ? 1 : n, size == 0 ? 1 : size));
}

void *mem_array(size_t n, size_t size)
{
    size_t bytes = 0;
    return block_bytes(n, size, &bytes) ? mem_alloc(bytes) : NULL;
}

void *mem_resize(void *p, size_t n, size_t size)
{
    size_t bytes = 0;
    if (!block_bytes(n, size, &bytes) || fault_hits()) {
        return NULL;
    }
    void *q = realloc(p, bytes == 0 ? 1 : bytes);
    return p == NULL ? counted(q) : q;
}

void *mem_aligned(size_t alignment, size_t size)
{
    size_t rounded = 0;
    if (__builtin_add_overflow(size, alignment, &rounded) || rounded > PTRDIFF_MAX ||
        fault_hits()) {
        return NULL;
    }
    rounded -= rounded % alignment;
    return counted(aligned_alloc(alignment, rounded));
}

void mem_free(void *p)
{
    if (p != NULL) {
        atomic_fetch_sub_explicit(&live_blocks, 1, memory_order_relaxed);
    }
    free(p);
}

void *mem_map(size_t size, int fd, uint64_t at)
{
    if (size == 0 || size > PTRDIFF_MAX || fault_hits()) {
        return NULL;
    }
    // All pages at once: a fault for each would cost more than to clear them.
    int flags = fd >= 0 ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE;
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, (off_t)at);
    return p == MAP_FAILED ? NULL : counted(p);
}

void mem_unmap(void *p, size_t size)
{
    if (p != NULL) {
        atomic_fetch_sub_explicit(&live_blocks, 1, memory_order_relaxed);
        munmap(p, size);
    }
}

void mem_rest(void *p, size_t size)
{
    // Advice: that it was not taken changes nothing but the memory in use.
    (void)madvise(p, size, MADV_DONTNEED);
}

char *mem_strdup(const char *text)
{
    return mem_strndup(text, strlen(text));
}

char *mem_strndup(const char *text, size_t n)
{
    char *copy = mem_alloc(n + 1);
    if (copy == NULL) {
        return NULL;
    }
    memcpy(copy, text, n);
    copy[n] = '\0';
    return copy;
}

bool mem_reserve(void *array_pointer, size_t *capacity, size_t need, size_t size)
{
    if (need <= *capacity) {
        return true;
    }
    size_t wanted = *capacity < 8 ? 8 : *capacity * 2;
    if (wanted < need) {
        wanted = need;
    }
    void *old = NULL;
    memcpy(&old, array_pointer, sizeof old);
    void *grown = mem_resize(old, wanted, size);
    if (grown == NULL) {
        return false;
    }
    memcpy(array_pointer, &grown, sizeof grown);
    *capacity = wanted;
    return true;
}
