// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A scratch folder for the tests of this room: real files, removed at the end.
#ifndef PORTRAIT_TESTS_IO_SCRATCH_H
#define PORTRAIT_TESTS_IO_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

struct scratch {
    char folder[64];
    char paths[32][512]; // ring of names given out by scratch_path
    unsigned next;
};

void scratch_init(struct scratch *s);    // aborts the test when it cannot
void scratch_release(struct scratch *s); // removes everything in it
// "<folder>/<name>"; the text lives until 32 more were asked for.
const char *scratch_path(struct scratch *s, const char *name);
const char *scratch_write(struct scratch *s, const char *name, const void *data, size_t n);
// The whole file in malloc'ed memory, terminated; NULL when there is none.
char *scratch_read(const char *path, size_t *n);
bool scratch_file_is(const char *path, const char *text);
// Entries of the folder, without "." and "..".
size_t scratch_count(const char *folder);
size_t scratch_open_descriptors(void);

#endif
