// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "people_files.h"

#include <errno.h>
#include <fcntl.h>

#include "fsys.h"
#include "mem.h"
#include "table_bytes.h"

#define LINKS_FLUSH ((size_t)1 << 20)

static pt_status no_memory(struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "out of memory");
}

struct writing {
    int fd;
    const char *path;
    struct str buffer;
    uint64_t links;
};

static pt_status flush(struct writing *w, struct pt_error *err)
{
    if (w->buffer.failed) {
        return no_memory(err);
    }
    if (w->buffer.n > 0 && fsys_write_all(w->fd, w->buffer.p, w->buffer.n) != 0) {
        return error_system(err, errno, "%s", w->path);
    }
    str_reset(&w->buffer);
    return PT_OK;
}

// Tabs, line ends and backslashes are escaped, as in PostgreSQL's text format.
static void put_text(struct str *out, struct text value)
{
    size_t from = 0;
    for (size_t i = 0; i < value.n; i++) {
        char c = value.p[i];
        const char *escape = c == '\t' ? "\\t" : c == '\n' ? "\\n" : c == '\\' ? "\\\\" : NULL;
        if (escape != NULL) {
            str_add_n(out, value.p + from, i - from);
            str_add(out, escape);
            from = i + 1;
        }
    }
    str_add_n(out, value.p + from, value.n - from);
    str_add_char(out, '\t');
}

