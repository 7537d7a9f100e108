// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A folder for the tests of this room: real files, removed at the end. TMPDIR says where;
// without it they lie in memory where that can be, for syncing to a disk takes its time.
#ifndef PORTRAIT_TESTS_RUN_WORKDIR_H
#define PORTRAIT_TESTS_RUN_WORKDIR_H

#include <stdbool.h>
#include <stddef.h>

struct workdir {
    char path[256];
};

void workdir_init(struct workdir *w); // aborts the test when it cannot
void workdir_release(struct workdir *w);
void workdir_write(const struct workdir *w, const char *name, const void *data, size_t n);
// A whole file in malloc'ed memory, terminated; NULL when there is none. `n` may be NULL.
char *workdir_read(const char *path, size_t *n);
void workdir_remove(const char *path); // a folder with all in it; none is fine
// Entries of a folder whose names hold `part`; 0 when there is no folder.
size_t workdir_count(const char *folder, const char *part);
size_t workdir_descriptors(void); // open in this process

#endif
