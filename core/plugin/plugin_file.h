// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Which files may become code of this process. Private to core/plugin.
#ifndef PORTRAIT_PLUGIN_PLUGIN_FILE_H
#define PORTRAIT_PLUGIN_PLUGIN_FILE_H

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
// Same for one file, which must be a regular one; also its SHA-256 and its note, which must be one
// this host can use: PT_E_UNSUPPORTED tells what else would be needed. No code of it runs.
pt_status plugin_file_check(const char *path, char sha256[SHA256_HEX], struct elf_note *note,
                            struct pt_error *err);

#endif
