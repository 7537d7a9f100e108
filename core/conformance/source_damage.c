// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Damaged files and their rejects.
#include <fcntl.h>
#include <string.h>

#include "fsys.h"
#include "source_work.h"

#define DAMAGE_BYTES_MAX ((size_t)4 << 20)

struct damage {
    const char *name;
    void (*apply)(char *p, size_t *n);
};

static void cut_in_half(char *p, size_t *n)
{
    (void)p;
    *n /= 2;
}

static void empty(char *p, size_t *n)
{
    (void)p;
    *n = 0;
}

static void flip_some(char *p, size_t *n)
{
    for (size_t i = 31; i < *n; i += 97) {
        p[i] = (char)(p[i] ^ 0x95);
    }
}

static void blank_with_zeros(char *p, size_t *n)
{
    for (size_t i = *n / 3; i < *n / 2; i++) {
        p[i] = '\0';
    }
}

static void one_line(char *p, size_t *n)
{
    for (size_t i = *n / 4; i < *n; i++) {
        p[i] = p[i] == '\n' ? ' ' : p[i];
    }
}

static void nonsense(char *p, size_t *n)
{
    uint64_t bits = 88172645463325252u;
    for (size_t i = 0; i < *n; i++) {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        p[i] = (char)bits;
    }
}

static const struct damage damages[] = {
    {"cut in half", cut_in_half},     {"empty", empty},          {"with flipped bytes", flip_some},
    {"with zeros", blank_with_zeros}, {"in one line", one_line}, {"of nonsense", nonsense},
};

static bool read_data(struct subject *s, char **bytes, size_t *n)
{
    int fd = fsys_open(s->request->data, O_RDONLY, 0);
    *bytes = arena_alloc(&s->arena, DAMAGE_BYTES_MAX);
    ssize_t got = fd < 0 || *bytes == NULL ? -1 : fsys_read(fd, *bytes, DAMAGE_BYTES_MAX);
    if (fd >= 0) {
        fsys_close(fd);
    }
    *n = got < 0 ? 0 : (size_t)got;
    return got > 0;
}

// Reads a damaged file. What comes of it is the plugin's choice, but for a crash, a wrong batch or
// counts that do not add up; and when the host refuses a reject, that ends it.
static void read_damaged(struct subject *s, const char *path, const char *name)
{
    for (int fails = 0; fails < 2; fails++) {
        struct source_work w = {0};
        struct pt_error err = ERROR_INIT;
        struct work_rows rows = {0};
        struct config *config = subject_config(s, path);
        subject_at(s, "a file %s%s", name, fails != 0 ? ", rejects refused" : "");
        pt_status status = config == NULL ? PT_E_CONFIG : work_begin(&w, s, config, 4096, &err);
        w.rejects_fail = fails != 0;
        if (status == PT_OK) {
            status = work_read_all(&w, 256, &rows, &err);
        }
        subject_status(s, status, "reading a damaged file");
        if (fails != 0 && rows.rejected > 0 && status == PT_OK) {
            subject_fault(s, "the host refuses a reject, and reading goes on to a good end");
        }
        work_release(&w);
        work_rows_release(&rows);
        config_free(config);
    }
}

void source_check_damage(struct subject *s)
{
    struct pt_error err = ERROR_INIT;
    const char *folder = NULL;
    char *bytes = NULL;
    size_t n = 0;
    if (!read_data(s, &bytes, &n) || s->host->temp_dir(s->host, &folder, &err) != PT_OK) {
        subject_skip(s, "its data cannot be damaged");
        return;
    }
    char *copy = arena_alloc(&s->arena, n + 1);
    for (size_t i = 0; copy != NULL && i < sizeof damages / sizeof damages[0]; i++) {
        size_t left = n;
        memcpy(copy, bytes, n);
        damages[i].apply(copy, &left);
        const char *path = arena_printf(&s->arena, "%s/damaged-%zu", folder, i);
        int fd = path == NULL ? -1 : fsys_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (fd >= 0 && fsys_write_all(fd, copy, left) == 0) {
            read_damaged(s, path, damages[i].name);
        }
        if (fd >= 0) {
            fsys_close(fd);
        }
    }
}
