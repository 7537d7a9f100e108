// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Reading one source to the screen: what `portrait read` does.
#ifndef PORTRAIT_RUN_READ_ROWS_H
#define PORTRAIT_RUN_READ_ROWS_H

#include <stdio.h>

#include "json.h"
#include "log.h"
#include "progress.h"
#include "registry.h"

enum read_format { READ_CSV, READ_JSONL, READ_COUNT };

struct read_request {
    const struct registry *registry;
    const char *plugin;
    const char *path;        // option `path`, relative to the working folder
    const char *const *with; // KEY=VALUE; VALUE is YAML
    size_t n_with;
    const char *columns;  // "a,b"; NULL = all
    uint64_t limit;       // 0 = all
    uint32_t threads;     // 0 = all processors
    uint64_t split_bytes; // 0 = default
    enum read_format format;
    uint32_t cpu; // PT_CPU_*; 0 = the processor's
    const char *secrets_folder;
    struct log *log;
    const volatile int *signal_number;
    bool is_quiet;
    enum progress_kind progress; // on messages
};

// Rows on `out`, notes and rejects on `messages`, whose last line is the status line. Returns the
// exit code.
int read_rows(const struct read_request *request, FILE *out, FILE *messages);
// The count as the fields of a JSON object, instead of one on a screen; the same exit code.
int read_count(const struct read_request *request, struct json_writer *out, FILE *messages);

#endif