static void put_u64(struct str *out, uint64_t value)
{
    char digits[24];
    size_t n = sizeof digits;
    digits[--n] = '\t';
    do {
        digits[--n] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    str_add_n(out, digits + n, sizeof digits - n);
}

static pt_status put_link(void *arg, const struct profile_link *link, struct pt_error *err)
{
    struct writing *w = arg;
    put_text(&w->buffer, text_of(link->namespace_a));
    put_text(&w->buffer, link->a);
    put_text(&w->buffer, text_of(link->namespace_b));
    put_text(&w->buffer, link->b);
    put_text(&w->buffer, text_of(link->source));
    put_u64(&w->buffer, link->rows);
    put_u64(&w->buffer, link->row);
    str_add(&w->buffer, link->is_device ? "device" : link->is_refused ? "refused" : "link");
    str_add_char(&w->buffer, '\n');
    w->links++;
    return w->buffer.n >= LINKS_FLUSH || w->buffer.failed ? flush(w, err) : PT_OK;
}

static pt_status close_writing(struct writing *w, pt_status status, struct pt_error *err)
{
    if (w->fd >= 0 && fsys_close(w->fd) != 0 && status == PT_OK) {
        status = error_system(err, errno, "%s", w->path);
    }
    str_release(&w->buffer);
    return status;
}

static pt_status save_links(const char *path, const struct profile *profile,
                            const struct profile_cut *cut, struct pt_error *err)
{
    struct writing w = {.path = path};
    w.fd = fsys_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (w.fd < 0) {
        return error_system(err, errno, "%s", path);
    }
    pt_status status = profile_links(profile, cut, put_link, &w, err);
    if (status == PT_OK) {
        // The end is told, so that a file cut short is seen.
        str_addf(&w.buffer, "end\t%llu\n", (unsigned long long)w.links);
        status = flush(&w, err);
    }
    return close_writing(&w, status, err);
}

static pt_status write_piece(void *arg, const void *bytes, size_t n, struct pt_error *err)
{
    const struct writing *w = arg;
    return fsys_write_all(w->fd, bytes, n) == 0 ? PT_OK : error_system(err, errno, "%s", w->path);
}

static pt_status save_table(const char *path, const struct table *t, struct pt_error *err)
{
    struct writing w = {.path = path};
    w.fd = fsys_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (w.fd < 0) {
        return error_system(err, errno, "%s", path);
    }
    const struct table_writer writer = {write_piece, &w};
    pt_status status = table_encode(t, &writer, err);
    return close_writing(&w, status, err);
}

struct people_files {
    const struct run_folder *folder;
    const struct profile *profile;
    const struct profile_cut *cut;
    const struct table *scored;
};

enum { SAVE_LINKS, SAVE_TABLE, SAVE_ITEMS };

// An item of the pool: one of the two files.
static pt_status save_item(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    (void)worker;
    const struct people_files *f = arg;
    const char *name = item == SAVE_LINKS ? "people/links.tsv" : "people/profiles.table";
    char *path = run_folder_path(f->folder, name);
    if (path == NULL) {
        return no_memory(err);
    }
    pt_status status = item == SAVE_LINKS ? save_links(path, f->profile, f->cut, err)
                                          : save_table(path, f->scored, err);
    mem_free(path);
    return status;
}

pt_status people_files_save(const struct run_folder *folder, const struct profile *profile,
                            const struct profile_cut *cut, const struct table *scored,
                            struct pt_error *err)
{
    struct people_files files = {folder, profile, cut, scored};
    char *people = run_folder_path(folder, "people");
    pt_status status = people == NULL ? no_memory(err) : PT_OK;
    if (status == PT_OK && fsys_mkdir_all(people, 0700) != 0) {
        status = error_system(err, errno, "%s", people);
    }
    mem_free(people);
    TRY(status);
    return pool_run(profile_pool(profile), SAVE_ITEMS, save_item, &files, err);
}

// --- Reading back ------------------------------------------------------------------------------

static pt_status read_bytes(const char *run, const char *name, struct str *out,
                            struct pt_error *err)
{
    struct str path = {0};
    str_addf(&path, "%s/%s", run, name);
    if (str_get(&path) == NULL) {
        return no_memory(err);
    }
    int fd = fsys_open(path.p, O_RDONLY, 0);
    pt_status status = PT_OK;
    if (fd < 0) {
        int number = errno;
        error_system(err, number, "%s", path.p);
        status = number == ENOENT ? PT_E_NOT_FOUND : PT_E_IO;
    }
    char *buffer = status == PT_OK ? mem_alloc(LINKS_FLUSH) : NULL;
    status = status == PT_OK && buffer == NULL ? no_memory(err) : status;
    ssize_t n = 0;
    while (status == PT_OK && (n = fsys_read(fd, buffer, LINKS_FLUSH)) > 0) {
        status = str_add_n(out, buffer, (size_t)n) ? PT_OK : no_memory(err);
    }
    if (n < 0) {
        status = error_system(err, errno, "%s", path.p);
    }
    if (fd >= 0) {
        fsys_close(fd);
    }
    mem_free(buffer);
    str_release(&path);
    return status;
}

pt_status people_files_profiles(const char *run, struct table *out, struct pt_error *err)
{
    struct str bytes = {0};
    pt_status status = read_bytes(run, "people/profiles.table", &bytes, err);
    if (status == PT_OK) {
        status = table_decode(str_view(&bytes), out, err);
        if (status != PT_OK) {
            error_prefix(err, "%s/people/profiles.table", run);
        }
    }
    str_release(&bytes);
    return status;
}

static pt_status unescape(struct arena *a, struct text *value)
{
    if (value->n == 0 || memchr(value->p, '\\', value->n) == NULL) {
        return PT_OK;
    }
    char *copy = arena_alloc(a, value->n);
    if (copy == NULL) {
        return PT_E_NO_MEMORY;
    }
    size_t n = 0;
    for (size_t i = 0; i < value->n; i++) {
        char c = value->p[i];
        if (c == '\\' && i + 1 < value->n) {
            i++;
            c = value->p[i] == 't' ? '\t' : value->p[i] == 'n' ? '\n' : value->p[i];
        }
        copy[n++] = c;
    }
    *value = text_n(copy, n);
    return PT_OK;
}

// Cuts the next field off the line.
static bool next_field(struct text *line, struct text *out)
{
    const char *tab = line->n == 0 ? NULL : memchr(line->p, '\t', line->n);
    if (tab == NULL) {
        return false;
    }
    *out = text_n(line->p, (size_t)(tab - line->p));
    *line = text_n(tab + 1, line->n - out->n - 1);
    return true;
}

static pt_status parse_link(struct arena *a, struct text line, struct people_link *out)
{
    struct text rows;
    struct text row;
    if (!next_field(&line, &out->namespace_a) || !next_field(&line, &out->a) ||
        !next_field(&line, &out->namespace_b) || !next_field(&line, &out->b) ||
        !next_field(&line, &out->source) || !next_field(&line, &rows) || !next_field(&line, &row)) {
        return PT_E_DATA;
    }
    out->is_device = text_is(line, "device");
    out->is_refused = text_is(line, "refused");
    bool is_known = out->is_device || out->is_refused || text_is(line, "link");
    if (!is_known || !text_to_u64(rows, &out->rows) || !text_to_u64(row, &out->row)) {
        return PT_E_DATA;
    }
    TRY(unescape(a, &out->a));
    return unescape(a, &out->b);
}

// The last line: `end`, and how many links there are.
static bool is_end(struct text line, uint64_t n)
{
    struct text word;
    uint64_t told = 0;
    return next_field(&line, &word) && text_is(word, "end") && text_to_u64(line, &told) &&
           told == n;
}

static pt_status parse_links(struct people_links_file *l, bool *has_end, struct pt_error *err)
{
    size_t capacity = 0;
    size_t at = 0;
    *has_end = false;
    while (at < l->bytes.n) {
        const char *start = l->bytes.p + at;
        const char *end = memchr(start, '\n', l->bytes.n - at);
        struct text line = text_n(start, end == NULL ? 0 : (size_t)(end - start));
        at += line.n + 1;
        if (is_end(line, l->n)) {
            *has_end = at == l->bytes.n;
            return PT_OK;
        }
        struct people_link link = {0};
        pt_status status = parse_link(&l->arena, line, &link);
        if (status == PT_E_DATA) {
            return PT_OK;
        }
        if (status != PT_OK || !mem_reserve(&l->items, &capacity, l->n + 1, sizeof *l->items)) {
            return no_memory(err);
        }
        l->items[l->n++] = link;
    }
    return PT_OK;
}

pt_status people_files_links(const char *run, struct people_links_file *out, struct pt_error *err)
{
    struct people_links_file l = {0};
    bool has_end = false;
    pt_status status = read_bytes(run, "people/links.tsv", &l.bytes, err);
    if (status == PT_OK) {
        status = parse_links(&l, &has_end, err);
    }
    if (status == PT_OK && !has_end) {
        status =
            error_set(err, PT_E_DATA, "%s/people/links.tsv: link %zu is damaged", run, l.n + 1);
    }
    if (status != PT_OK) {
        people_links_file_release(&l);
        return status;
    }
    *out = l;
    return PT_OK;
}

void people_links_file_release(struct people_links_file *l)
{
    str_release(&l->bytes);
    arena_release(&l->arena);
    mem_free(l->items);
    *l = (struct people_links_file){0};
}
