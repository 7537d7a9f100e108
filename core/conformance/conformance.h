// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Conformance: whether a plugin keeps the contract of the ABI, shown by running it: one child
// process a check, under limits of time and memory, so that no fault ends more than its check.
#ifndef PORTRAIT_CONFORMANCE_CONFORMANCE_H
#define PORTRAIT_CONFORMANCE_CONFORMANCE_H

#include <stdio.h>

#include "registry.h"
#include "text.h"

struct conformance_request {
    const char *path;        // of the plugin file, absolute
    const char *data;        // absolute path of a source's input; NULL = none
    const char *const *with; // KEY=VALUE; VALUE is YAML
    size_t n_with;
    const char *secrets_folder; // may be NULL
    const char *only;           // the one check to run; NULL = all
    // Sources and sinks run in a child through it; NULL = in the process of their check.
    const struct component_proxy *proxy;
    uint32_t cycles;  // 0 = 1000
    uint32_t wall_ms; // of one check; 0 = 60 s
};

enum conformance_verdict { CONFORMANCE_PASSED, CONFORMANCE_FAILED, CONFORMANCE_SKIPPED };

// One check of one component (or of the file: component NULL).
struct conformance_result {
    const struct component_info *component;
    const char *check;
    const char *about; // one line of what it shows
    enum conformance_verdict verdict;
    const char *message; // what is wrong, a line each, or why it was skipped; "" when passed
    double seconds;
};

struct conformance {
    struct arena arena;
    struct plugin_info info; // id NULL when it could not be loaded
    const char *failure;     // why it cannot be loaded, NULL = it can
    struct conformance_result *results;
    size_t n;
    size_t capacity;
    size_t n_failed;
    size_t n_skipped;
};

// Runs all checks. Only what keeps them from being run is an error; faults of the plugin are
// results. PT_E_NOT_FOUND when there is no check of the name wanted. {0} before; release after,
// whatever it returned.
pt_status conformance_run(const struct conformance_request *request, struct conformance *out,
                          struct pt_error *err);
void conformance_release(struct conformance *c);

enum conformance_format { CONFORMANCE_TEXT, CONFORMANCE_JSON, CONFORMANCE_JUNIT };

// Appends the report; false when memory is out.
bool conformance_report(const struct conformance *c, enum conformance_format format,
                        struct str *out);

#endif
