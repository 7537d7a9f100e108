// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fills a plugin's config struct from YAML nodes by its option rows: the one place where option
// text becomes values. Reports every fault of a config at once.
#ifndef PORTRAIT_PLUGIN_CONFIG_H
#define PORTRAIT_PLUGIN_CONFIG_H

#include <portrait/host.h>

#include "diag.h"
#include "json.h"
#include "node.h"
#include "registry.h"

// What the run gives to options that name things outside. A NULL slot skips that check (the
// struct then holds zero there).
struct config_services {
    void *ctx;
    // INPUT: expand `pattern`; *out stays valid until config_free.
    pt_status (*input)(void *ctx, const char *pattern, pt_input **out, struct pt_error *err);
    // SECRET: `name` of ${secret:name}; *out is a handle > 0.
    pt_status (*secret)(void *ctx, const char *name, uint32_t *out, struct pt_error *err);
    // COLUMN: is this name known? May be NULL.
    pt_status (*column)(void *ctx, const char *name, struct pt_error *err);
    // EXPR: does it compile? May be NULL.
    pt_status (*expr)(void *ctx, const char *text, struct pt_error *err);
};

struct config; // a filled struct and all it points to

// Who is configured and by what.
struct config_request {
    const struct component_info *component;
    const struct node *with;                // NULL or NODE_NULL: defaults only
    struct position at;                     // where to report what is missing
    const char *owner;                      // in messages: "source `crm` (crm-csv 1.0)"
    const struct config_services *services; // NULL = all slots NULL
    const pt_host *host;                    // for the component's own validate(); NULL = not asked
};

// Fills the component's struct and reports every fault it finds. Codes: P0103 unknown key, P0104
// wrong type, P0105 missing, P0106 out of range, P0107 bad choice, P0108 pattern, P0109 duplicate,
// P0110 deprecated (warning), P0111 secret as text, P0112 input not found, P0113 the component's
// own validate() said no, P0114 unknown column, P0115 expression. Returns PT_E_CONFIG when any
// error was added, *out is NULL then. `component` and `services` must outlive *out; the nodes need
// not.
pt_status config_fill(const struct config_request *request, struct diags *diags,
                      struct config **out);
// Used when a plugin is loaded: every default is a value of its option. PT_E_DATA tells which not.
pt_status config_check_defaults(const struct component_info *component, struct pt_error *err);
const void *config_struct(const struct config *c);
void config_free(struct config *c); // NULL is fine

// JSON Schema 2020-12 of a component's options; secrets are writeOnly.
void config_schema(const struct component_info *component, struct json_writer *w);

#endif
