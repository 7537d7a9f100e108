// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Variables: `${var:x}` in scalar values, replaced after parsing and never parsed again.
// `${secret:x}` stays as it is, for the options that take a secret.
#ifndef PORTRAIT_PIPELINE_VARS_H
#define PORTRAIT_PIPELINE_VARS_H

#include "diag.h"

// One `--var NAME=VALUE`.
struct var_setting {
    const char *name;
    const char *value;
};

struct var_settings {
    const struct var_setting *items;
    size_t n;
    const char *folder; // absolute: relative paths in these values start here
};

// Replaces in every scalar value below `root` but `vars` itself. Faults: P0010 undefined (with a
// suggestion), P0011 not of the form ${var:x} or ${secret:x}.
void vars_replace(struct arena *arena, struct node *root, const struct var_settings *settings,
                  struct diags *diags);
// True when a text is exactly one `${secret:NAME}`; gives NAME.
bool vars_is_secret(struct text value, struct text *name);

#endif
