// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Option rows copied out of a plugin and checked: every value has a place of its own in the config
// struct. Private to core/plugin.
#ifndef PORTRAIT_PLUGIN_OPTION_ROW_H
#define PORTRAIT_PLUGIN_OPTION_ROW_H

#include "registry.h"

#define OPTION_DEPTH_MAX 8
#define OPTION_COUNT_MAX 1024
#define OPTION_TEXT_MAX 4096 // bytes of a help text
#define OPTION_NAME_MAX 64

// A table of rows as it lies in a plugin, and the size of the struct that the rows describe.
struct option_table {
    const pt_option *const *rows;
    uint32_t n;
    uint32_t struct_bytes;
};

// Bytes a value takes at its offset, 0 for an unknown type; of an OBJECT, up to its last field.
uint32_t option_size(const struct option_row *row);
uint32_t option_align(const struct option_row *row);
// "a whole number", "a duration such as 30m": what an option takes, for messages.
const char *option_takes(pt_option_type type);
// "bool", "i64" ... as documentation names it.
const char *option_type_name(pt_option_type type);

// Copies rows into the arena. PT_E_DATA tells which row breaks which rule.
pt_status option_rows_copy(const struct option_table *in, struct arena *arena,
                           const struct option_row **out, struct pt_error *err);

// A text of a plugin to be copied: UTF-8 of at most `most` bytes; `what` names it in messages.
struct plugin_text {
    const char *in; // NULL stays NULL
    const char *what;
    size_t most;
};

pt_status plugin_text_copy(struct arena *arena, const struct plugin_text *text, const char **out,
                           struct pt_error *err);

#endif
