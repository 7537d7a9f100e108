// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Disk space of a mapped page is taken before it is mapped, so that a full disk is an error and not
// a signal. Pages of the file are let go after every so many bytes of growth: what was written in
// order is then out of the way, and what is still looked at comes back by itself.
#include "store.h"

#include <errno.h>
#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>

#include "mem.h"
#include "tempfile.h"

#define ALIGN ((size_t)64)
#define BLOCK_SMALLEST ((size_t)64 << 10)
#define BLOCK_HUGE ((size_t)2 << 20) // a huge page of the system
#define BLOCK_LARGEST ((size_t)8 << 20)
#define PAGE ((size_t)4096)
#define REST_AFTER ((uint64_t)16 << 20)
#define ARRAY_MAPPED ((size_t)256 << 10) // smaller ones are plain allocations

struct mapping {
    void *p;
    size_t size;
    bool is_file;
    uint64_t at;
};

// In front of an array.
struct array_head {
    alignas(64) size_t mapped; // 0 = a plain allocation
};

struct store {
    struct store *parent;  // NULL = it has the account
    atomic_int disk_error; // why the last growth of a temp file failed
    atomic_uint_fast64_t limit;
    atomic_uint_fast64_t memory; // of it and those that share its account
    pthread_mutex_t lock;        // of everything below
    uint64_t own_memory;
    uint64_t unrested; // bytes of the file mapped since the last rest
    struct mapping *maps;
    size_t n_maps;
    size_t capacity;
    unsigned char *block; // pieces come from here
    size_t block_left;
    struct tempfile file;
};

