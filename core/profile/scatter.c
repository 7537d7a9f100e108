// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Two passes over blocks of runs: look up the profile of every record and count partitions; then
// write each pair to its place. A block's places follow those of earlier blocks, so order is kept
// whatever thread does what.
#include "scatter.h"

#include <string.h>

#include "mem.h"
#include "parallel.h"
#include "people.h"

#define BLOCK_RECORDS ((size_t)1 << 17)
#define PARTITIONS_MAX 512

struct block {
    uint32_t source;
    size_t run; // first run
    size_t n_runs;
    size_t record; // number of its first record
};

struct dealing {
    const struct scatter_input *in;
    struct scatter *out;
    struct block *blocks;
    size_t n_blocks;
    uint32_t *person; // of every record, mapped; PERSON_NONE when not dealt
    size_t *at;       // [n_blocks][n_partitions]
};

// Cuts the runs into blocks; with `blocks` NULL only counts.
static size_t cut_blocks(const struct scatter_input *in, struct block *blocks, size_t *n_records)
{
    size_t n = 0;
    *n_records = 0;
    for (uint32_t s = 0; s < in->n_sources; s++) {
        const struct spool_runs *runs = &in->rows->sources[s];
        size_t in_block = BLOCK_RECORDS;
        for (size_t r = 0; r < runs->n; r++) {
            if (in_block >= BLOCK_RECORDS) {
                if (blocks != NULL) {
                    blocks[n] = (struct block){s, r, 0, *n_records};
                }
                n++;
                in_block = 0;
            }
            if (blocks != NULL) {
                blocks[n - 1].n_runs++;
            }
            in_block += runs->items[r].n;
            *n_records += runs->items[r].n;
        }
    }
    return n;
}

static uint32_t person_of(const struct scatter_input *in, uint32_t meeting)
{
    uint32_t person = in->person[meeting];
    uint32_t index = person_index(person) - in->first;
    return person != PERSON_NONE && index < in->n ? person : PERSON_NONE;
}

static pt_status count_block(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    (void)worker;
    (void)err;
    struct dealing *d = arg;
    const struct block *b = &d->blocks[item];
    const struct scatter_source *source = &d->in->sources[b->source];
    size_t *count = d->at + item * d->out->n_partitions;
    size_t record = b->record;
    for (size_t r = b->run; r < b->run + b->n_runs; r++) {
        const struct spool_run *run = &d->in->rows->sources[b->source].items[r];
        const unsigned char *p = d->in->rows->chunks[run->chunk] + run->at + source->meeting_at;
        for (uint32_t i = 0; i < run->n; i++, p += source->width) {
            uint32_t meeting = 0;
            memcpy(&meeting, p, sizeof meeting);
            uint32_t person = person_of(d->in, meeting);
            d->person[record++] = person;
            if (person != PERSON_NONE) {
                count[(person_index(person) - d->in->first) >> d->out->shift]++;
            }
        }
    }
    return PT_OK;
}

static pt_status deal_block(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    (void)worker;
    (void)err;
    struct dealing *d = arg;
    const struct block *b = &d->blocks[item];
    uint32_t step = d->in->sources[b->source].width / 8;
    size_t *at = d->at + item * d->out->n_partitions;
    size_t record = b->record;
    for (size_t r = b->run; r < b->run + b->n_runs; r++) {
        const struct spool_run *run = &d->in->rows->sources[b->source].items[r];
        uint32_t ref = run->chunk << SPOOL_UNIT_BITS | run->at / 8;
        for (uint32_t i = 0; i < run->n; i++, ref += step) {
            uint32_t person = d->person[record++];
            if (person != PERSON_NONE) {
                size_t partition = (person_index(person) - d->in->first) >> d->out->shift;
                d->out->pairs[at[partition]++] = (struct scatter_pair){person, ref};
            }
        }
    }
    return PT_OK;
}

// Turns counts into places: by source, then partition, then block.
static void place_blocks(struct dealing *d)
{
    size_t n_partitions = d->out->n_partitions;
    size_t sum = 0;
    size_t from = 0;
    for (uint32_t s = 0; s < d->in->n_sources; s++) {
        size_t to = from;
        while (to < d->n_blocks && d->blocks[to].source == s) {
            to++;
        }
        size_t *begin = d->out->begin + s * (n_partitions + 1);
        for (size_t p = 0; p < n_partitions; p++) {
            begin[p] = sum;
            for (size_t b = from; b < to; b++) {
                size_t count = d->at[b * n_partitions + p];
                d->at[b * n_partitions + p] = sum;
                sum += count;
            }
        }
        begin[n_partitions] = sum;
        from = to;
    }
}

static size_t mapped_bytes(const struct scatter *s, size_t size)
{
    return (s->n_records + 1) * size;
}

static bool deal_alloc(struct dealing *d)
{
    struct scatter *out = d->out;
    while (((d->in->n + (((uint64_t)1 << out->shift) - 1)) >> out->shift) > PARTITIONS_MAX) {
        out->shift++;
    }
    out->n_partitions = (size_t)((d->in->n + (((uint64_t)1 << out->shift) - 1)) >> out->shift);
    d->n_blocks = cut_blocks(d->in, NULL, &out->n_records);
    d->blocks = mem_array(d->n_blocks, sizeof *d->blocks);
    d->person = mem_map(mapped_bytes(out, sizeof *d->person), -1, 0);
    d->at = mem_zero(d->n_blocks, out->n_partitions * sizeof *d->at);
    out->pairs = mem_map(mapped_bytes(out, sizeof *out->pairs), -1, 0);
    out->begin = mem_array(d->in->n_sources, (out->n_partitions + 1) * sizeof *out->begin);
    return d->blocks != NULL && d->person != NULL && d->at != NULL && out->pairs != NULL &&
           out->begin != NULL;
}

pt_status scatter_build(const struct scatter_input *in, struct scatter *out, struct pt_error *err)
{
    struct scatter built = {0};
    struct dealing d = {.in = in, .out = &built};
    pt_status status = PT_OK;
    if (!deal_alloc(&d)) {
        status = error_set(err, PT_E_NO_MEMORY, "out of memory for %zu records", built.n_records);
        goto cleanup;
    }
    cut_blocks(in, d.blocks, &built.n_records);
    status = parallel_run(in->pool, d.n_blocks, count_block, &d, err);
    if (status != PT_OK) {
        goto cleanup;
    }
    place_blocks(&d);
    status = parallel_run(in->pool, d.n_blocks, deal_block, &d, err);
cleanup:
    mem_free(d.blocks);
    mem_unmap(d.person, mapped_bytes(&built, sizeof *d.person));
    mem_free(d.at);
    if (status != PT_OK) {
        scatter_release(&built);
        return status;
    }
    *out = built;
    return PT_OK;
}

void scatter_release(struct scatter *s)
{
    mem_unmap(s->pairs, mapped_bytes(s, sizeof *s->pairs));
    mem_free(s->begin);
    *s = (struct scatter){0};
}
