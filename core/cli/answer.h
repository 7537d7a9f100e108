// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What --json prints: one object a command, {"version": 1, "kind": ..., ...}; docs/json.md.
#ifndef PORTRAIT_CLI_ANSWER_H
#define PORTRAIT_CLI_ANSWER_H

#include "diag.h"
#include "json.h"

#define ANSWER_VERSION 1

struct answer {
    struct str text;
    struct json_writer json; // inside the object
};

void answer_begin(struct answer *a, const char *kind);
void answer_text(struct answer *a, const char *key, const char *value); // NULL = null
void answer_count(struct answer *a, const char *key, uint64_t value);
void answer_exit(struct answer *a, int exit_code);
// Key `diagnostics`: all of them, sorted.
void answer_diagnostics(struct answer *a, struct diags *diags);
// A run's run.json as it stands in its folder under key `run`, null when there is none.
void answer_record(struct answer *a, const char *folder);
// Closes the object and prints it on stdout. False, with a message, when it lacks memory.
bool answer_print(struct answer *a);

#endif
