// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Which files may become code of this process. Private to core/plugin.
#ifndef PORTRAIT_PLUGIN_PLUGIN_FILE_H
#define PORTRAIT_PLUGIN_PLUGIN_FILE_H

#include <sys/stat.h>

#include "arena.h"
#include "digest.h"
#include "elf_note.h"
#include "error.h"

struct plugin_files {
    const char **paths; // in byte order, in the arena
    size_t n;
};

// The *.so files of a folder that can be trusted: absolute, no symlink, owned by root or by us,
// writable by nobody else. PT_E_NOT_FOUND or PT_E_DENIED names the folder.
pt_status plugin_folder_list(const char *folder, struct arena *arena, struct plugin_files *out,
                             struct pt_error *err);

// One plugin file, open and looked at: what is loaded later is what was hashed here.
struct plugin_file {
    const char *path; // borrowed
    int fd;           // -1 = not open
    char sha256[SHA256_HEX];
    struct elf_note note;
    struct stat facts; // when it was hashed
};

// Opens a regular file of that trust; also its SHA-256 and its note, which must be one this host
// can use: PT_E_UNSUPPORTED tells what else would be needed. No code of it runs. After a failure
// the SHA-256 is there if the file could be read. Close it with plugin_file_close.
pt_status plugin_file_open(const char *path, struct plugin_file *out, struct pt_error *err);
// PT_E_STATE when somebody wrote to the file since.
pt_status plugin_file_same(const struct plugin_file *file, struct pt_error *err);
void plugin_file_close(struct plugin_file *file); // {.fd = -1} is fine

#endif
