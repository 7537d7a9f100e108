// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Chunks are numbered as they are opened. A full chunk stays in memory while the budget lasts; from
// then on it is written out and its memory used again.
#include "spool.h"

#include <pthread.h>
#include <string.h>

#include "mem.h"
#include "tempfile.h"

#define PAGE ((size_t)4096)
#define CHUNK_SMALLEST PAGE
#define CHUNKS_OF_BUDGET 64

struct chunk {
    unsigned char *bytes; // NULL when on disk
    bool is_full;         // closed by its writer
    size_t used;
    uint64_t n_records;
    uint64_t file_at;
};

struct spool_writer {
    struct spool_writer *next_free;
    struct spool_writer *next_all;
    uint32_t open[]; // a source each: its chunk + 1, 0 = none
};

struct spool {
    struct spool_options options;
    size_t chunk_bytes;
    pthread_mutex_t lock; // of everything below
    struct chunk **chunks;
    size_t n_chunks;
    size_t capacity;
    size_t n_resident;      // chunks in memory
    uint64_t full_records;  // in those that are full
    size_t oldest_resident; // chunks before it are on disk
    struct tempfile file;
    struct spool_writer *free_writers;
    struct spool_writer *all_writers;
    struct spool_split *splits;
    size_t n_splits;
    size_t splits_capacity;
    // after sealing
    struct spool_runs *runs;
    unsigned char **memory;
    bool is_on_disk;
};

static size_t chunk_size(const struct spool_options *o, size_t widest)
{
    size_t bytes = o->memory_bytes / CHUNKS_OF_BUDGET > SPOOL_CHUNK_BYTES
                       ? SPOOL_CHUNK_BYTES
                       : (size_t)(o->memory_bytes / CHUNKS_OF_BUDGET) / 8 * 8;
    bytes = bytes < CHUNK_SMALLEST ? CHUNK_SMALLEST : bytes;
    bytes = bytes < widest ? widest : bytes;
    return (bytes + PAGE - 1) / PAGE * PAGE;
}

pt_status spool_new(const struct spool_options *options, struct spool **out, struct pt_error *err)
{
    size_t widest = 0;
    for (size_t i = 0; i < options->n_sources; i++) {
        widest = options->widths[i] > widest ? options->widths[i] : widest;
    }
    if (widest > SPOOL_CHUNK_BYTES) {
        FAIL(err, PT_E_LIMIT, "a record of %zu bytes is too wide: too many features", widest);
    }
    struct spool *s = mem_zero(1, sizeof *s);
    if (s == NULL || pthread_mutex_init(&s->lock, NULL) != 0) {
        mem_free(s);
        FAIL(err, PT_E_NO_MEMORY, "out of memory for the spool");
    }
    s->options = *options;
    s->chunk_bytes = chunk_size(options, widest);
    s->file = tempfile_of(options->temp_dir);
    *out = s;
    return PT_OK;
}

void spool_split_release(struct spool_split *split)
{
    mem_free(split->runs);
    *split = (struct spool_split){0};
}

void spool_free(struct spool *s)
{
    if (s == NULL) {
        return;
    }
    for (size_t i = 0; i < s->n_chunks; i++) {
        mem_unmap(s->chunks[i]->bytes, s->chunk_bytes);
        mem_free(s->chunks[i]);
    }
    while (s->all_writers != NULL) {
        struct spool_writer *next = s->all_writers->next_all;
        mem_free(s->all_writers);
        s->all_writers = next;
    }
    for (size_t i = 0; i < s->n_splits; i++) {
        spool_split_release(&s->splits[i]);
    }
    for (size_t i = 0; s->runs != NULL && i < s->options.n_sources; i++) {
        mem_free(s->runs[i].items);
    }
    mem_free(s->chunks);
    mem_free(s->splits);
    mem_free(s->runs);
    mem_free(s->memory);
    tempfile_close(&s->file);
    pthread_mutex_destroy(&s->lock);
    mem_free(s);
}

pt_status spool_borrow(struct spool *s, struct spool_writer **out, struct pt_error *err)
{
    pthread_mutex_lock(&s->lock);
    struct spool_writer *w = s->free_writers;
    if (w != NULL) {
        s->free_writers = w->next_free;
    } else {
        w = mem_zero(1, sizeof *w + s->options.n_sources * sizeof w->open[0]);
        if (w != NULL) {
            w->next_all = s->all_writers;
            s->all_writers = w;
        }
    }
    pthread_mutex_unlock(&s->lock);
    if (w == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for the spool");
    }
    *out = w;
    return PT_OK;
}

void spool_return(struct spool *s, struct spool_writer *w)
{
    pthread_mutex_lock(&s->lock);
    w->next_free = s->free_writers;
    s->free_writers = w;
    pthread_mutex_unlock(&s->lock);
}

// What is left of the budget beside the store.
static uint64_t budget(const struct spool *s)
{
    uint64_t taken = s->options.store == NULL ? 0 : store_memory(s->options.store);
    return taken < s->options.memory_bytes ? s->options.memory_bytes - taken : 0;
}

