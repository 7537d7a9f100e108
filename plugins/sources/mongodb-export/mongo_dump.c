// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "mongo_dump.h"

#include <stdio.h>
#include <string.h>

#include "mongo_bson.h"

#define READ_BLOCK (UINT64_C(256) << 10)
#define EXCERPT_MAX 4096u
#define TERMINATOR UINT32_C(0xffffffff)             // behind a block's documents
#define SUM_POLYNOMIAL UINT64_C(0xc96c5795d7870f42) // ECMA-182, reversed
#define NAMES_SHOWN 600u

static const char fault_early[] = "ends too early";

static uint64_t left_of(const struct mongo_dump *d)
{
    return d->window.end - d->window.begin;
}

static const uint8_t *at_of(const struct mongo_dump *d)
{
    return d->window.buffer + d->window.begin;
}

// Makes n bytes from here readable, as far as the file has them.
static pt_status reach(struct mongo_dump *d, uint64_t n, pt_error *err)
{
    pt_status status = PT_OK;
    while (status == PT_OK && left_of(d) < n && !d->window.is_at_end) {
        status = pt_window_fill(&d->window, err);
    }
    return status;
}

// Passes n bytes, without holding them all.
static pt_status skip(struct mongo_dump *d, uint64_t n, pt_error *err)
{
    pt_status status = PT_OK;
    while (status == PT_OK && n > 0) {
        uint64_t step = left_of(d) < n ? left_of(d) : n;
        d->window.begin += step;
        n -= step;
        if (n > 0) {
            status = reach(d, 1, err);
            n = left_of(d) == 0 ? 0 : n;
        }
    }
    return status;
}

static void sums_fill(uint64_t sums[256])
{
    for (uint32_t i = 0; i < 256; i++) {
        uint64_t sum = i;
        for (uint32_t bit = 0; bit < 8; bit++) {
            sum = (sum & 1) != 0 ? sum >> 1 ^ SUM_POLYNOMIAL : sum >> 1;
        }
        sums[i] = sum;
    }
}

static void sum_add(struct mongo_dump *d, const uint8_t *p, uint64_t n)
{
    uint64_t sum = ~d->sum;
    for (uint64_t i = 0; i < n; i++) {
        sum = d->sums[(uint8_t)sum ^ p[i]] ^ sum >> 8;
    }
    d->sum = ~sum;
}

static void record_fill(const struct mongo_dump *d, struct mongo_record *out)
{
    out->offset = pt_window_offset(&d->window);
    out->line = d->n_documents;
}

// The rest of the file is one bad record. Its excerpt must not hang on how much was read so far.
static pt_status rest_reject(struct mongo_dump *d, const char *fault, struct mongo_record *out,
                             pt_error *err)
{
    pt_status status = reach(d, EXCERPT_MAX, err);
    if (status != PT_OK) {
        return status;
    }
    uint64_t n = left_of(d) < EXCERPT_MAX ? left_of(d) : EXCERPT_MAX;
    *out = (struct mongo_record){.kind = MONGO_RECORD_BAD, .p = at_of(d), .n = n, .fault = fault};
    record_fill(d, out);
    d->n_documents++;
    d->place = MONGO_DUMP_DONE;
    return PT_OK;
}

// Reads the document at the window's begin, whose length is known to be good, into memory.
static pt_status document_reach(struct mongo_dump *d, uint32_t *n, const char **fault,
                                pt_error *err)
{
    pt_status status = reach(d, 4, err);
    *fault = NULL;
    if (status != PT_OK || left_of(d) < 4) {
        *fault = fault_early;
        return status;
    }
    *n = mongo_bson_u32(at_of(d));
    if (*n < MONGO_BSON_MIN || *n > MONGO_BSON_MAX) {
        *fault = "bad BSON length";
        return PT_OK;
    }
    if (*n > d->max_record) {
        *fault = MONGO_RECORD_TOO_LONG;
        return PT_OK;
    }
    status = reach(d, *n, err);
    *fault = status == PT_OK && left_of(d) < *n ? fault_early : NULL;
    return status;
}

// A text member, "" when there is none.
static const char *text_of(const uint8_t *p, uint64_t n, const char *key)
{
    struct mongo_bson_element e;
    bool is_text = mongo_bson_find(p, n, key, &e) && e.type == 0x02;
    return is_text ? (const char *)e.value + 4 : "";
}

