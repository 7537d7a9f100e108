// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Starting and ending the process. Private to core/isolate.
#ifndef PORTRAIT_ISOLATE_CELL_SPAWN_H
#define PORTRAIT_ISOLATE_CELL_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "error.h"
#include "messages.h"

struct cell_process {
    pid_t pid;
    int channel; // the host's end
    struct window *window;
};

// Starts `program` with an empty environment, in a session of its own, with no other descriptors
// than those of messages.h (and /dev/null as standard streams).
pt_status cell_spawn(const char *program, struct cell_process *out, struct pt_error *err);
// Ends the process if it still runs and takes its wait status (0 when nobody can tell). With
// `grace_ms` it may end by itself first; *was_killed tells whether it had to be ended.
int cell_reap(struct cell_process *p, uint32_t grace_ms, bool *was_killed);
void cell_process_release(struct cell_process *p);

#endif
