// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Subject: the component under check, loaded in the child of one check, with a host around it that
// counts and can fail. Private to core/conformance.
#ifndef PORTRAIT_CONFORMANCE_SUBJECT_H
#define PORTRAIT_CONFORMANCE_SUBJECT_H

#include "conformance.h"
#include "config.h"
#include "host_services.h"
#include "plugin_file.h"

struct subject {
    const struct conformance_request *request;
    const struct plugin_file *file;
    const struct component_info *component; // may run in a process of its own
    const struct component_info *here;      // the same one in this process
    int out;                                // to the parent
    struct arena arena;
    struct diags diags;
    struct host_services *services;
    const pt_host *host;
    struct config *config;
    volatile int cancelled;
    uint32_t cycles;
    uint32_t n_faults;
    int64_t end_us; // when a long check stops asking for more
};

// A check; what it finds it tells by subject_fault.
typedef void (*check_fn)(struct subject *s);

struct check {
    const char *name;
    const char *about;
    check_fn run;
    bool needs_data; // skipped without --data
};

// NULL-terminated by name.
extern const struct check file_checks[], life_checks[], source_checks[], model_checks[],
    sink_checks[];

void subject_fault(struct subject *s, const char *format, ...) PT_PRINTF(2, 3);
// Where the check is: told when the plugin ends the process there.
void subject_at(struct subject *s, const char *format, ...) PT_PRINTF(2, 3);
void subject_skip(struct subject *s, const char *format, ...) PT_PRINTF(2, 3);
bool subject_has_time(const struct subject *s);

// Loads the component and fills its config. False after telling a fault.
bool subject_open(struct subject *s, uint32_t component);
// Fills a config with the options of the request and, unless NULL, another path.
struct config *subject_config(struct subject *s, const char *path);
void subject_close(struct subject *s);

// What a call came to. True when it is PT_OK; else tells a fault that names the call.
bool subject_good(struct subject *s, pt_status status, const char *call,
                  const struct pt_error *err);
// A failure must be a status of the ABI; tells a fault for any other.
void subject_status(struct subject *s, pt_status status, const char *call);

// An instance of the component.
pt_status subject_create(struct subject *s, const struct config *config, void **self,
                         struct pt_error *err);
// A whole life of an instance by kind: create, work, destroy. *digest is of all it gave.
pt_status life_once(struct subject *s, uint64_t *digest, struct pt_error *err);
pt_status source_life(struct subject *s, uint64_t *digest, struct pt_error *err);
pt_status model_life(struct subject *s, uint64_t *digest, struct pt_error *err);
pt_status sink_life(struct subject *s, uint64_t *digest, struct pt_error *err);

// FNV-1a, 64 bits, going on from `seed`.
uint64_t digest_add(uint64_t seed, const void *data, size_t n);
#define DIGEST_INIT UINT64_C(0xcbf29ce484222325)

// A writer into a string that fails at the `fail_at`-th call; 0 = never.
struct page {
    struct str text;
    uint64_t calls;
    uint64_t fail_at;
};

pt_status page_write(void *ctx, const void *data, uint64_t size, struct pt_error *err);

#endif
