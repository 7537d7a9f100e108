// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Sizes are known beforehand: meetings say how many rows each profile has. A part ends before it
// would outgrow half the budget; more than 256 parts are never made, so a budget far too small is
// exceeded rather than met with thousands of tiny writes.
#include "regroup.h"

#include "mem.h"
#include "tempfile.h"

#define PARTS_MAX 256
#define BUFFER_SMALLEST ((size_t)4096)
#define BUFFER_LARGEST ((size_t)256 << 10)

struct extent {
    uint64_t at;
    size_t bytes;
};

// Records of one source and part on their way to disk.
struct lane {
    unsigned char *buffer;
    size_t used;
    struct extent *extents;
    size_t n_extents;
    size_t capacity;
};

struct regroup {
    const struct profile *profile;
    uint32_t *first; // [n_parts + 1]
    size_t n_parts;
    uint8_t *part_of;   // [profiles]
    struct lane *lanes; // [n_parts][n_sources]
    size_t buffer_bytes;
    struct tempfile file;
    unsigned char *read_buffer;
};

// What identifiers leave of the budget, and not less than an eighth.
static uint64_t budget(const struct profile *p)
{
    uint64_t all = p->spec->memory_bytes;
    uint64_t taken = store_memory(p->store);
    return taken < all - all / 8 ? all - taken : all / 8;
}

static uint64_t *bytes_of_profiles(const struct profile *p, const struct profile_people *people)
{
    const struct meetings *m = &p->meetings;
    uint64_t *bytes = mem_zero(people->n, sizeof *bytes);
    for (uint32_t code = 1; bytes != NULL && code < m->end; code++) {
        uint32_t person = people->person[code];
        if (m->segment[code] == MEETING_HOLE || person == PERSON_NONE) {
            continue;
        }
        const struct segment *s = meeting_segment(m, code);
        if (s->is_inside && p->layouts.items[s->source].is_used) {
            uint64_t width = p->widths[s->source] + SPOOL_SIDE_BYTES;
            bytes[person_index(person)] += m->rows[code] * width;
        }
    }
    return bytes;
}

static void cut_parts(struct regroup *r, const uint64_t *bytes, uint32_t n)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < n; i++) {
        total += bytes[i];
    }
    uint64_t most = budget(r->profile) / 2;
    most = most > total / (PARTS_MAX / 2) ? most : total / (PARTS_MAX / 2);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        bool is_full = sum > 0 && sum + bytes[i] > most && r->n_parts < PARTS_MAX;
        if (i == 0 || is_full) {
            r->first[r->n_parts++] = i;
            sum = 0;
        }
        sum += bytes[i];
        r->part_of[i] = (uint8_t)(r->n_parts - 1);
    }
    r->first[r->n_parts] = n;
}

static pt_status make_lanes(struct regroup *r, struct pt_error *err)
{
    size_t n = r->n_parts * r->profile->spec->n_sources;
    size_t share = n == 0 ? 0 : (size_t)(budget(r->profile) / 4 / n);
    share = share > BUFFER_LARGEST ? BUFFER_LARGEST : share;
    r->buffer_bytes = share < BUFFER_SMALLEST ? BUFFER_SMALLEST : share;
    r->lanes = mem_zero(n, sizeof *r->lanes);
    r->read_buffer = mem_alloc(SPOOL_CHUNK_BYTES);
    if (r->lanes == NULL || r->read_buffer == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for regrouping records");
    }
    return PT_OK;
}

static pt_status lane_flush(struct regroup *r, struct lane *lane, struct pt_error *err)
{
    struct extent e = {.bytes = lane->used};
    if (lane->used == 0) {
        return PT_OK;
    }
    if (!mem_reserve(&lane->extents, &lane->capacity, lane->n_extents + 1, sizeof e)) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for regrouping records");
    }
    TRY(tempfile_append(&r->file, lane->buffer, lane->used, &e.at, err));
    lane->extents[lane->n_extents++] = e;
    lane->used = 0;
    return PT_OK;
}

