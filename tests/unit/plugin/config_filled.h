// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A configuration filled from YAML by the test plugin's option rows, and what is expected of it.
#ifndef PORTRAIT_TESTS_CONFIG_FILLED_H
#define PORTRAIT_TESTS_CONFIG_FILLED_H

#include "abi_source.h"
#include "config.h"
#include "plugin_fixture.h"
#include "yaml_reader.h"

#define OWNER "source `crm` (abi-source 1.2.3)"

extern struct registry *registry;
extern int one_input;
extern int another_input;
extern const struct config_services services;

struct filled {
    struct arena arena;
    struct diags diags;
    struct config *config;
    const struct abi_source_config *c; // NULL when it failed
    pt_status status;
};

// One expected diagnostic.
struct expected {
    const char *code;
    uint32_t line;
    uint32_t column;
    const char *message; // NULL = any
    const char *hint;    // NULL = any
};

void fill_with(struct filled *f, const char *yaml, const struct config_services *with,
               bool has_host);
void fill(struct filled *f, const char *yaml);
void release(struct filled *f);
void show(const struct filled *f);
void expect_faults(const char *yaml, const struct expected *expected, size_t n);
void expect_fault(const char *yaml, struct expected expected);
void expect_fine(struct filled *f, const char *yaml);
const char *text_in(pt_list list, uint32_t i);
int open_registry(void **state);
int close_registry(void **state);

#endif
