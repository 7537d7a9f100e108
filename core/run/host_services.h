// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Host services: the host table a plugin instance gets, filled in with this run's inputs, log,
// secrets, clock and temp folder; and the services its options need while they are filled.
#ifndef PORTRAIT_RUN_HOST_SERVICES_H
#define PORTRAIT_RUN_HOST_SERVICES_H

#include <portrait/host.h>

#include "config.h"
#include "host_http.h"
#include "log.h"

struct host_services;

struct host_settings {
    const char *folder;            // absolute: relative paths of options start here
    const char *secrets_folder;    // may be NULL
    struct log *log;               // may be NULL
    const volatile int *cancelled; // may be NULL
    int64_t now_ms;                // fixed clock of the run; 0 = the system's
    uint32_t cpu;                  // highest level (PT_CPU_*) of kernels; 0 = the processor's
};

// Texts of `settings` are borrowed for the services' life.
pt_status host_services_new(const struct host_settings *settings, struct host_services **out,
                            struct pt_error *err);
// The table of a plugin that may call nobody.
const pt_host *host_services_table(const struct host_services *h);
// A table of its own for an instance that may call `network`, whose texts are borrowed. It lives as
// long as the services.
pt_status host_services_reach(struct host_services *h, const struct host_network *network,
                              const pt_host **out, struct pt_error *err);
const struct config_services *host_services_config(const struct host_services *h);
// The files behind a pt_input of these services.
struct input;
const struct input *host_services_files(const pt_input *input);
// Number of inputs opened so far, and each of them, in order of opening: for the run's record.
size_t host_services_n_inputs(const struct host_services *h);
const struct input *host_services_input_at(const struct host_services *h, size_t i);
// Removes the temp folder, wipes secrets, closes inputs.
void host_services_free(struct host_services *h); // NULL is fine

#endif
