// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The note a plugin file carries (PT_PLUGIN_NOTE), read from its bytes: which ABI it was built for
// is known before any of its code can run. Format: ELF-64, Tool Interface Standard 1.2 and the
// gABI's note section. Private to core/plugin.
#ifndef PORTRAIT_PLUGIN_ELF_NOTE_H
#define PORTRAIT_PLUGIN_ELF_NOTE_H

#include <portrait/plugin.h>

#include "error.h"

struct elf_note {
    uint16_t abi_major;
    uint16_t abi_minor;
    uint16_t min_host_minor;
    char id[PT_NOTE_ID_BYTES]; // ends with NUL
};

// Reads the note of an open file, by pread only; `path` is for messages. Of a file for other majors
// only, abi_major is one of them and the rest is empty. PT_E_DATA tells what is wrong: no ELF file
// of this machine, damaged tables, no note, two notes of one major, another layout.
pt_status elf_note_read(int fd, const char *path, struct elf_note *out, struct pt_error *err);

#endif