// "database.collection", or the collection alone when it has no database; false when too long.
static bool name_of(const uint8_t *p, uint64_t n, char name[MONGO_NAME_MAX])
{
    const char *db = text_of(p, n, "db");
    int size = snprintf(name, MONGO_NAME_MAX, "%s%s%s", db, db[0] == '\0' ? "" : ".",
                        text_of(p, n, "collection"));
    return size > 0 && (uint32_t)size < MONGO_NAME_MAX;
}

static bool is_server_name(const char *name)
{
    return strncmp(name, "admin.", 6) == 0 || strncmp(name, "config.", 7) == 0 ||
           strncmp(name, "local.", 6) == 0;
}

// What the start of an archive says about its collections.
struct names {
    uint32_t n; // that may be meant
    bool is_there;
    char shown[NAMES_SHOWN];
    uint32_t n_shown;
};

static void name_note(struct mongo_dump *d, struct names *names, const char *wanted,
                      const char *name)
{
    bool is_meant = wanted[0] == '\0' ? !is_server_name(name) : strcmp(name, wanted) == 0;
    if (is_meant && !names->is_there) {
        snprintf(d->name, sizeof d->name, "%s", name);
    }
    names->is_there = names->is_there || is_meant;
    names->n += is_meant ? 1 : 0;
    int n = snprintf(names->shown + names->n_shown, NAMES_SHOWN - names->n_shown, "%s%s",
                     names->n_shown == 0 ? "" : ", ", name);
    names->n_shown += (uint32_t)n < NAMES_SHOWN - names->n_shown ? (uint32_t)n : 0;
    names->shown[names->n_shown] = '\0';
}

static pt_status archive_bad(const struct mongo_dump *d, pt_error *err)
{
    return pt_fail(d->window.host, err, PT_E_DATA, "path",
                   "the start of the archive is broken at byte %llu",
                   (unsigned long long)pt_window_offset(&d->window));
}

// Reads the archive's head: a document, one for each collection, a terminator.
static pt_status names_read(struct mongo_dump *d, struct names *names, const char *wanted,
                            pt_error *err)
{
    char name[MONGO_NAME_MAX];
    bool is_first = true;
    for (;;) {
        uint32_t n = 0;
        const char *fault = NULL;
        pt_status status = reach(d, 4, err);
        if (status == PT_OK && left_of(d) >= 4 && mongo_bson_u32(at_of(d)) == TERMINATOR) {
            d->window.begin += 4;
            return is_first ? archive_bad(d, err) : PT_OK;
        }
        if (status == PT_OK) {
            status = document_reach(d, &n, &fault, err);
        }
        if (status != PT_OK) {
            return status;
        }
        if (fault != NULL || (!is_first && !name_of(at_of(d), n, name))) {
            return archive_bad(d, err);
        }
        if (!is_first && strcmp(text_of(at_of(d), n, "type"), "view") != 0) {
            name_note(d, names, wanted, name);
        }
        d->window.begin += n;
        is_first = false;
    }
}

static pt_status archive_open(struct mongo_dump *d, const char *wanted, pt_error *err)
{
    struct names names = {0};
    pt_status status = reach(d, 4, err);
    if (status == PT_OK && (left_of(d) < 4 || mongo_bson_u32(at_of(d)) != MONGO_ARCHIVE_MAGIC)) {
        return pt_fail(d->window.host, err, PT_E_DATA, "path", "not a mongodump archive");
    }
    d->window.begin += status == PT_OK ? 4 : 0;
    if (status == PT_OK) {
        status = names_read(d, &names, wanted, err);
    }
    if (status == PT_OK && !names.is_there) {
        return pt_fail(d->window.host, err, PT_E_DATA, "collection",
                       "the archive has no collection `%s`; it has: %s",
                       wanted[0] == '\0' ? "of a user" : wanted, names.shown);
    }
    if (status == PT_OK && names.n > 1 && wanted[0] == '\0') {
        return pt_fail(d->window.host, err, PT_E_DATA, "collection",
                       "the archive has several collections; name one of: %s", names.shown);
    }
    return status;
}

