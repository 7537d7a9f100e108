// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "starter.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "fsys.h"
#include "text.h"

#define FILE_MAX ((size_t)1 << 20)

struct copying {
    const char *from;
    const char *to;
    const struct starter_word *words;
    size_t n_words;
    struct str temp; // the folder while it is filled
};

// `text` with every word replaced, in one pass, appended to `out`.
static bool replace(const struct copying *c, struct text text, struct str *out)
{
    size_t i = 0;
    while (i < text.n) {
        size_t k = 0;
        size_t n = 0;
        for (; k < c->n_words; k++) {
            n = strlen(c->words[k].from);
            if (n <= text.n - i && memcmp(text.p + i, c->words[k].from, n) == 0) {
                break;
            }
        }
        bool is_word = k < c->n_words;
        if (!(is_word ? str_add(out, c->words[k].to) : str_add_char(out, text.p[i]))) {
            return false;
        }
        i += is_word ? n : 1;
    }
    return true;
}

static pt_status read_open(int fd, const char *path, struct str *out, struct pt_error *err)
{
    char buffer[4096];
    ssize_t got = 0;
    while ((got = fsys_read(fd, buffer, sizeof buffer)) > 0) {
        if (out->n + (size_t)got > FILE_MAX) {
            FAIL(err, PT_E_LIMIT, "%s is larger than a starter's file may be", path);
        }
        if (!str_add_n(out, buffer, (size_t)got)) {
            FAIL(err, PT_E_NO_MEMORY, "out of memory");
        }
    }
    return got == 0 ? PT_OK : error_system(err, errno, "%s", path);
}

static pt_status read_file(const char *path, struct str *out, struct pt_error *err)
{
    int fd = fsys_open(path, O_RDONLY | O_NOFOLLOW, 0);
    if (fd < 0) {
        return error_system(err, errno, "%s", path);
    }
    pt_status status = read_open(fd, path, out, err);
    (void)fsys_close(fd);
    return status;
}

static pt_status write_file(const char *path, const struct str *text, struct pt_error *err)
{
    int fd = fsys_open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
    if (fd < 0) {
        return error_system(err, errno, "%s", path);
    }
    bool is_written = fsys_write_all(fd, text->p, text->n) == 0;
    int number = errno;
    bool is_closed = fsys_close(fd) == 0;
    number = is_written ? errno : number;
    return is_written && is_closed ? PT_OK : error_system(err, number, "%s", path);
}

static pt_status copy_file(const struct copying *c, const char *name, struct pt_error *err)
{
    struct str from = {0};
    struct str to = {0};
    struct str read = {0};
    struct str written = {0};
    pt_status status = PT_OK;
    if (!str_addf(&from, "%s/%s", c->from, name) || !str_addf(&to, "%s/", c->temp.p) ||
        !replace(c, text_of(name), &to)) {
        status = error_set(err, PT_E_NO_MEMORY, "out of memory");
    }
    if (status == PT_OK) {
        status = read_file(str_get(&from), &read, err);
    }
    if (status == PT_OK && !replace(c, str_view(&read), &written)) {
        status = error_set(err, PT_E_NO_MEMORY, "out of memory");
    }
    if (status == PT_OK) {
        status = write_file(str_get(&to), &written, err);
    }
    str_release(&from);
    str_release(&to);
    str_release(&read);
    str_release(&written);
    return status;
}

static pt_status copy_files(const struct copying *c, struct pt_error *err)
{
    DIR *dir = fsys_opendir(c->from);
    if (dir == NULL) {
        return error_system(err, errno, "%s", c->from);
    }
    pt_status status = PT_OK;
    struct dirent *entry = NULL;
    while (status == PT_OK && (entry = fsys_readdir(dir)) != NULL) {
        if (entry->d_name[0] != '.') {
            status = copy_file(c, entry->d_name, err);
        }
    }
    if (status == PT_OK && errno != 0) {
        status = error_system(err, errno, "%s", c->from);
    }
    (void)fsys_closedir(dir);
    return status;
}

// What was begun goes away again; what cannot be removed is a hidden folder that a next try names.
static void remove_temp(const struct copying *c)
{
    DIR *dir = fsys_opendir(c->temp.p);
    struct dirent *entry = NULL;
    while (dir != NULL && (entry = fsys_readdir(dir)) != NULL) {
        struct str path = {0};
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            str_addf(&path, "%s/%s", c->temp.p, entry->d_name)) {
            (void)fsys_unlink(path.p);
        }
        str_release(&path);
    }
    if (dir != NULL) {
        (void)fsys_closedir(dir);
    }
    (void)fsys_rmdir(c->temp.p);
}

static pt_status copy_whole(struct copying *c, struct pt_error *err)
{
    const char *slash = strrchr(c->to, '/');
    size_t parent = slash == NULL ? 0 : (size_t)(slash - c->to) + 1;
    if (!str_add_n(&c->temp, c->to, parent) ||
        !str_addf(&c->temp, ".%s.portrait-tmp", c->to + parent)) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    if (fsys_mkdir(c->temp.p, 0755) != 0) {
        return error_system(err, errno, "%s", c->temp.p);
    }
    pt_status status = copy_files(c, err);
    if (status == PT_OK && fsys_rename(c->temp.p, c->to) != 0) {
        status = error_system(err, errno, "%s", c->to);
    }
    if (status != PT_OK) {
        remove_temp(c);
    }
    return status;
}

pt_status starter_copy(const char *from, const char *to, const struct starter_word *words,
                       size_t n_words, struct pt_error *err)
{
    struct stat found;
    if (fsys_lstat(to, &found) == 0) {
        FAIL(err, PT_E_STATE, "%s is there already", to);
    }
    struct copying c = {.from = from, .to = to, .words = words, .n_words = n_words};
    pt_status status = copy_whole(&c, err);
    str_release(&c.temp);
    return status;
}