static pt_status make(struct store *parent, const char *temp_dir, struct store **out,
                      struct pt_error *err)
{
    struct store *s = mem_zero(1, sizeof *s);
    if (s == NULL || pthread_mutex_init(&s->lock, NULL) != 0) {
        mem_free(s);
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    s->parent = parent;
    s->file = tempfile_of(temp_dir);
    *out = s;
    return PT_OK;
}

pt_status store_new(uint64_t memory_bytes, const char *temp_dir, struct store **out,
                    struct pt_error *err)
{
    TRY(make(NULL, temp_dir, out, err));
    atomic_store(&(*out)->limit, memory_bytes);
    return PT_OK;
}

pt_status store_beside(struct store *parent, struct store **out, struct pt_error *err)
{
    return make(parent, parent->file.folder, out, err);
}

static struct store *account(struct store *s)
{
    return s->parent == NULL ? s : s->parent;
}

void store_free(struct store *s)
{
    if (s == NULL) {
        return;
    }
    for (size_t i = 0; i < s->n_maps; i++) {
        mem_unmap(s->maps[i].p, s->maps[i].size);
    }
    atomic_fetch_sub(&account(s)->memory, s->own_memory);
    mem_free(s->maps);
    tempfile_close(&s->file);
    pthread_mutex_destroy(&s->lock);
    mem_free(s);
}

static void rest(struct store *s)
{
    for (size_t i = 0; i < s->n_maps; i++) {
        if (s->maps[i].is_file) {
            mem_rest(s->maps[i].p, s->maps[i].size);
        }
    }
    s->unrested = 0;
}

// A new mapping, listed; NULL on failure. Locked.
static void *map_new(struct store *s, size_t size)
{
    struct store *a = account(s);
    struct mapping m = {.size = size};
    m.is_file = atomic_load(&a->memory) + size > atomic_load(&a->limit);
    int fd = -1;
    if (!mem_reserve(&s->maps, &s->capacity, s->n_maps + 1, sizeof *s->maps)) {
        return NULL;
    }
    if (m.is_file) {
        if (s->unrested >= REST_AFTER) {
            rest(s);
        }
        int failed = tempfile_extend(&s->file, size, &m.at);
        atomic_store(&a->disk_error, failed);
        if (failed != 0) {
            return NULL;
        }
        fd = s->file.fd;
    }
    m.p = mem_map(size, fd, m.at);
    if (m.p == NULL) {
        return NULL;
    }
    s->own_memory += m.is_file ? 0 : size;
    atomic_fetch_add(&a->memory, m.is_file ? 0 : size);
    s->unrested += m.is_file ? size : 0;
    s->maps[s->n_maps++] = m;
    return m.p;
}

// Blocks grow with what is there, so that little is left over.
static size_t next_block(const struct store *s, size_t need)
{
    size_t size = (size_t)((s->own_memory + s->file.bytes) / 8);
    size = size < BLOCK_SMALLEST ? BLOCK_SMALLEST : size > BLOCK_LARGEST ? BLOCK_LARGEST : size;
    size = size < need ? need : size;
    size_t unit = size < BLOCK_HUGE / 4 ? BLOCK_SMALLEST : BLOCK_HUGE;
    return (size + unit - 1) / unit * unit;
}

void *store_piece(struct store *s, size_t size)
{
    size_t rounded = (size + ALIGN - 1) / ALIGN * ALIGN;
    if (rounded < size || rounded > PTRDIFF_MAX - BLOCK_SMALLEST) {
        return NULL;
    }
    pthread_mutex_lock(&s->lock);
    void *p = NULL;
    if (s->block_left < rounded) {
        size_t bytes = next_block(s, rounded);
        unsigned char *block = map_new(s, bytes);
        s->block = block == NULL ? s->block : block;
        s->block_left = block == NULL ? s->block_left : bytes;
    }
    if (s->block_left >= rounded) {
        p = s->block;
        s->block += rounded;
        s->block_left -= rounded;
    }
    pthread_mutex_unlock(&s->lock);
    return p;
}

void *store_array(struct store *s, size_t n, size_t size)
{
    size_t bytes = 0;
    struct array_head *head = NULL;
    if (__builtin_mul_overflow(n, size, &bytes) ||
        __builtin_add_overflow(bytes, sizeof *head, &bytes) || bytes > PTRDIFF_MAX - PAGE) {
        return NULL;
    }
    if (bytes < ARRAY_MAPPED) {
        head = mem_aligned(ALIGN, bytes);
        if (head == NULL) {
            return NULL;
        }
        memset(head, 0, bytes);
        return head + 1;
    }
    size_t mapped = (bytes + PAGE - 1) / PAGE * PAGE;
    pthread_mutex_lock(&s->lock);
    head = map_new(s, mapped);
    pthread_mutex_unlock(&s->lock);
    if (head == NULL) {
        return NULL;
    }
    head->mapped = mapped;
    return head + 1;
}

// Takes the mapping off the list and gives its disk back. Locked.
static void map_drop(struct store *s, const void *p)
{
    size_t i = 0;
    while (s->maps[i].p != p) {
        i++;
    }
    struct mapping m = s->maps[i];
    s->maps[i] = s->maps[--s->n_maps];
    mem_unmap(m.p, m.size);
    if (m.is_file) {
        tempfile_forget(&s->file, m.at, m.size);
    } else {
        s->own_memory -= m.size;
        atomic_fetch_sub(&account(s)->memory, m.size);
    }
}

void store_drop(struct store *s, void *array)
{
    if (array == NULL) {
        return;
    }
    struct array_head *head = (struct array_head *)array - 1;
    if (head->mapped == 0) {
        mem_free(head);
        return;
    }
    pthread_mutex_lock(&s->lock);
    map_drop(s, head);
    pthread_mutex_unlock(&s->lock);
}

pt_status store_failure(struct store *s, const char *what, struct pt_error *err)
{
    int number = atomic_load(&account(s)->disk_error);
    if (number != 0) {
        return error_system(err, number, "out of memory for %s, and no room for them in %s", what,
                            s->file.folder);
    }
    return error_set(err, PT_E_NO_MEMORY, "out of memory for %s", what);
}

void store_limit(struct store *s, uint64_t memory_bytes)
{
    atomic_store(&account(s)->limit, memory_bytes);
}

void store_rest(struct store *s)
{
    pthread_mutex_lock(&s->lock);
    rest(s);
    pthread_mutex_unlock(&s->lock);
}

void store_passed(struct store *s, uint64_t bytes)
{
    pthread_mutex_lock(&s->lock);
    s->unrested += s->file.bytes == 0 ? 0 : bytes;
    if (s->unrested >= REST_AFTER) {
        rest(s);
    }
    pthread_mutex_unlock(&s->lock);
}

uint64_t store_memory(struct store *s)
{
    return atomic_load(&account(s)->memory);
}

uint64_t store_disk_bytes(struct store *s)
{
    pthread_mutex_lock(&s->lock);
    uint64_t bytes = s->file.bytes;
    pthread_mutex_unlock(&s->lock);
    return bytes;
}