pt_status mongo_dump_open(struct mongo_dump *d, const pt_host *host,
                          const struct mongo_dump_options *options, const struct pt_range *range,
                          pt_error *err)
{
    *d = (struct mongo_dump){.end = range->end,
                             .is_archive = options->collection != NULL,
                             .max_record = MONGO_BSON_MAX, // of an archive's head
                             .json.host = host};
    d->place = d->is_archive ? MONGO_DUMP_BLOCK : MONGO_DUMP_PLAIN;
    pt_status status = pt_window_open(&d->window, host, options->input, range, READ_BLOCK, err);
    if (status == PT_OK && d->is_archive) {
        sums_fill(d->sums);
        status = archive_open(d, options->collection, err);
    }
    d->max_record = options->max_record;
    if (status != PT_OK) {
        mongo_dump_close(d);
    }
    return status;
}

void mongo_dump_close(struct mongo_dump *d)
{
    mongo_text_release(&d->json);
    pt_window_close(&d->window);
}

// Hands out the document of n bytes at the window's begin.
static pt_status document_give(struct mongo_dump *d, uint32_t n, struct mongo_record *out,
                               pt_error *err)
{
    static const uint8_t zeros[PT_WINDOW_PAD] = {0};
    const uint8_t *at = NULL;
    d->json.n = 0;
    const char *fault = mongo_bson_json(&d->json, at_of(d), n, &at);
    uint64_t size = d->json.n;
    mongo_text_add(&d->json, zeros, sizeof zeros);
    if (d->json.failed) {
        return pt_fail(d->window.host, err, PT_E_NO_MEMORY, NULL, "out of memory");
    }
    *out = (struct mongo_record){
        .kind = MONGO_RECORD_DOCUMENT, .p = d->json.p, .n = size, .fault = fault};
    if (fault != NULL) {
        out->kind = MONGO_RECORD_BAD;
        out->p = at_of(d);
        out->n = n;
    }
    record_fill(d, out);
    d->n_documents++;
    d->pending = n;
    return PT_OK;
}

// The next document of our collection begins here, if its length is one.
static pt_status document_take(struct mongo_dump *d, struct mongo_record *out, pt_error *err)
{
    uint32_t n = 0;
    const char *fault = NULL;
    pt_status status = document_reach(d, &n, &fault, err);
    if (status != PT_OK) {
        return status;
    }
    if (fault == NULL) {
        if (d->is_archive) {
            sum_add(d, at_of(d), n);
        }
        return document_give(d, n, out, err);
    }
    enum mongo_dump_place place = d->place;
    status = rest_reject(d, fault, out, err);
    if (status == PT_OK && strcmp(fault, MONGO_RECORD_TOO_LONG) == 0) { // its length is good
        d->place = place;
        d->pending = n;
    }
    return status;
}

// Reads a block's head; *out is set to a bad record when it cannot be.
static pt_status block_take(struct mongo_dump *d, struct mongo_record *out, pt_error *err)
{
    char name[MONGO_NAME_MAX];
    uint32_t n = 0;
    const char *fault = NULL;
    struct mongo_bson_element end;
    struct mongo_bson_element sum;
    pt_status status = document_reach(d, &n, &fault, err);
    if (status != PT_OK) {
        return status;
    }
    if (fault != NULL || !name_of(at_of(d), n, name)) {
        return rest_reject(d, fault != NULL ? fault : "not a block of an archive", out, err);
    }
    d->is_ours = strcmp(name, d->name) == 0;
    bool is_end = mongo_bson_find(at_of(d), n, "EOF", &end) && end.n == 1 && *end.value == 1;
    bool has_sum = mongo_bson_find(at_of(d), n, "CRC", &sum) && sum.n == 8;
    d->place = MONGO_DUMP_INSIDE;
    if (d->is_ours && is_end) {
        d->has_ended = true;
        if (has_sum && mongo_bson_u64(sum.value) != d->sum) {
            *out = (struct mongo_record){.kind = MONGO_RECORD_BAD,
                                         .p = at_of(d),
                                         .n = n,
                                         .fault = "checksum of the collection is wrong"};
            record_fill(d, out);
            d->n_documents++;
        }
    }
    d->pending = n;
    return PT_OK;
}

// Passes a document of another collection.
static pt_status foreign_pass(struct mongo_dump *d, struct mongo_record *out, pt_error *err)
{
    uint32_t n = mongo_bson_u32(at_of(d));
    if (n < MONGO_BSON_MIN || n > MONGO_BSON_MAX) {
        return rest_reject(d, "bad BSON length", out, err);
    }
    return skip(d, n, err);
}