static pt_status lane_add(struct regroup *r, struct lane *lane, const unsigned char *record,
                          uint32_t width, struct pt_error *err)
{
    size_t bytes = r->buffer_bytes < width ? width : r->buffer_bytes;
    if (lane->buffer == NULL) {
        lane->buffer = mem_alloc(bytes);
        if (lane->buffer == NULL) {
            FAIL(err, PT_E_NO_MEMORY, "out of memory for regrouping records");
        }
    }
    if (bytes - lane->used < width) {
        TRY(lane_flush(r, lane, err));
    }
    memcpy(lane->buffer + lane->used, record, width);
    lane->used += width;
    return PT_OK;
}

static pt_status regroup_run(struct regroup *r, const uint32_t *person, uint32_t source,
                             const struct spool_run *run, struct pt_error *err)
{
    const struct profile *p = r->profile;
    uint32_t width = p->widths[source];
    uint32_t meeting_at = p->layouts.items[source].meeting_at;
    TRY(spool_read(p->spool, run, width, r->read_buffer, err));
    const unsigned char *record = r->read_buffer;
    for (uint32_t i = 0; i < run->n; i++, record += width) {
        uint32_t meeting = 0;
        memcpy(&meeting, record + meeting_at, sizeof meeting);
        if (person[meeting] == PERSON_NONE) {
            continue;
        }
        size_t part = r->part_of[person_index(person[meeting])];
        struct lane *lane = &r->lanes[part * p->spec->n_sources + source];
        TRY(lane_add(r, lane, record, width, err));
    }
    return PT_OK;
}

static pt_status regroup_all(struct regroup *r, const uint32_t *person, struct pt_error *err)
{
    size_t n_sources = r->profile->spec->n_sources;
    for (uint32_t s = 0; s < n_sources; s++) {
        struct spool_runs runs = spool_runs_of(r->profile->spool, s);
        for (size_t i = 0; i < runs.n; i++) {
            TRY(regroup_run(r, person, s, &runs.items[i], err));
        }
    }
    for (size_t i = 0; i < r->n_parts * n_sources; i++) {
        TRY(lane_flush(r, &r->lanes[i], err));
        mem_free(r->lanes[i].buffer);
        r->lanes[i].buffer = NULL;
    }
    return PT_OK;
}

static pt_status regroup_fill(struct regroup *r, const struct profile_people *people,
                              struct pt_error *err)
{
    uint64_t *bytes = bytes_of_profiles(r->profile, people);
    r->first = mem_zero(PARTS_MAX + 1, sizeof *r->first);
    r->part_of = mem_alloc(people->n);
    if (bytes == NULL || r->first == NULL || r->part_of == NULL) {
        mem_free(bytes);
        FAIL(err, PT_E_NO_MEMORY, "out of memory for regrouping records");
    }
    cut_parts(r, bytes, people->n);
    mem_free(bytes);
    TRY(make_lanes(r, err));
    return regroup_all(r, people->person, err);
}

pt_status regroup_new(const struct profile *p, const struct profile_people *people,
                      struct regroup **out, struct pt_error *err)
{
    struct regroup *r = mem_zero(1, sizeof *r);
    if (r == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for regrouping records");
    }
    r->profile = p;
    r->file = tempfile_of(p->spec->temp_dir);
    pt_status status = regroup_fill(r, people, err);
    if (status != PT_OK) {
        regroup_free(r);
        return status;
    }
    mem_free(r->read_buffer);
    r->read_buffer = NULL;
    *out = r;
    return PT_OK;
}

void regroup_free(struct regroup *r)
{
    if (r == NULL) {
        return;
    }
    size_t n = r->lanes == NULL ? 0 : r->n_parts * r->profile->spec->n_sources;
    for (size_t i = 0; i < n; i++) {
        mem_free(r->lanes[i].buffer);
        mem_free(r->lanes[i].extents);
    }
    mem_free(r->lanes);
    mem_free(r->first);
    mem_free(r->part_of);
    mem_free(r->read_buffer);
    tempfile_close(&r->file);
    mem_free(r);
}

uint64_t regroup_bytes(const struct regroup *r)
{
    return r->file.bytes;
}

size_t regroup_count(const struct regroup *r)
{
    return r->n_parts;
}