static uint64_t memory_used(const struct spool *s)
{
    return s->n_resident * s->chunk_bytes + s->full_records * SPOOL_SIDE_BYTES;
}

// Writes a full chunk out; its memory is the caller's.
static pt_status chunk_write(struct spool *s, struct chunk *c, unsigned char **memory,
                             struct pt_error *err)
{
    TRY(tempfile_append(&s->file, c->bytes, c->used, &c->file_at, err));
    *memory = c->bytes;
    c->bytes = NULL;
    s->n_resident--;
    s->full_records -= c->n_records;
    return PT_OK;
}

// Writes the oldest full chunks out until the rest fits: identifiers have taken their memory.
static pt_status evict(struct spool *s, struct pt_error *err)
{
    uint64_t most = budget(s);
    size_t i = s->oldest_resident;
    bool is_first = true;
    for (; i < s->n_chunks && memory_used(s) > most; i++) {
        struct chunk *c = s->chunks[i];
        if (c->bytes != NULL && c->is_full) {
            unsigned char *memory = NULL;
            TRY(chunk_write(s, c, &memory, err));
            mem_unmap(memory, s->chunk_bytes);
        }
        is_first = is_first && c->bytes == NULL;
        s->oldest_resident += is_first;
    }
    return PT_OK;
}

// A full chunk: kept, or written out; then *reuse is its memory. Locked.
static pt_status chunk_close(struct spool *s, struct chunk *c, unsigned char **reuse,
                             struct pt_error *err)
{
    c->is_full = true;
    s->full_records += c->n_records;
    if (memory_used(s) + s->chunk_bytes <= budget(s) && s->n_chunks < SPOOL_CHUNKS_MAX) {
        return PT_OK;
    }
    TRY(chunk_write(s, c, reuse, err));
    s->n_resident++; // the memory stays in use
    pt_status status = evict(s, err);
    s->n_resident--;
    if (status != PT_OK) {
        mem_unmap(*reuse, s->chunk_bytes);
    }
    return status;
}

static pt_status chunk_add(struct spool *s, unsigned char *bytes, uint32_t *number,
                           struct pt_error *err)
{
    struct chunk *c = mem_zero(1, sizeof *c);
    unsigned char *memory = bytes != NULL ? bytes : mem_map(s->chunk_bytes, -1, 0);
    if (c == NULL || memory == NULL || s->n_chunks >= UINT32_MAX - 1 ||
        !mem_reserve(&s->chunks, &s->capacity, s->n_chunks + 1, sizeof(struct chunk *))) {
        mem_free(c);
        mem_unmap(memory, s->chunk_bytes);
        FAIL(err, PT_E_NO_MEMORY, "out of memory for the spool");
    }
    c->bytes = memory;
    s->n_resident++;
    s->chunks[s->n_chunks++] = c;
    *number = (uint32_t)s->n_chunks;
    return PT_OK;
}

// Closes the writer's chunk of a source and opens the next one. Locked.
static pt_status chunk_turn(struct spool *s, struct spool_writer *w, uint32_t source,
                            struct pt_error *err)
{
    unsigned char *reuse = NULL;
    if (w->open[source] != 0) {
        TRY(chunk_close(s, s->chunks[w->open[source] - 1], &reuse, err));
        w->open[source] = 0;
    }
    return chunk_add(s, reuse, &w->open[source], err);
}

static pt_status run_extend(struct spool_split *split, struct spool_run run, uint32_t width,
                            struct pt_error *err)
{
    struct spool_run *last = split->n == 0 ? NULL : &split->runs[split->n - 1];
    if (last != NULL && last->chunk == run.chunk && last->at + last->n * width == run.at) {
        last->n += run.n;
        return PT_OK;
    }
    if (!mem_reserve(&split->runs, &split->capacity, split->n + 1, sizeof run)) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for the spool");
    }
    split->runs[split->n++] = run;
    return PT_OK;
}

pt_status spool_reserve(struct spool *s, struct spool_writer *w, struct spool_split *split,
                        struct spool_grant *grant, struct pt_error *err)
{
    uint32_t width = s->options.widths[split->source];
    uint32_t *open = &w->open[split->source];
    pthread_mutex_lock(&s->lock);
    struct chunk *c = *open == 0 ? NULL : s->chunks[*open - 1];
    pt_status status = PT_OK;
    if (c == NULL || s->chunk_bytes - c->used < width) {
        status = chunk_turn(s, w, split->source, err);
        c = status == PT_OK ? s->chunks[*open - 1] : NULL;
    }
    pthread_mutex_unlock(&s->lock);
    TRY(status);
    size_t room = (s->chunk_bytes - c->used) / width;
    size_t n = grant->n < room ? grant->n : room;
    struct spool_run run = {*open - 1, (uint32_t)c->used, (uint32_t)n};
    TRY(run_extend(split, run, width, err));
    *grant = (struct spool_grant){n, c->bytes + c->used};
    c->used += n * width;
    c->n_records += n;
    return PT_OK;
}

