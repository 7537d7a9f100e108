// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "quarantine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "digest.h"
#include "fsys.h"
#include "json.h"
#include "map.h"
#include "mem.h"

#define PART_FLUSH ((size_t)64 << 10)
#define REASONS_MAX 1000 // distinct reasons kept apart a source; further ones count as "other"

struct quarantine_part {
    struct quarantine *owner;
    const char *file; // borrowed from the split
    char *path;       // of the part file, NULL until one is open
    int fd;
    struct str buffer; // "<line>\t<rest of the object>\n"
    struct map reasons;
    uint64_t rows;
    uint64_t lines;
    uint64_t first_line;
};

struct quarantine {
    const char *folder;
    const char *source;
    struct quarantine_part *parts;
    uint32_t n_parts;
    struct quarantine_reason *reasons;
    size_t n_reasons;
    uint64_t rows;
    char *first_file;
    uint64_t first_line;
};

pt_status quarantine_new(const char *folder, const char *source, uint32_t n_splits,
                         struct quarantine **out, struct pt_error *err)
{
    struct quarantine *q = mem_zero(1, sizeof *q);
    if (q != NULL) {
        q->parts = mem_zero(n_splits, sizeof *q->parts);
    }
    if (q == NULL || q->parts == NULL) {
        mem_free(q);
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    q->folder = folder;
    q->source = source;
    q->n_parts = n_splits;
    for (uint32_t i = 0; i < n_splits; i++) {
        q->parts[i].owner = q;
        q->parts[i].fd = -1;
    }
    *out = q;
    return PT_OK;
}

struct quarantine_part *quarantine_part_of(struct quarantine *q, uint32_t ordinal)
{
    return &q->parts[ordinal];
}

void quarantine_part_file(struct quarantine_part *p, const char *file)
{
    p->file = file;
}

void quarantine_part_lines(struct quarantine_part *p, uint64_t lines)
{
    p->lines = lines;
}

uint64_t quarantine_part_rows(const struct quarantine_part *p)
{
    return p->rows;
}

static pt_status part_open(struct quarantine_part *p, struct pt_error *err)
{
    struct quarantine *q = p->owner;
    struct str path = {0};
    str_addf(&path, "%s/.%s.%u.part", q->folder, q->source, (unsigned)(p - q->parts));
    p->path = str_take(&path);
    if (p->path == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    if (fsys_mkdir_all(q->folder, 0700) != 0) {
        return error_system(err, errno, "%s", q->folder);
    }
    p->fd = fsys_open(p->path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    return p->fd < 0 ? error_system(err, errno, "%s", p->path) : PT_OK;
}

static pt_status part_flush(struct quarantine_part *p, struct pt_error *err)
{
    if (p->buffer.failed) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    if (p->buffer.n == 0) {
        return PT_OK;
    }
    if (p->fd < 0) {
        TRY(part_open(p, err));
    }
    if (fsys_write_all(p->fd, p->buffer.p, p->buffer.n) != 0) {
        return error_system(err, errno, "%s", p->path);
    }
    str_reset(&p->buffer);
    return PT_OK;
}

static pt_status count_reason(struct quarantine_part *p, const pt_reject *reject,
                              struct pt_error *err)
{
    char key[256];
    if (reject->column_name != NULL) {
        snprintf(key, sizeof key, "column %u `%s`: %s", reject->column, reject->column_name,
                 reject->reason);
    } else {
        snprintf(key, sizeof key, "%s", reject->reason == NULL ? "rejected" : reject->reason);
    }
    bool is_full = p->reasons.n >= REASONS_MAX && map_get(&p->reasons, text_of(key)) == NULL;
    uint64_t *rows = map_put(&p->reasons, text_of(is_full ? "other" : key), NULL);
    if (rows == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    (*rows)++;
    return PT_OK;
}

static void put_record(struct json_writer *w, pt_bytes excerpt, struct str *scratch)
{
    struct text record = text_n((const char *)excerpt.data, excerpt.size);
    bool is_text =
        text_is_utf8(record, NULL) && (record.n == 0 || memchr(record.p, '\0', record.n) == NULL);
    if (is_text) {
        json_key(w, "record");
        json_put_text(w, record);
        return;
    }
    if (!base64_encode(excerpt.data, excerpt.size, scratch)) {
        w->out->failed = true;
        return;
    }
    json_key(w, "record_b64");
    json_put_text(w, str_view(scratch));
}

pt_status quarantine_reject(struct quarantine_part *p, const pt_reject *reject,
                            struct pt_error *err)
{
    if (p->rows++ == 0) {
        p->first_line = reject->line;
    }
    TRY(count_reason(p, reject, err));
    if (p->owner->folder == NULL) {
        return PT_OK;
    }
    struct str scratch = {0};
    str_addf(&p->buffer, "%llu\t", (unsigned long long)reject->line);
    struct json_writer w = json_writer_of(&p->buffer, false);
    json_begin_object(&w);
    json_key(&w, "file");
    json_put_str(&w, p->file);
    json_key(&w, "offset");
    json_put_u64(&w, reject->offset);
    if (reject->column != 0) {
        json_key(&w, "column");
        json_put_u64(&w, reject->column);
    }
    if (reject->column_name != NULL) {
        json_key(&w, "name");
        json_put_str(&w, reject->column_name);
    }
    json_key(&w, "reason");
    json_put_str(&w, reject->reason);
    put_record(&w, reject->excerpt, &scratch);
    json_end_object(&w);
    str_add_char(&p->buffer, '\n');
    str_release(&scratch);
    return p->buffer.n >= PART_FLUSH || p->buffer.failed ? part_flush(p, err) : PT_OK;
}

// The merged file on its way to the disk.
struct merge {
    int fd;
    const char *path;
    struct str buffer;
};

static pt_status merge_flush(struct merge *m, struct pt_error *err)
{
    if (m->buffer.failed) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    if (m->buffer.n > 0 && fsys_write_all(m->fd, m->buffer.p, m->buffer.n) != 0) {
        return error_system(err, errno, "%s", m->path);
    }
    str_reset(&m->buffer);
    return PT_OK;
}

// A line of a part, with `"line":` put first in its object.
static pt_status merge_line(struct merge *m, struct text line, uint64_t base, struct pt_error *err)
{
    uint64_t local = 0;
    size_t at = 0;
    while (at < line.n && line.p[at] >= '0' && line.p[at] <= '9') {
        local = local * 10 + (uint64_t)(line.p[at++] - '0');
    }
    str_addf(&m->buffer, "{\"line\":%llu,", (unsigned long long)(base + local + 1));
    str_add_n(&m->buffer, line.p + at + 2, line.n - at - 2); // behind the TAB and the brace
    bool is_due = m->buffer.n >= PART_FLUSH || m->buffer.failed;
    return is_due ? merge_flush(m, err) : PT_OK;
}

// Takes the whole lines off the front of `bytes`.
static pt_status merge_lines(struct merge *m, struct str *bytes, uint64_t base,
                             struct pt_error *err)
{
    size_t done = 0;
    const char *end = NULL;
    while (done < bytes->n && (end = memchr(bytes->p + done, '\n', bytes->n - done)) != NULL) {
        size_t n = (size_t)(end - (bytes->p + done)) + 1;
        TRY(merge_line(m, text_n(bytes->p + done, n), base, err));
        done += n;
    }
    memmove(bytes->p, bytes->p + done, bytes->n - done);
    bytes->n -= done;
    return PT_OK;
}

// What a part wrote to its file already: read through its own buffer, which was flushed.
static pt_status merge_file(struct merge *m, struct quarantine_part *p, uint64_t base,
                            struct pt_error *err)
{
    off_t offset = 0;
    for (;;) {
        char chunk[65536];
        ssize_t n = fsys_pread(p->fd, chunk, sizeof chunk, offset);
        if (n < 0) {
            return error_system(err, errno, "%s", p->path);
        }
        if (n == 0) {
            return PT_OK;
        }
        offset += n;
        if (!str_add_n(&p->buffer, chunk, (size_t)n)) {
            FAIL(err, PT_E_NO_MEMORY, "out of memory");
        }
        TRY(merge_lines(m, &p->buffer, base, err));
    }
}

static pt_status merge_part(struct merge *m, struct quarantine_part *p, uint64_t base,
                            struct pt_error *err)
{
    if (p->fd < 0) {
        return p->buffer.n == 0 ? PT_OK : merge_lines(m, &p->buffer, base, err);
    }
    TRY(part_flush(p, err));
    TRY(merge_file(m, p, base, err));
    fsys_close(p->fd);
    p->fd = -1;
    if (fsys_unlink(p->path) != 0) {
        return error_system(err, errno, "%s", p->path);
    }
    mem_free(p->path);
    p->path = NULL;
    return PT_OK;
}

static int compare_reasons(const void *a, const void *b)
{
    const struct quarantine_reason *x = a;
    const struct quarantine_reason *y = b;
    if (x->rows != y->rows) {
        return x->rows < y->rows ? 1 : -1;
    }
    return strcmp(x->text, y->text);
}

static pt_status sum_reasons(struct quarantine *q, struct pt_error *err)
{
    struct map all = {0};
    pt_status status = PT_OK;
    for (uint32_t i = 0; i < q->n_parts && status == PT_OK; i++) {
        const struct map *part = &q->parts[i].reasons;
        for (size_t k = 0; k < part->n && status == PT_OK; k++) {
            uint64_t *rows = map_put(&all, part->entries[k].key, NULL);
            if (rows == NULL) {
                status = error_set(err, PT_E_NO_MEMORY, "out of memory");
            } else {
                *rows += part->entries[k].value;
            }
        }
    }
    q->reasons = status == PT_OK ? mem_zero(all.n, sizeof *q->reasons) : NULL;
    if (q->reasons == NULL && status == PT_OK) {
        status = error_set(err, PT_E_NO_MEMORY, "out of memory");
    }
    for (size_t k = 0; q->reasons != NULL && k < all.n; k++) {
        q->reasons[k].text = mem_strndup(all.entries[k].key.p, all.entries[k].key.n);
        q->reasons[k].rows = all.entries[k].value;
        q->n_reasons = k + 1;
        if (q->reasons[k].text == NULL) {
            status = error_set(err, PT_E_NO_MEMORY, "out of memory");
            break;
        }
    }
    if (status == PT_OK && q->n_reasons > 1) {
        qsort(q->reasons, q->n_reasons, sizeof *q->reasons, compare_reasons);
    }
    map_release(&all);
    return status;
}

static pt_status merge_all(struct quarantine *q, struct merge *m, struct pt_error *err)
{
    uint64_t base = 0;
    for (uint32_t i = 0; i < q->n_parts; i++) {
        struct quarantine_part *p = &q->parts[i];
        bool is_same_file = i > 0 && p->file != NULL && q->parts[i - 1].file != NULL &&
                            strcmp(p->file, q->parts[i - 1].file) == 0;
        base = is_same_file ? base + q->parts[i - 1].lines : 0;
        if (p->rows > 0 && q->first_file == NULL) {
            q->first_file = mem_strdup(p->file == NULL ? "" : p->file);
            if (q->first_file == NULL) {
                FAIL(err, PT_E_NO_MEMORY, "out of memory");
            }
            q->first_line = base + p->first_line + 1;
        }
        q->rows += p->rows;
        if (m != NULL) {
            TRY(merge_part(m, p, base, err));
        }
    }
    return PT_OK;
}

static bool has_rows(const struct quarantine *q)
{
    for (uint32_t i = 0; i < q->n_parts; i++) {
        if (q->parts[i].rows > 0) {
            return true;
        }
    }
    return false;
}

static pt_status merge_into(struct quarantine *q, const char *path, struct pt_error *err)
{
    if (fsys_mkdir_all(q->folder, 0700) != 0) {
        return error_system(err, errno, "%s", q->folder);
    }
    struct merge m = {.path = path, .fd = fsys_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600)};
    if (m.fd < 0) {
        return error_system(err, errno, "%s", path);
    }
    pt_status status = merge_all(q, &m, err);
    if (status == PT_OK) {
        status = merge_flush(&m, err);
    }
    if (fsys_close(m.fd) != 0 && status == PT_OK) {
        status = error_system(err, errno, "%s", path);
    }
    str_release(&m.buffer);
    return status;
}

pt_status quarantine_finish(struct quarantine *q, struct pt_error *err)
{
    TRY(sum_reasons(q, err));
    if (q->folder == NULL || !has_rows(q)) {
        return merge_all(q, NULL, err);
    }
    struct str path = {0};
    str_addf(&path, "%s/%s.ndjson", q->folder, q->source);
    if (str_get(&path) == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    pt_status status = merge_into(q, path.p, err);
    str_release(&path);
    return status;
}

uint64_t quarantine_rows(const struct quarantine *q)
{
    return q->rows;
}

const struct quarantine_reason *quarantine_reasons(const struct quarantine *q, size_t *n)
{
    *n = q->n_reasons;
    return q->reasons;
}

bool quarantine_first(const struct quarantine *q, const char **file, uint64_t *line)
{
    *file = q->first_file;
    *line = q->first_line;
    return q->rows > 0;
}

void quarantine_free(struct quarantine *q)
{
    if (q == NULL) {
        return;
    }
    for (uint32_t i = 0; i < q->n_parts; i++) {
        struct quarantine_part *p = &q->parts[i];
        if (p->fd >= 0) {
            fsys_close(p->fd);
        }
        if (p->path != NULL) {
            fsys_unlink(p->path);
        }
        mem_free(p->path);
        str_release(&p->buffer);
        map_release(&p->reasons);
    }
    for (size_t i = 0; i < q->n_reasons; i++) {
        mem_free(q->reasons[i].text);
    }
    mem_free(q->reasons);
    mem_free(q->first_file);
    mem_free(q->parts);
    mem_free(q);
}