// A chunk of `bytes` for a run of its own.
static pt_status part_chunk(struct regroup_part *part, struct spool_runs *runs, size_t bytes,
                            struct pt_error *err)
{
    if (part->n_chunks == SPOOL_CHUNKS_MAX) {
        FAIL(err, PT_E_LIMIT, "one profile has more than 32 GiB of rows");
    }
    if (!mem_reserve(&part->chunks, &part->capacity, part->n_chunks + 1, sizeof(unsigned char *))) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for the rows of profiles");
    }
    part->chunks[part->n_chunks] = mem_alloc(bytes);
    if (part->chunks[part->n_chunks] == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for the rows of profiles");
    }
    runs->items[runs->n++] = (struct spool_run){(uint32_t)part->n_chunks, 0, 0};
    part->n_chunks++;
    return PT_OK;
}

// What of a lane is still to be loaded.
struct loading {
    const struct regroup *regroup;
    struct regroup_part *part;
    struct spool_runs *runs;
    uint32_t width;
    size_t room; // records of a full chunk
    size_t left; // records
};

static pt_status load_extent(struct loading *l, struct extent e, struct pt_error *err)
{
    while (e.bytes > 0) {
        if (l->runs->n == 0 || l->runs->items[l->runs->n - 1].n == l->room) {
            size_t n = l->left < l->room ? l->left : l->room;
            TRY(part_chunk(l->part, l->runs, n * l->width, err));
        }
        struct spool_run *run = &l->runs->items[l->runs->n - 1];
        size_t bytes = (l->room - run->n) * l->width;
        bytes = e.bytes < bytes ? e.bytes : bytes;
        unsigned char *to = l->part->chunks[run->chunk] + ((size_t)run->n * l->width);
        TRY(tempfile_read(&l->regroup->file, e.at, to, bytes, err));
        run->n += (uint32_t)(bytes / l->width);
        l->left -= bytes / l->width;
        e.at += bytes;
        e.bytes -= bytes;
    }
    return PT_OK;
}

// Reads a lane into chunks of its own, a run each.
static pt_status load_lane(const struct regroup *r, const struct lane *lane, uint32_t source,
                           struct regroup_part *part, struct pt_error *err)
{
    struct loading l = {.regroup = r, .part = part, .runs = &part->runs[source]};
    l.width = r->profile->widths[source];
    l.room = SPOOL_CHUNK_BYTES / l.width;
    for (size_t i = 0; i < lane->n_extents; i++) {
        l.left += lane->extents[i].bytes / l.width;
    }
    l.runs->items = mem_array((l.left + l.room - 1) / l.room, sizeof *l.runs->items);
    if (l.runs->items == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for the rows of profiles");
    }
    for (size_t i = 0; i < lane->n_extents; i++) {
        TRY(load_extent(&l, lane->extents[i], err));
    }
    return PT_OK;
}

pt_status regroup_load(const struct regroup *r, size_t part, struct regroup_part *out,
                       struct pt_error *err)
{
    size_t n_sources = r->profile->spec->n_sources;
    struct regroup_part loaded = {.first = r->first[part], .n_sources = n_sources};
    loaded.n = r->first[part + 1] - loaded.first;
    loaded.runs = mem_zero(n_sources, sizeof *loaded.runs);
    if (loaded.runs == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory for the rows of profiles");
    }
    pt_status status = PT_OK;
    for (uint32_t s = 0; status == PT_OK && s < n_sources; s++) {
        status = load_lane(r, &r->lanes[part * n_sources + s], s, &loaded, err);
    }
    if (status != PT_OK) {
        regroup_part_release(&loaded);
        return status;
    }
    loaded.rows = (struct rowset){loaded.chunks, loaded.runs};
    *out = loaded;
    return PT_OK;
}

void regroup_part_release(struct regroup_part *part)
{
    for (size_t i = 0; i < part->n_chunks; i++) {
        mem_free(part->chunks[i]);
    }
    for (size_t i = 0; part->runs != NULL && i < part->n_sources; i++) {
        mem_free(part->runs[i].items);
    }
    mem_free(part->chunks);
    mem_free(part->runs);
    *part = (struct regroup_part){0};
}
