// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "scratch.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void require(bool holds, const char *what)
{
    if (!holds) {
        perror(what);
        abort();
    }
}

void scratch_init(struct scratch *s)
{
    memset(s, 0, sizeof *s);
    snprintf(s->folder, sizeof s->folder, "/tmp/portrait-io-XXXXXX");
    require(mkdtemp(s->folder) != NULL, "mkdtemp");
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
    (void)st;
    (void)kind;
    (void)walk;
    return remove(path);
}

void scratch_release(struct scratch *s)
{
    require(nftw(s->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0, "nftw");
}

const char *scratch_path(struct scratch *s, const char *name)
{
    char *out = s->paths[s->next++ % 32];
    size_t folder = strlen(s->folder);
    size_t n = strlen(name);
    require(folder + n + 2 <= sizeof s->paths[0], "scratch_path: name too long");
    memcpy(out, s->folder, folder);
    out[folder] = '/';
    memcpy(out + folder + 1, name, n + 1);
    return out;
}

const char *scratch_write(struct scratch *s, const char *name, const void *data, size_t n)
{
    const char *path = scratch_path(s, name);
    FILE *f = fopen(path, "wb");
    require(f != NULL, path);
    require(fwrite(data, 1, n, f) == n, path);
    require(fclose(f) == 0, path);
    return path;
}

char *scratch_read(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        return NULL;
    }
    struct stat st;
    require(fstat(fileno(f), &st) == 0, path);
    char *data = malloc((size_t)st.st_size + 1);
    require(data != NULL, "malloc");
    size_t got = fread(data, 1, (size_t)st.st_size, f);
    require(got == (size_t)st.st_size, path);
    data[got] = '\0';
    fclose(f);
    if (n != NULL) {
        *n = got;
    }
    return data;
}

bool scratch_file_is(const char *path, const char *text)
{
    size_t n = 0;
    char *data = scratch_read(path, &n);
    bool same = data != NULL && n == strlen(text) && memcmp(data, text, n) == 0;
    free(data);
    return same;
}

size_t scratch_count(const char *folder)
{
    DIR *dir = opendir(folder);
    require(dir != NULL, folder);
    size_t n = 0;
    for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    }
    closedir(dir);
    return n;
}

size_t scratch_open_descriptors(void)
{
    return scratch_count("/proc/self/fd");
}
