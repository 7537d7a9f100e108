// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Sweeps: a scenario runs again and again, its 1st, 2nd, ... allocation or file call failing, until
// it runs through. After each run nothing may be left over.
#ifndef PORTRAIT_TESTS_IO_FAULT_H
#define PORTRAIT_TESTS_IO_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

// Runs a scenario; `arg` is the sweep's. Returns the first status that was not PT_OK.
typedef pt_status (*fault_scenario)(void *arg, struct pt_error *err);
// Called after a run, with the switch off; checks what must hold whatever failed.
typedef void (*fault_check)(void *arg, pt_status status);

// Each allocation fails once, then each one and all later ones. Failing runs must give
// PT_E_NO_MEMORY and leave no block and no descriptor. Returns the number of failing runs.
uint64_t fault_sweep_memory(fault_scenario run, fault_check check, void *arg);
// The same for file calls, with `error`; a failing run has a status and a message.
uint64_t fault_sweep_calls(fault_scenario run, fault_check check, void *arg, int error);

#endif
