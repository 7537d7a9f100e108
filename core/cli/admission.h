// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Admission: which plugin files may be looked at, by the keyring and the lock file of a pipeline.
#ifndef PORTRAIT_CLI_ADMISSION_H
#define PORTRAIT_CLI_ADMISSION_H

#include "diag.h"
#include "registry.h"
#include "trust.h"

struct admission {
    const struct keyring *ring;   // NULL = none
    const struct lock_file *lock; // NULL = the pipeline has none
    struct arena *arena;          // outlives the registry
    struct registry_guard guard;  // for registry_settings
    const char **refusals;        // a text a pinned plugin: why a file of that id was refused
};

// Fills *out; false when memory is out.
bool admission_init(struct admission *out, const struct keyring *ring, const struct lock_file *lock,
                    struct arena *arena);
// After the registry was opened: every pinned plugin must be in it, as it is pinned. What is not
// becomes a diagnostic (P0503).
void admission_check(const struct admission *a, const struct registry *registry,
                     struct diags *diags);

#endif
