// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "workdir.h"

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

void workdir_init(struct workdir *w)
{
    const char *temp = getenv("TMPDIR");
    if (temp == NULL) {
        temp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    }
    snprintf(w->path, sizeof w->path, "%s/portrait-run-XXXXXX", temp);
    require(mkdtemp(w->path) != NULL, w->path);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
    (void)st;
    (void)kind;
    (void)walk;
    return remove(path);
}

void workdir_remove(const char *path)
{
    struct stat st;
    if (lstat(path, &st) == 0) {
        require(nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0, path);
    }
}

void workdir_release(struct workdir *w)
{
    workdir_remove(w->path);
}

void workdir_write(const struct workdir *w, const char *name, const void *data, size_t n)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", w->path, name);
    FILE *f = fopen(path, "wb");
    require(f != NULL, path);
    require(fwrite(data, 1, n, f) == n, path);
    require(fclose(f) == 0, path);
}

char *workdir_read(const char *path, size_t *n)
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

size_t workdir_count(const char *folder, const char *part)
{
    DIR *dir = opendir(folder);
    size_t n = 0;
    if (dir == NULL) {
        return 0;
    }
    for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        bool is_self = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
        n += !is_self && strstr(e->d_name, part) != NULL;
    }
    closedir(dir);
    return n;
}

size_t workdir_descriptors(void)
{
    return workdir_count("/proc/self/fd", "");
}
