// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "fault.h"

#include <stdio.h>
#include <stdlib.h>

#include "fsys.h"
#include "mem.h"
#include "scratch.h"

#define RUNS_MAX 100000

enum fault_kind { FAULT_MEMORY, FAULT_CALLS };

struct sweep {
    enum fault_kind kind;
    int error;
    bool forever;
    fault_scenario run;
    fault_check check;
    void *arg;
};

static void require(bool holds, const char *what, uint64_t at, const struct pt_error *err)
{
    if (!holds) {
        fprintf(stderr, "fault %llu: %s (status %d: %s)\n", (unsigned long long)at, what, err->code,
                err->message);
        abort();
    }
}

static void arm(const struct sweep *s, uint64_t at)
{
    if (s->kind == FAULT_MEMORY) {
        mem_fault_arm(at, s->forever);
    } else {
        fsys_fault_arm(at, s->error, s->forever);
    }
}

// True when the fault was reached.
static bool run_once(const struct sweep *s, uint64_t at)
{
    int64_t blocks = mem_live_blocks();
    size_t descriptors = scratch_open_descriptors();
    struct pt_error err = ERROR_INIT;
    arm(s, at);
    pt_status status = s->run(s->arg, &err);
    uint64_t calls = s->kind == FAULT_MEMORY ? mem_fault_calls() : fsys_fault_calls();
    arm(s, 0);
    bool reached = calls >= at;
    require(reached || status == PT_OK, "failed without a fault", at, &err);
    if (status != PT_OK) {
        require(err.code == status && err.message[0] != '\0', "no message", at, &err);
    }
    if (reached && s->kind == FAULT_MEMORY) {
        require(status == PT_E_NO_MEMORY, "not told as out of memory", at, &err);
    }
    require(mem_live_blocks() == blocks, "leaks memory", at, &err);
    require(scratch_open_descriptors() == descriptors, "leaks descriptors", at, &err);
    if (s->check != NULL) {
        s->check(s->arg, status);
    }
    return reached;
}

static uint64_t sweep(struct sweep s)
{
    uint64_t failing = 0;
    for (int forever = 0; forever < 2; forever++) {
        s.forever = forever != 0;
        uint64_t at = 1;
        while (run_once(&s, at)) {
            failing++;
            at++;
            if (at > RUNS_MAX) {
                abort();
            }
        }
    }
    return failing;
}

uint64_t fault_sweep_memory(fault_scenario run, fault_check check, void *arg)
{
    return sweep((struct sweep){.kind = FAULT_MEMORY, .run = run, .check = check, .arg = arg});
}

uint64_t fault_sweep_calls(fault_scenario run, fault_check check, void *arg, int error)
{
    return sweep((struct sweep){
        .kind = FAULT_CALLS, .error = error, .run = run, .check = check, .arg = arg});
}