pt_status spool_commit(struct spool *s, struct spool_split *split, struct pt_error *err)
{
    pthread_mutex_lock(&s->lock);
    bool has_room = split->n == 0 ||
                    mem_reserve(&s->splits, &s->splits_capacity, s->n_splits + 1, sizeof *split);
    if (has_room && split->n > 0) {
        s->splits[s->n_splits++] = *split;
        *split = (struct spool_split){0};
    }
    pthread_mutex_unlock(&s->lock);
    if (!has_room) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for the spool");
    }
    spool_split_release(split);
    return PT_OK;
}

static bool split_before(const struct spool_split *a, const struct spool_split *b)
{
    return a->source != b->source ? a->source < b->source : a->ordinal < b->ordinal;
}

static void sift_down(struct spool_split *splits, size_t from, size_t n)
{
    struct spool_split item = splits[from];
    for (size_t child = 2 * from + 1; child < n; child = 2 * from + 1) {
        if (child + 1 < n && split_before(&splits[child], &splits[child + 1])) {
            child++;
        }
        if (!split_before(&item, &splits[child])) {
            break;
        }
        splits[from] = splits[child];
        from = child;
    }
    splits[from] = item;
}

// Heapsort: ordinals are unique within a source.
static void sort_splits(struct spool_split *splits, size_t n)
{
    for (size_t i = n / 2; i-- > 0;) {
        sift_down(splits, i, n);
    }
    for (size_t i = n; i-- > 1;) {
        struct spool_split largest = splits[0];
        splits[0] = splits[i];
        splits[i] = largest;
        sift_down(splits, 0, i);
    }
}

static bool gather_runs(struct spool *s)
{
    for (size_t i = 0; i < s->n_splits; i++) {
        s->runs[s->splits[i].source].n += s->splits[i].n;
    }
    for (size_t i = 0; i < s->options.n_sources; i++) {
        s->runs[i].items = mem_array(s->runs[i].n, sizeof *s->runs[i].items);
        if (s->runs[i].items == NULL) {
            return false;
        }
        s->runs[i].n = 0;
    }
    for (size_t i = 0; i < s->n_splits; i++) {
        const struct spool_split *split = &s->splits[i];
        struct spool_runs *to = &s->runs[split->source];
        memcpy(to->items + to->n, split->runs, split->n * sizeof *split->runs);
        to->n += split->n;
    }
    return true;
}

static pt_status chunks_to_disk(struct spool *s, struct pt_error *err)
{
    for (size_t i = 0; i < s->n_chunks; i++) {
        struct chunk *c = s->chunks[i];
        if (c->bytes != NULL) {
            unsigned char *memory = NULL;
            TRY(chunk_write(s, c, &memory, err));
            mem_unmap(memory, s->chunk_bytes);
        }
    }
    return PT_OK;
}

// Chunks that were never filled count too: together they may be what breaks the budget.
static bool fits_memory(struct spool *s)
{
    for (size_t i = 0; i < s->n_chunks; i++) {
        struct chunk *c = s->chunks[i];
        s->full_records += c->is_full ? 0 : c->n_records;
        c->is_full = true;
    }
    uint64_t used = 0;
    for (size_t i = 0; i < s->n_chunks; i++) {
        used += s->chunks[i]->used + s->chunks[i]->n_records * SPOOL_SIDE_BYTES;
    }
    return s->file.bytes == 0 && used <= budget(s) && s->n_chunks <= SPOOL_CHUNKS_MAX;
}

pt_status spool_seal(struct spool *s, struct pt_error *err)
{
    sort_splits(s->splits, s->n_splits);
    s->runs = mem_zero(s->options.n_sources, sizeof *s->runs);
    if (s->runs == NULL || !gather_runs(s)) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for the spool");
    }
    s->is_on_disk = !fits_memory(s);
    if (s->is_on_disk) {
        return chunks_to_disk(s, err);
    }
    s->memory = mem_array(s->n_chunks, sizeof *s->memory);
    if (s->memory == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for the spool");
    }
    for (size_t i = 0; i < s->n_chunks; i++) {
        s->memory[i] = s->chunks[i]->bytes;
    }
    return PT_OK;
}

void spool_forget(struct spool *s)
{
    for (size_t i = 0; i < s->n_chunks; i++) {
        mem_unmap(s->chunks[i]->bytes, s->chunk_bytes);
        s->chunks[i]->bytes = NULL;
    }
    s->n_resident = 0;
    s->full_records = 0;
    tempfile_close(&s->file);
}

bool spool_is_on_disk(const struct spool *s)
{
    return s->is_on_disk;
}

struct spool_runs spool_runs_of(const struct spool *s, uint32_t source)
{
    return s->runs[source];
}

struct rowset spool_rows(const struct spool *s)
{
    return (struct rowset){s->memory, s->runs};
}

pt_status spool_read(const struct spool *s, const struct spool_run *run, uint32_t width,
                     void *buffer, struct pt_error *err)
{
    const struct chunk *c = s->chunks[run->chunk];
    return tempfile_read(&s->file, c->file_at + run->at, buffer, (size_t)run->n * width, err);
}

uint64_t spool_memory_bytes(const struct spool *s)
{
    return memory_used(s);
}

uint64_t spool_disk_bytes(const struct spool *s)
{
    return s->file.bytes;
}
