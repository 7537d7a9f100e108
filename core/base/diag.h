// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Diagnostics: errors and warnings with position, code, the offending line and the fix, collected
// so that a user sees all of them at once.
//
//     spring.yaml:14:7: error[P0103]: unknown key `delimeter` in source `crm` (crm-csv 1.0)
//       14 |       delimeter: ";"
//          |       ^^^^^^^^^ did you mean `delimiter`?
#ifndef PORTRAIT_BASE_DIAG_H
#define PORTRAIT_BASE_DIAG_H

#include <stdio.h>

#include "error.h"
#include "node.h"

#define DIAG_MOST 200

enum diag_level { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE };

struct diag {
    enum diag_level level;
    char code[8];       // "P0103"; the list stands in docs/errors.md
    struct position at; // at.file owned by the diags' arena
    const char *message;
    const char *hint; // NULL = none
};

// {0} is empty. Not safe for several threads.
struct diags {
    struct arena arena;
    struct diag *items;
    size_t n;
    size_t capacity;
    size_t n_errors;
    size_t n_dropped;        // beyond DIAG_MOST, errors among them
    bool out_of_memory;      // something could not be kept: counts as an error
    struct position *hidden; // lines that are never shown
    size_t n_hidden;
    size_t hidden_capacity;
    bool hides_all;          // one could not be noted: no line is shown
    const char *source_file; // text of this file is `source`, for showing lines; NULL = read none
    struct text source;
};

// Adds one; texts are copied. A hint of NULL or "" is none. At most DIAG_MOST are kept, the
// rest counted; an error takes the place of a warning then.
void diag_add(struct diags *d, enum diag_level level, const char *code, struct position at,
              const char *hint, const char *format, ...) PT_PRINTF(6, 7);
// Adds an error that came as a pt_error (message, hint); `at` moved by err->column when it is set
// and `at` is a plain one-line scalar.
void diag_add_error(struct diags *d, const char *code, struct position at,
                    const struct pt_error *err);
// This line holds what must not be repeated, such as a secret written out: whatever falls on it,
// before or after, is told without it.
void diags_hide(struct diags *d, struct position at);
// Errors and out-of-memory count.
bool diags_failed(const struct diags *d);
// Sorts by file, line, column (stable).
void diags_sort(struct diags *d);
// Prints all as in the sketch above; control characters escaped; colour when asked.
void diags_print(const struct diags *d, FILE *out, bool colour);
void diags_release(struct diags *d);

#endif
