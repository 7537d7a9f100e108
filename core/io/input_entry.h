// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What input.c and input_stream.c share: the list of files and how one is opened again.
#ifndef PORTRAIT_IO_INPUT_ENTRY_H
#define PORTRAIT_IO_INPUT_ENTRY_H

#include <stdatomic.h>
#include <sys/types.h>

#include "arena.h"
#include "input.h"

struct input_entry {
    struct input_file file;
    dev_t device; // with inode: tells a file exchanged for another
    ino_t inode;
    _Atomic uint64_t taken; // stored bytes that streams have read
};

struct input {
    struct arena arena; // owns paths and entries
    struct input_entry *entries;
    uint32_t n;
    struct input_limits limits;
};

struct input_range {
    uint64_t offset;
    uint64_t size;
};

// Opens the file and checks that it is still the one that was listed.
pt_status input_entry_open(const struct input_entry *entry, int *fd, struct pt_error *err);
// Reads the whole range; PT_E_DATA when the file has shrunk.
pt_status input_entry_read(const struct input_entry *entry, int fd, struct input_range range,
                           void *buffer, struct pt_error *err);

#endif