// One step through an archive: a block's head, its end, a document.
static pt_status archive_step(struct mongo_dump *d, struct mongo_record *out, pt_error *err)
{
    pt_status status = reach(d, 4, err);
    if (status != PT_OK) {
        return status;
    }
    if (left_of(d) == 0 && d->place == MONGO_DUMP_BLOCK && d->has_ended) {
        d->place = MONGO_DUMP_DONE;
        return PT_OK;
    }
    if (left_of(d) < 4) {
        return rest_reject(d, fault_early, out, err);
    }
    if (d->place == MONGO_DUMP_BLOCK) {
        return block_take(d, out, err);
    }
    if (mongo_bson_u32(at_of(d)) == TERMINATOR) {
        d->window.begin += 4;
        d->place = MONGO_DUMP_BLOCK;
        return PT_OK;
    }
    return d->is_ours ? document_take(d, out, err) : foreign_pass(d, out, err);
}

pt_status mongo_dump_next(struct mongo_dump *d, struct mongo_record *out, pt_error *err)
{
    *out = (struct mongo_record){.kind = MONGO_RECORD_END};
    pt_status status = PT_OK;
    while (status == PT_OK && out->kind == MONGO_RECORD_END && d->place != MONGO_DUMP_DONE) {
        status = skip(d, d->pending, err);
        d->pending = 0;
        if (status == PT_OK && d->is_archive) {
            status = archive_step(d, out, err);
            continue;
        }
        if (status == PT_OK) {
            status = reach(d, 1, err);
        }
        if (status == PT_OK && (left_of(d) == 0 || pt_window_offset(&d->window) >= d->end)) {
            d->place = MONGO_DUMP_DONE;
        } else if (status == PT_OK) {
            status = document_take(d, out, err);
        }
    }
    return status;
}

static pt_status range_emit(const pt_host *host, const pt_plan_request *request,
                            const struct pt_range *range, const pt_file_info *info, uint64_t end,
                            pt_error *err)
{
    pt_split facts = {
        .struct_size = sizeof facts, .file = info->path, .est_bytes = end - range->begin};
    return pt_splits_emit(host, request, range, &facts, err);
}

// Goes from length to length; behind a bad one the rest is one piece.
static pt_status file_cut(struct mongo_dump *d, uint32_t file, const pt_file_info *info,
                          const pt_plan_request *request, pt_error *err)
{
    const pt_host *host = d->window.host;
    struct pt_range range = {file, 0, PT_RANGE_TO_END};
    pt_status status = PT_OK;
    for (;;) {
        status = reach(d, 4, err);
        uint64_t at = pt_window_offset(&d->window);
        uint32_t n = status != PT_OK || left_of(d) < 4 ? 0 : mongo_bson_u32(at_of(d));
        if (n < MONGO_BSON_MIN || n > MONGO_BSON_MAX) {
            break;
        }
        if (at - range.begin >= request->target_bytes) {
            range.end = at;
            status = range_emit(host, request, &range, info, at, err);
            range = (struct pt_range){file, at, PT_RANGE_TO_END};
        }
        if (status == PT_OK) {
            status = skip(d, n, err);
        }
        if (status != PT_OK) {
            break;
        }
    }
    return status == PT_OK ? range_emit(host, request, &range, info, info->stored_bytes, err)
                           : status;
}

static pt_status file_plan(const pt_host *host, const pt_input *input, uint32_t file,
                           const pt_plan_request *request, pt_error *err)
{
    pt_file_info info = {.struct_size = sizeof info};
    struct mongo_dump d = {0};
    struct pt_range whole = {file, 0, PT_RANGE_TO_END};
    pt_status status = host->input->describe(input, file, &info, err);
    if (status != PT_OK) {
        return status;
    }
    if (info.can_split == 0 || request->target_bytes == 0 ||
        info.stored_bytes <= request->target_bytes) {
        return range_emit(host, request, &whole, &info, info.stored_bytes, err);
    }
    const struct mongo_dump_options options = {.input = input};
    status = mongo_dump_open(&d, host, &options, &whole, err);
    if (status == PT_OK) {
        status = file_cut(&d, file, &info, request, err);
    }
    mongo_dump_close(&d);
    return status;
}

pt_status mongo_dump_plan(const pt_host *host, const pt_input *input,
                          const pt_plan_request *request, pt_error *err)
{
    pt_status status = PT_OK;
    uint32_t n = host->input->count(input);
    for (uint32_t i = 0; i < n && status == PT_OK; i++) {
        status = file_plan(host, input, i, request, err);
    }
    return status;
}
